package tvar_test

import (
	"runtime"
	"strconv"
	"testing"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/invariants"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// TestOrderedMapShrinks: however keys come and go, there are not many more nodes
// than the keys that are there need.
func TestOrderedMapShrinks(t *testing.T) {
	n := misses() / 20
	fill := func(m *orderedInts) {
		for k := range n {
			m.Store(k, k)
		}
	}
	for name, c := range map[string]struct {
		play func(m *orderedInts)
		left int
	}{
		"ascending":  {func(m *orderedInts) { fill(m); removeAll(m, n, func(i int) int { return i }) }, 0},
		"descending": {func(m *orderedInts) { fill(m); removeAll(m, n, func(i int) int { return n - 1 - i }) }, 0},
		"scattered":  {func(m *orderedInts) { fill(m); removeAll(m, n, func(i int) int { return i * 7919 % n }) }, 0},
		"at once":    {func(m *orderedInts) { fill(m); m.Reset() }, 0},
		"a range":    {func(m *orderedInts) { fill(m); m.RemoveRange(10, n-10) }, 20},
		"thinned": {func(m *orderedInts) {
			fill(m)
			removeAll(m, n-n/10, func(i int) int { return i + i/9 + 1 })
		}, n / 10},
		"a queue": {func(m *orderedInts) {
			for k := range n {
				m.Store(k, k)
				m.Remove(k - 100)
			}
		}, 100},
		"a queue the other way": {func(m *orderedInts) {
			for k := range n {
				m.Store(-k, k)
				m.Remove(100 - k)
			}
		}, 100},
		"failures": {func(m *orderedInts) {
			for k := range n {
				_ = stm.Atomically(ctx, func(tx *stm.Tx) error { m.Set(tx, k, k); return errBody })
			}
		}, 0},
		"misses": {func(m *orderedInts) {
			for k := range n {
				update(t, func(tx *stm.Tx) { m.Get(tx, k) })
			}
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			m := tvar.NewOrderedMap[int, int]()
			c.play(m)
			require.Equal(t, c.left, m.Size())
			require.NoError(t, tvar.CheckOrdered(m))
			nodes := tvar.Nodes(m)
			t.Log(nodes)
			require.LessOrEqual(t, nodes[0], 3+c.left/tvar.MaxKeys()*4)
		})
	}
}

func removeAll(m *orderedInts, n int, key func(i int) int) {
	for i := range n {
		m.Remove(key(i))
	}
}

// TestOrderedMapKeepsNoValue of a key that is gone, although the key is in its
// node still.
func TestOrderedMapKeepsNoValue(t *testing.T) {
	m := tvar.NewOrderedMap[int, *[1000]int]()
	x := new([1000]int)
	w := weak.Make(x)
	m.Store(1, x)
	m.Store(2, nil)
	m.Remove(1)
	x = nil
	runtime.GC()
	require.Nil(t, w.Value())
	runtime.KeepAlive(m)
}

// TestOrderedMapAllocatesNothing where the documentation says so.
func TestOrderedMapAllocatesNothing(t *testing.T) {
	if invariants.Enabled || invariants.GoroutineAllocates || atomics.Exploring {
		t.Skip("builds with invariants use each descriptor once, the first bodies of a descriptor are watched, and the explorer's atomics take room")
	}
	in := func(body func(tx *stm.Tx)) func() {
		return func() { _ = stm.Atomically(ctx, func(tx *stm.Tx) error { body(tx); return nil }) }
	}
	m := tvar.NewOrderedMap[int, string]()
	s := tvar.NewOrderedMap[string, int]()
	for k := range 1000 {
		m.Store(k, "x")
		s.Store(strconv.Itoa(k), k)
	}
	visit := func(tx *stm.Tx) (n int, _ error) {
		for range m.All(tx) {
			n++
		}
		for range m.Backward(tx) {
			n++
		}
		for range s.Range(tx, "2", "3") {
			n++
		}
		return n, nil
	}
	for name, f := range map[string]func(){
		"Load":            func() { m.Load(77); m.Load(7777); s.Load("77"); s.Load("a") },
		"Store":           func() { m.Store(77, "y") },
		"Modify":          func() { m.Modify(77, func(x string, _ bool) (string, bool) { return x, true }) },
		"CompareAndStore": func() { m.CompareAndStore(77, "y", "z") },
		"LoadOrStore":     func() { m.LoadOrStore(77, "y") },
		"LoadMin":         func() { m.LoadMin(); m.LoadMax(); m.LoadFloor(-1); s.LoadCeiling("b") },
		"Size":            func() { m.Size() },
		"Get":             in(func(tx *stm.Tx) { m.Get(tx, 77); m.Get(tx, -1); s.Get(tx, "77") }),
		"Set":             in(func(tx *stm.Tx) { m.Set(tx, 77, "z") }),
		"Update":          in(func(tx *stm.Tx) { m.Update(tx, 77, func(x string, _ bool) (string, bool) { return x, true }) }),
		"CompareAndSwap":  in(func(tx *stm.Tx) { m.CompareAndSwap(tx, 77, "z", "y") }),
		"Min":             in(func(tx *stm.Tx) { m.Min(tx); m.Max(tx); m.Floor(tx, 500); m.Ceiling(tx, 500) }),
		"Len":             in(func(tx *stm.Tx) { m.Len(tx) }),
		"All in a View":   func() { _, _ = stm.View(ctx, visit) },
		"All":             func() { _, _ = stm.Do(ctx, visit) },
	} {
		f()
		require.Zero(t, testing.AllocsPerRun(200, f), name)
	}
}
