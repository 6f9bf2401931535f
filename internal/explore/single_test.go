//go:build stmexplore

package explore_test

import (
	"testing"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// Single steps and commuting updates against transactions.

func TestModifyLosesNothing(t *testing.T) {
	inc := map[string]func(x *tvar.Var[int]){
		"Modify":  func(x *tvar.Var[int]) { x.Modify(func(n int) int { return n + 1 }) },
		"Update":  func(x *tvar.Var[int]) { add(x, 1) },
		"Add":     func(x *tvar.Var[int]) { addCommuting(x, 1) },
		"Commute": func(x *tvar.Var[int]) { commute(x, 1) },
		"Get after Commute": func(x *tvar.Var[int]) {
			must(stm.Atomically(ctx, func(tx *stm.Tx) error {
				x.Commute(tx, func(v int) int { return v + 1 })
				x.Get(tx)
				return nil
			}))
		},
	}
	for first, f := range inc {
		for second, g := range inc {
			if first > second {
				continue
			}
			t.Run(first+" and "+second, func(t *testing.T) {
				check(t, func(w *world) {
					x := newVar(w, 0)
					w.Go("T0", func() { f(x) })
					w.Go("T1", func() { g(x) })
					w.holds(func() bool { return x.Load() == 2 }, "an update was lost")
				})
			})
		}
	}
}

// TestStoreIsATransaction: a Store and a transaction that copies.
func TestStoreIsATransaction(t *testing.T) {
	check(t, func(w *world) {
		x, y := newVar(w, 0), newVar(w, 0)
		w.tx("T0", func(tx *stm.Tx) error { y.Set(tx, x.Get(tx)); return nil })
		w.Go("T1", func() { x.Store(1); y.Store(2) })
		w.holds(func() bool { return y.Load() != 0 }, "a copy of the past came last")
	})
}

// TestEqualWritesDisturbNobody: with the Equal option a write of what is there
// is a read. So one of these writes makes a rival start over, not two.
func TestEqualWritesDisturbNobody(t *testing.T) {
	check(t, func(w *world) {
		x, y := newVar(w, 0), newVar(w, 0)
		engine.SetEqual(&w.cells[0], func(a, b int) bool { return a == b })
		bodies := 0
		w.tx("T0", func(tx *stm.Tx) error {
			bodies++
			y.Set(tx, x.Get(tx)+y.Get(tx))
			return nil
		})
		w.Go("T1", func() { x.Store(0); set(x, 1); set(x, 1); x.Store(1) })
		w.holds(func() bool { return bodies <= 2 }, "a write of the same value was a write")
	})
}

// TestCommuteNeverLoses: updates that commute do not make one another start
// over, only a body that reads does.
func TestCommuteNeverLoses(t *testing.T) {
	check(t, func(w *world) {
		x := newVar(w, 0)
		bodies := 0
		w.tx("T0", func(tx *stm.Tx) error { bodies++; tvar.Add(tx, x, 1); return nil })
		w.tx("T1", func(tx *stm.Tx) error {
			bodies++
			x.Commute(tx, func(n int) int { return n + 1 })
			return nil
		})
		w.holds(func() bool { return x.Load() == 2 }, "an update was lost")
		w.holds(func() bool { return bodies == 2 }, "a commuting update started over")
	})
}

// TestCommuteAmongOthers: a reader of both variables sees both updates or none.
func TestCommuteAmongOthers(t *testing.T) {
	check(t, func(w *world) {
		x, y := newVar(w, 0), newVar(w, 0)
		torn := false
		w.tx("T0", func(tx *stm.Tx) error { tvar.Add(tx, x, 1); tvar.Add(tx, y, 1); return nil })
		w.tx("T1", func(tx *stm.Tx) error {
			a := x.Get(tx)
			torn = torn || a != y.Get(tx)
			x.Set(tx, a+1)
			y.Set(tx, a+1)
			return nil
		})
		w.holds(func() bool { return !torn && x.Load() == 2 && y.Load() == 2 }, "updates were torn apart or lost")
	})
}
