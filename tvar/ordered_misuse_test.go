package tvar_test

import (
	"cmp"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// TestOrderedMapNaN: a NaN is a key like any other, the least of all.
func TestOrderedMapNaN(t *testing.T) {
	m := tvar.NewOrderedMap[float64, int]()
	nan := math.NaN()
	_, ok := m.Load(nan)
	require.False(t, ok)
	m.Store(1, 1)
	m.Store(math.Inf(-1), 2)
	m.Store(nan, 3)
	m.Store(-nan, 4)
	equal(t, 4, true)(m.Load(nan))
	require.Equal(t, 3, m.Size())
	update(t, func(tx *stm.Tx) {
		k, x, ok := m.Min(tx)
		require.True(t, ok && math.IsNaN(k) && x == 4)
		k, _, _ = m.Ceiling(tx, nan)
		require.True(t, math.IsNaN(k))
		n := 0
		for range m.From(tx, nan) {
			n++
		}
		require.Equal(t, 3, n)
		require.Equal(t, 1, m.DeleteRange(tx, nan, math.Inf(-1)))
		require.False(t, m.Has(tx, nan))
	})
	m.Store(0, 5)
	equal(t, 5, true)(m.Load(math.Copysign(0, -1)))
	m.Store(math.Copysign(0, -1), 6)
	require.Equal(t, "[-Inf:2 0:6 1:1]", m.String())
}

// TestOrderedMapOrders: keys that compare equal are one key, and keep the form
// in which they came; keys need not be comparable.
func TestOrderedMapOrders(t *testing.T) {
	m := tvar.NewOrderedMapFunc[string, int](func(a, b string) int {
		return cmp.Compare(strings.ToLower(a), strings.ToLower(b))
	})
	m.Store("Bob", 1)
	m.Store("ada", 2)
	m.Store("BOB", 3)
	require.Equal(t, "[ada:2 Bob:3]", m.String())
	m.Remove("bob")
	m.Store("bob", 4)
	require.Equal(t, "[ada:2 Bob:4]", m.String())

	lists := tvar.NewOrderedMapFunc[[]int, bool](func(a, b []int) int { return cmp.Compare(len(a), len(b)) })
	lists.Store([]int{3}, true)
	lists.Store(nil, false)
	require.Equal(t, "[[]:false [3]:true]", lists.String())
}

// TestOrderedMapWithoutOrder: a comparison that contradicts itself finds what it
// finds, and everything ends.
func TestOrderedMapWithoutOrder(t *testing.T) {
	tvar.SmallNodes(t)
	rng := rand.New(rand.NewPCG(1, 2))
	m := tvar.NewOrderedMapFunc[int, int](func(a, b int) int { return rng.IntN(3) - 1 })
	for i := range 200 {
		m.Store(i%20, i)
		m.Load(i % 7)
		if i%3 == 0 {
			m.Remove(i % 11)
		}
	}
	_ = m.Snapshot()
}

func TestOrderedMapBadUse(t *testing.T) {
	for name, m := range map[string]*orderedInts{"nil": nil, "not made": {}} {
		for op, f := range map[string]func(){
			"Load":     func() { m.Load(1) },
			"Store":    func() { m.Store(1, 1) },
			"Remove":   func() { m.Remove(1) },
			"Size":     func() { m.Size() },
			"Snapshot": func() { m.Snapshot() },
			"LoadMin":  func() { m.LoadMin() },
			"Get":      func() { update(t, func(tx *stm.Tx) { m.Get(tx, 1) }) },
			"Set":      func() { update(t, func(tx *stm.Tx) { m.Set(tx, 1, 1) }) },
			"Len":      func() { update(t, func(tx *stm.Tx) { m.Len(tx) }) },
			"Clear":    func() { update(t, func(tx *stm.Tx) { m.Clear(tx) }) },
			"All":      func() { update(t, func(tx *stm.Tx) { collected(m.All(tx)) }) },
		} {
			t.Run(name+"/"+op, func(t *testing.T) { panicsWith(t, "OrderedMap without an order: make it with", f) })
		}
	}
	require.Equal(t, "<nil OrderedMap>", (*orderedInts)(nil).String())
	require.Equal(t, "[1:10 2:20]", orderedOf(2, 1).String())
	panicsWith(t, "nil comparison", func() { tvar.NewOrderedMapFunc[int, int](nil) })

	m := orderedOf(1)
	for name, write := range map[string]func(tx *stm.Tx){
		"Set":         func(tx *stm.Tx) { m.Set(tx, 5, 1) },
		"Delete":      func(tx *stm.Tx) { m.Delete(tx, 5) },
		"DeleteRange": func(tx *stm.Tx) { m.DeleteRange(tx, 5, 4) },
		"Clear":       m.Clear,
		"Update":      func(tx *stm.Tx) { m.Update(tx, 5, func(int, bool) (int, bool) { return 0, false }) },
	} {
		t.Run(name+" in a View", func(t *testing.T) {
			panicsWith(t, "write in a View", func() {
				_, _ = stm.View(ctx, func(tx *stm.Tx) (int, error) { write(tx); return 0, nil })
			})
		})
	}
	noCompare := tvar.NewOrderedMap[int, []int]()
	noCompare.Store(1, []int{1})
	panicsWith(t, "uncomparable", func() { noCompare.CompareAndStore(1, []int{1}, nil) })
	panicsWith(t, "uncomparable", func() {
		update(t, func(tx *stm.Tx) { noCompare.CompareAndSwap(tx, 1, []int{1}, nil) })
	})
}

// TestOrderedMapUsedAfterItsTransaction panics, whether it is empty or not.
func TestOrderedMapUsedAfterItsTransaction(t *testing.T) {
	for _, m := range []*orderedInts{orderedOf(), orderedOf(1, 2)} {
		var kept *stm.Tx
		update(t, func(tx *stm.Tx) { kept = tx })
		all, back, some := m.All(kept), m.Backward(kept), m.Range(kept, 2, 1)
		for name, f := range map[string]func(){
			"All":      func() { collected(all) },
			"Backward": func() { collected(back) },
			"Range":    func() { collected(some) },
			"Get":      func() { m.Get(kept, 1) },
			"miss":     func() { m.Get(kept, 9) },
			"Min":      func() { m.Min(kept) },
			"Floor":    func() { m.Floor(kept, 0) },
			"Set":      func() { m.Set(kept, 1, 1) },
			"Delete":   func() { m.Delete(kept, 1) },
			"Len":      func() { m.Len(kept) },
			"Clear":    func() { m.Clear(kept) },
		} {
			t.Run(name, func(t *testing.T) {
				panicsWith(t, "transaction used after its body returned", f)
			})
		}
	}
}

// TestOrderedMapOfEverything: keys and values of all kinds.
func TestOrderedMapOfEverything(t *testing.T) {
	type point struct {
		x, y int
		name string
	}
	roundTripOrdered(t, 1, "a", "", "b")
	roundTripOrdered(t, "k", 1, 0, -1)
	roundTripOrdered(t, uint8(7), point{}, point{3, 4, "q"})
	roundTripOrdered(t, 1.5, errBody, nil)
	roundTripOrdered[int, any](t, 0, nil, []int{1}, nil)
	roundTripOrdered(t, 'x', struct{}{})
	roundTripOrdered(t, "", map[string]int{"a": 1}, nil)
}

func roundTripOrdered[K cmp.Ordered, V any](t *testing.T, k K, xs ...V) {
	t.Helper()
	m := tvar.NewOrderedMap[K, V]()
	for _, x := range xs {
		m.Store(k, x)
		got, ok := m.Load(k)
		require.True(t, ok)
		require.Equal(t, x, got)
		update(t, func(tx *stm.Tx) {
			got, ok := m.Delete(tx, k)
			require.True(t, ok)
			require.Equal(t, x, got)
			require.False(t, m.Has(tx, k))
			m.Set(tx, k, x)
			got, ok = m.Get(tx, k)
			require.True(t, ok)
			require.Equal(t, x, got)
		})
		_, got, ok = m.LoadMax()
		require.True(t, ok)
		require.Equal(t, x, got)
		m.Remove(k)
		require.False(t, m.Contains(k))
		m.Store(k, x)
	}
}
