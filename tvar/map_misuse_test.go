package tvar_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

func TestMapKeysThatAreNotEqualToThemselves(t *testing.T) {
	var m tvar.Map[float64, int]
	nan := math.NaN()
	_, ok := m.Load(nan)
	require.False(t, ok)
	update(t, func(tx *stm.Tx) {
		require.False(t, m.Has(tx, nan))
		_, found := m.Delete(tx, nan)
		require.False(t, found)
		require.False(t, m.CompareAndSwap(tx, nan, 0, 1))
		_, kept := m.Update(tx, nan, func(int, bool) (int, bool) { return 0, false })
		require.False(t, kept)
	})
	_, err := stm.View(ctx, func(tx *stm.Tx) (int, error) { require.False(t, m.Has(tx, nan)); return 0, nil })
	require.NoError(t, err)
	const text = "key not equal to itself, such as NaN"
	panicsWith(t, text, func() { m.Store(nan, 1) })
	panicsWith(t, text, func() { m.LoadOrStore(nan, 1) })
	panicsWith(t, text, func() { m.Modify(nan, func(int, bool) (int, bool) { return 1, true }) })
	panicsWith(t, text, func() { update(t, func(tx *stm.Tx) { m.Set(tx, nan, 1) }) })
	require.Zero(t, m.Size())
	require.Zero(t, tvar.Entries(&m))

	m.Store(0, 1)
	x, ok := m.Load(math.Copysign(0, -1))
	require.True(t, ok, "the two zeros are equal")
	require.Equal(t, 1, x)

	var structs tvar.Map[struct{ a, b any }, int]
	panicsWith(t, text, func() { structs.Store(struct{ a, b any }{1, nan}, 1) })
}

// TestMapKeysThatCannotBeHashed panic as with Go's maps, and leave nothing.
func TestMapKeysThatCannotBeHashed(t *testing.T) {
	var m tvar.Map[any, int]
	panicsWith(t, "unhashable", func() { m.Store([]int{1}, 1) })
	m.Store(1, 1)
	m.Store("1", 2)
	m.Store(struct{}{}, 3)
	panicsWith(t, "unhashable", func() { m.Load([]int{1}) })
	require.Equal(t, map[any]int{1: 1, "1": 2, struct{}{}: 3}, m.Snapshot())
}

func TestMapBadUse(t *testing.T) {
	var none *intMap
	for name, f := range map[string]func(){
		"Load":   func() { none.Load(1) },
		"Store":  func() { none.Store(1, 1) },
		"Remove": func() { none.Remove(1) },
		"Size":   func() { none.Size() },
		"Get":    func() { update(t, func(tx *stm.Tx) { none.Get(tx, 1) }) },
		"Set":    func() { update(t, func(tx *stm.Tx) { none.Set(tx, 1, 1) }) },
		"All": func() {
			update(t, func(tx *stm.Tx) {
				for range none.All(tx) {
				}
			})
		},
	} {
		t.Run(name, func(t *testing.T) { panicsWith(t, "tvar: nil Map", f) })
	}
	require.Equal(t, "<nil Map>", none.String())
	require.Equal(t, "map[1:10 2:20]", mapOf(1, 2).String())

	m := mapOf(1)
	panicsWith(t, "write in a View", func() {
		_, _ = stm.View(ctx, func(tx *stm.Tx) (int, error) { m.Set(tx, 5, 1); return 0, nil })
	})
	require.Equal(t, 1, tvar.Entries(m))
	var noCompare tvar.Map[int, []int]
	noCompare.Store(1, []int{1})
	panicsWith(t, "uncomparable", func() { noCompare.CompareAndStore(1, []int{1}, nil) })
	panicsWith(t, "uncomparable", func() {
		update(t, func(tx *stm.Tx) { noCompare.CompareAndSwap(tx, 1, []int{1}, nil) })
	})
}

// TestMapUsedAfterItsTransaction panics, whether the Map is empty or not.
func TestMapUsedAfterItsTransaction(t *testing.T) {
	for _, m := range []*intMap{mapOf(), mapOf(1, 2)} {
		var kept *stm.Tx
		update(t, func(tx *stm.Tx) { kept = tx })
		all, keys := m.All(kept), m.Keys(kept)
		for name, f := range map[string]func(){
			"All": func() {
				for range all {
				}
			},
			"Keys": func() {
				for range keys {
				}
			},
			"Get":    func() { m.Get(kept, 1) },
			"miss":   func() { m.Get(kept, 9) },
			"Set":    func() { m.Set(kept, 1, 1) },
			"Delete": func() { m.Delete(kept, 1) },
			"Len":    func() { m.Len(kept) },
			"Clear":  func() { m.Clear(kept) },
		} {
			t.Run(name, func(t *testing.T) {
				panicsWith(t, "transaction used after its body returned", f)
			})
		}
	}
}
