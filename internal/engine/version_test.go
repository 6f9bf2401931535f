package engine_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// TestVersionsNearTheLimit moves the clock to where the highest bits of a
// version are set, and does there what there is to do. Every test that comes
// after it runs up there, too.
func TestVersionsNearTheLimit(t *testing.T) {
	old := tvar.New(1)
	pinned, err := stm.View(ctx, func(tx *stm.Tx) (int, error) {
		require.NoError(t, tx.Context().Err())
		engine.SetClock(max(engine.Clock(), engine.LastVersion-1<<40)) // never back: the test may run twice
		elsewhere(func() { old.Store(2) })
		return old.Get(tx), nil // a snapshot from long ago
	})
	require.NoError(t, err)
	require.Equal(t, 1, pinned)

	v, w := tvar.New(0), tvar.New(0)
	attempts := 0
	update(t, func(tx *stm.Tx) {
		attempts++
		a := v.Get(tx)
		if attempts == 1 {
			elsewhere(func() { update(t, func(tx *stm.Tx) { v.Set(tx, 1); w.Set(tx, 1) }) })
		}
		require.Equal(t, a, w.Get(tx), "one state")
		tvar.Add(tx, old, 1)
		v.Set(tx, a+1)
	})
	require.Equal(t, 2, attempts)
	require.Equal(t, []int{2, 1, 3}, []int{v.Load(), w.Load(), old.Load()})
	require.Greater(t, engine.VersionOf(cell(v)), uint64(engine.LastVersion-1<<41))

	before, err := stm.View(ctx, func(tx *stm.Tx) (int, error) {
		elsewhere(func() { v.Store(7); v.Modify(inc) })
		return v.Get(tx), nil
	})
	require.NoError(t, err)
	require.Equal(t, 2, before)
	require.Equal(t, 8, v.Load())

	go w.Store(5)
	update(t, func(tx *stm.Tx) { tx.Check(w.Get(tx) == 5) })
	go w.Store(6)
	_, err = w.Await(ctx, func(n int) bool { return n == 6 })
	require.NoError(t, err)

	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 500 {
				update(t, func(tx *stm.Tx) { v.Update(tx, inc); w.Update(tx, inc) })
			}
		})
	}
	wg.Wait()
	require.Equal(t, []int{2008, 2006}, []int{v.Load(), w.Load()})
	requireClean(t, cell(v), cell(w), cell(old))
}

// TestClockCountsUpdatesOnly: reading moves it not at all.
func TestClockCountsUpdatesOnly(t *testing.T) {
	v := tvar.New(0)
	before := engine.Clock()
	update(t, func(tx *stm.Tx) { v.Get(tx) })
	_, _ = stm.View(ctx, func(tx *stm.Tx) (int, error) { return v.Get(tx), nil })
	v.Load()
	_ = stm.Atomically(ctx, func(tx *stm.Tx) error { v.Set(tx, 1); return errBody })
	require.Equal(t, before, engine.Clock())
	update(t, func(tx *stm.Tx) { v.Set(tx, 1) })
	v.Store(2)
	v.Modify(inc)
	require.Greater(t, engine.Clock(), before)
	require.LessOrEqual(t, engine.VersionOf(cell(v)), engine.Clock())
}

// TestNumbersWrap in their own size, whatever the bits above it.
func TestNumbersWrap(t *testing.T) {
	for _, c := range []struct {
		n          engine.Number
		a, b, want uint64
	}{
		{engine.Number{Size: 1}, 0xff, 1, 0},
		{engine.Number{Size: 1}, 0x7f, 0x80, 0xff},
		{engine.Number{Size: 2}, 0xffff, 2, 1},
		{engine.Number{Size: 4}, 0xffffffff, 0xffffffff, 0xfffffffe},
		{engine.Number{Size: 8}, 1<<64 - 1, 2, 1},
		{engine.Number{Size: 4, Real: true}, 0x3fc00000, 0x3fc00000, 0x40400000},                         // 1.5+1.5
		{engine.Number{Size: 8, Real: true}, 0x3ff8000000000000, 0x3ff8000000000000, 0x4008000000000000}, // 1.5+1.5
	} {
		require.Equal(t, c.want, c.n.Plus(c.a, c.b), "%+v", c)
	}
}
