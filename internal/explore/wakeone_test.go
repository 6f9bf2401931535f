//go:build stmexplore

package explore_test

import (
	"testing"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/internal/explore"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// Conditions 6 and 7 for variables that wake one waiter at a time: however the
// woken one ends, nobody who could go on sleeps for ever.

func newStock(w *world, n int) *tvar.Var[int] {
	x := newVar(w, n)
	engine.SetWakeOne(&w.cells[w.used-1])
	return x
}

// take is a guest that waits for an item and takes it.
func (w *world) take(name string, x *tvar.Var[int]) {
	w.tx(name, func(tx *stm.Tx) error {
		n := x.Get(tx)
		tx.Check(n > 0)
		x.Set(tx, n-1)
		return nil
	})
}

func put(x *tvar.Var[int], n int) {
	must(stm.Atomically(ctx, func(tx *stm.Tx) error { x.Set(tx, x.Get(tx)+n); return nil }))
}

func TestWakeOneAfterTheOther(t *testing.T) {
	check(t, func(w *world) {
		x := newStock(w, 0)
		w.take("T0", x)
		w.take("T1", x)
		w.Go("producer", func() { put(x, 1); put(x, 1) })
	})
}

// TestWakeOneForTwoItems: one write makes two of them able to go on.
func TestWakeOneForTwoItems(t *testing.T) {
	check(t, func(w *world) {
		x := newStock(w, 0)
		w.take("T0", x)
		w.take("T1", x)
		w.Go("producer", func() { x.Modify(func(n int) int { return n + 2 }) })
	})
}

// TestWakeOneWhoOnlyLooks passes the baton on.
func TestWakeOneWhoOnlyLooks(t *testing.T) {
	check(t, func(w *world) {
		x := newStock(w, 0)
		w.waits("looker", x, atLeast(1))
		w.take("taker", x)
		w.Go("producer", func() { x.Store(2) })
	})
}

// TestWakeOneWhoSleepsAgain keeps its place; who comes later waits for it.
func TestWakeOneWhoSleepsAgain(t *testing.T) {
	check(t, func(w *world) {
		x := newStock(w, 0)
		w.tx("T0", func(tx *stm.Tx) error { tx.Check(x.Get(tx) >= 2); return nil })
		w.tx("T1", func(tx *stm.Tx) error { tx.Check(x.Get(tx) >= 2); return nil })
		w.Go("producer", func() { x.Store(1); x.Store(2) })
	})
}

// TestWakeOneWhoWaitsElsewhere the second time passes the baton on.
func TestWakeOneWhoWaitsElsewhere(t *testing.T) {
	check(t, func(w *world) {
		x, y := newStock(w, 0), newVar(w, 0)
		w.tx("T0", func(tx *stm.Tx) error {
			if tx.Attempt() == 1 {
				tx.Check(x.Get(tx) > 0)
			} else {
				tx.Check(y.Get(tx) > 0)
			}
			return nil
		})
		w.tx("T1", func(tx *stm.Tx) error { tx.Check(x.Get(tx) > 0); y.Set(tx, 1); return nil })
		w.Go("producer", func() { x.Store(1) })
	})
}

// TestWakeOneWhoIsCancelled when it has been chosen already.
func TestWakeOneWhoIsCancelled(t *testing.T) {
	check(t, func(w *world) {
		x := newStock(w, 0)
		c := explore.NewContext()
		w.Go("cancelled", func() {
			_ = stm.Atomically(c, func(tx *stm.Tx) error {
				n := x.Get(tx)
				tx.Check(n > 0)
				x.Set(tx, n-1)
				x.Set(tx, n) // looks, and takes nothing
				return nil
			})
		})
		w.take("T1", x)
		w.Go("producer", func() { put(x, 1) })
		w.Go("canceller", c.Cancel)
	})
}

// TestWakeOneWhoFails after it was woken.
func TestWakeOneWhoFails(t *testing.T) {
	check(t, func(w *world) {
		x := newStock(w, 0)
		w.Go("fails", func() {
			_ = stm.Atomically(ctx, func(tx *stm.Tx) error { tx.Check(x.Get(tx) > 0); return errPart })
		})
		w.take("T1", x)
		w.Go("producer", func() { put(x, 2) })
	})
}

// TestWakeOneByAwait looks at the value and passes the baton on.
func TestWakeOneByAwait(t *testing.T) {
	check(t, func(w *world) {
		x := newStock(w, 0)
		w.Go("awaits", func() { _, err := x.Await(ctx, func(n int) bool { return n > 0 }); must(err) })
		w.tx("waiter", func(tx *stm.Tx) error { tx.Check(x.Get(tx) > 0); return nil })
		w.Go("producer", func() { put(x, 1) })
	})
}
