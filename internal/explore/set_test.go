//go:build stmexplore

package explore_test

import (
	"testing"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// TestSetAlgebraIsAtomic: a key moves from one set to the other by operations on
// whole sets; a View, and a transaction that moves it back, find it in one.
func TestSetAlgebraIsAtomic(t *testing.T) {
	checkStructure(t, func(w *world) {
		a, b := new(tvar.Set[int]), new(tvar.Set[int])
		prepare(func(tx *stm.Tx) { a.Add(tx, 1) })
		n := 1
		w.tx("there", func(tx *stm.Tx) error { b.Union(tx, a); a.Difference(tx, b); return nil })
		w.tx("back", func(tx *stm.Tx) error { a.Union(tx, b); b.Difference(tx, a); return nil })
		w.Go("view", func() {
			var err error
			n, err = stm.View(ctx, func(tx *stm.Tx) (int, error) { return a.Len(tx) + b.Len(tx), nil })
			must(err)
		})
		w.holds(func() bool { return n == 1 && a.Size()+b.Size() == 1 }, "a key got lost between two sets")
	})
}
