//go:build stmexplore

package explore_test

import (
	"slices"
	"testing"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// TestVectorAppendsHaveAnOrder and each finds its place.
func TestVectorAppendsHaveAnOrder(t *testing.T) {
	check(t, func(w *world) {
		v := aligned[tvar.Vector[int]]()
		var at [2]int
		w.Go("T0", func() { at[0] = v.Extend(10, 11) })
		w.tx("T1", func(tx *stm.Tx) error { at[1] = v.Append(tx, 20); return nil })
		w.holds(func() bool {
			got := v.Snapshot()
			return len(got) == 3 && got[at[0]] == 10 && got[at[0]+1] == 11 && got[at[1]] == 20
		}, "an element is not where it was put")
	})
}

// TestVectorGetBesideAppend: who reads an element never starts over because of
// an append, and sees the append not at all or whole.
func TestVectorGetBesideAppend(t *testing.T) {
	check(t, func(w *world) {
		v, out := aligned[tvar.Vector[int]](), alignedVar(0)
		prepare(func(tx *stm.Tx) { v.Append(tx, 1) })
		bodies := 0
		w.tx("reader", func(tx *stm.Tx) error { bodies++; out.Set(tx, v.Get(tx, 0)); return nil })
		w.Go("writer", func() { v.Extend(2, 3) })
		w.holds(func() bool { return bodies == 1 && out.Load() == 1 }, "a read of an older element started over")
	})
}

// TestVectorPopBesideReaders: neither an update, nor a View, nor Load sees an
// element that is gone as one that holds nothing.
func TestVectorPopBesideReaders(t *testing.T) {
	check(t, func(w *world) {
		v := aligned[tvar.Vector[int]]()
		prepare(func(tx *stm.Tx) { v.Append(tx, 1, 2) })
		var seen []int
		see := func(x int) { seen = append(seen, x) }
		w.tx("reader", func(tx *stm.Tx) error {
			if v.Len(tx) == 2 {
				see(v.Get(tx, 1))
			}
			return nil
		})
		w.Go("loader", func() {
			defer func() { _ = recover() }() // out of range
			see(v.Load(1))
		})
		w.Go("writer", func() { v.Take(); v.Extend(3) })
		w.holds(func() bool {
			return slices.Equal(v.Snapshot(), []int{1, 3}) && !slices.ContainsFunc(seen, func(x int) bool { return x != 2 && x != 3 })
		}, "somebody saw an element that was not there")
	})
}

// TestVectorStoreBesideTake: a Store finds the element and is in time, or
// panics; it never brings an element back.
func TestVectorStoreBesideTake(t *testing.T) {
	check(t, func(w *world) {
		v := aligned[tvar.Vector[int]]()
		prepare(func(tx *stm.Tx) { v.Append(tx, 1) })
		stored, took := false, 0
		w.Go("writer", func() {
			defer func() { _ = recover() }() // out of range
			v.Store(0, 5)
			stored = true
		})
		w.Go("taker", func() { took, _ = v.Take() })
		w.holds(func() bool { return v.Size() == 0 && (took == 5 || took == 1 && !stored) }, "a Store came too late")
	})
}
