package stm_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// TestViewSeesOneState, whatever is committed while it looks on: also versions
// of variables of every kind of storage.
func TestViewSeesOneState(t *testing.T) {
	n := tvar.New(0)
	s := tvar.New("0")
	p := tvar.New(new(int))
	box := tvar.New([3]int{})
	var zero tvar.Var[int]
	before := p.Load()
	bodies := 0
	_, err := stm.View(ctx, func(tx *stm.Tx) (int, error) {
		bodies++
		for i := 1; i <= 3; i++ {
			elsewhere(func() {
				update(t, func(tx *stm.Tx) {
					n.Set(tx, i)
					s.Set(tx, "changed")
					p.Set(tx, new(int))
					box.Set(tx, [3]int{i, i, i})
				})
				zero.Store(i)
			})
			require.Equal(t, 0, n.Get(tx))
			require.Equal(t, "0", s.Get(tx))
			require.Same(t, before, p.Get(tx))
			require.Equal(t, [3]int{}, box.Get(tx))
			require.Equal(t, 0, zero.Get(tx))
			require.Equal(t, 0, n.Peek(tx))
			require.Equal(t, i, n.Load(), "Load is outside of the snapshot")
		}
		return 0, nil
	})
	require.NoError(t, err)
	require.Equal(t, 1, bodies)
}

// TestViewIsLatest: what was committed before it began is there.
func TestViewIsLatest(t *testing.T) {
	v := tvar.New(0)
	for i := range 100 {
		if i%2 == 0 {
			v.Store(i)
		} else {
			update(t, func(tx *stm.Tx) { v.Set(tx, i) })
		}
		n, err := stm.View(ctx, func(tx *stm.Tx) (int, error) { return v.Get(tx), nil })
		require.NoError(t, err)
		require.Equal(t, i, n)
	}
}

// TestViewsOfDifferentAges see each its own state.
func TestViewsOfDifferentAges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := tvar.New(0)
		var wg sync.WaitGroup
		look := make(chan struct{})
		for i := range 20 {
			wg.Go(func() {
				n, err := stm.View(ctx, func(tx *stm.Tx) (int, error) {
					<-look
					return v.Get(tx), nil
				})
				if err != nil || n != i {
					t.Errorf("View number %d saw %d, %v", i, n, err)
				}
			})
			synctest.Wait()
			v.Store(i + 1)
		}
		close(look)
		wg.Wait()
	})
}

// TestViewNeverBlocksAWriter, and is never made to start over: a body runs
// once, beside writers at full speed, and adds up to the same always.
func TestViewsBesideWriters(t *testing.T) {
	const accounts, sum, views = 64, 6400, 300
	var vars [accounts]*tvar.Var[int]
	for i := range vars {
		vars[i] = tvar.New(sum / accounts)
	}
	var stop atomic.Bool
	var moved atomic.Int64
	var writers, readers sync.WaitGroup
	for g := range 2 {
		writers.Go(func() {
			for i := g; i == g || !stop.Load(); i += 7 {
				a, b := vars[i%accounts], vars[(i*31+1)%accounts]
				if a == b {
					continue
				}
				update(t, func(tx *stm.Tx) {
					a.Update(tx, func(n int) int { return n - 1 })
					b.Update(tx, inc)
				})
				moved.Add(1)
			}
		})
	}
	for range 2 {
		readers.Go(func() {
			for range views {
				bodies := 0
				n, err := stm.View(ctx, func(tx *stm.Tx) (n int, _ error) {
					bodies++
					for _, v := range vars {
						n += v.Get(tx)
					}
					return n, nil
				})
				if n != sum || err != nil || bodies != 1 {
					t.Errorf("sum %d after %d bodies, %v", n, bodies, err)
				}
			}
		})
	}
	readers.Wait()
	stop.Store(true)
	writers.Wait()
	require.NotZero(t, moved.Load(), "the writers never moved")
}

// TestWriterCommitsBesideAViewThatWaits: a View that does not end holds nobody up.
func TestWriterCommitsBesideAViewThatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := tvar.New(0)
		release := make(chan struct{})
		var seen int
		var wg sync.WaitGroup
		wg.Go(func() {
			seen, _ = stm.View(ctx, func(tx *stm.Tx) (int, error) { <-release; return v.Get(tx), nil })
		})
		synctest.Wait()
		for range 1000 {
			update(t, func(tx *stm.Tx) { v.Update(tx, inc) })
		}
		update(t, func(tx *stm.Tx) { v.Update(tx, inc) }, stm.Irrevocable())
		require.Equal(t, 1001, v.Load())
		close(release)
		wg.Wait()
		require.Zero(t, seen)
	})
}

// TestViewOptions: a View can be named; a limit on attempts does not matter.
func TestViewOptions(t *testing.T) {
	v := tvar.New(1)
	n, err := stm.View(ctx, func(tx *stm.Tx) (int, error) {
		require.Equal(t, 1, tx.Attempt())
		return v.Get(tx), nil
	}, stm.Name("view"), stm.MaxAttempts(1))
	require.NoError(t, err)
	require.Equal(t, 1, n)
}

// TestViewNested: parts and alternatives may be used in a View.
func TestViewNested(t *testing.T) {
	v := tvar.New(1)
	n, err := stm.View(ctx, func(tx *stm.Tx) (int, error) {
		require.Same(t, errBody, tx.Nested(func(tx *stm.Tx) error { v.Get(tx); return errBody }))
		elsewhere(func() { v.Store(2) })
		var n int
		err := tx.OrElse(
			func(tx *stm.Tx) error { v.Get(tx); tx.Retry(); return nil },
			func(tx *stm.Tx) error { n = v.Get(tx); return nil })
		return n, err
	})
	require.NoError(t, err)
	require.Equal(t, 1, n, "still in the same snapshot after a discarded alternative")
}
