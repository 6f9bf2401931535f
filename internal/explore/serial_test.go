//go:build stmexplore

package explore_test

import (
	"context"
	"errors"
	"testing"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/explore"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// Conditions 10, 11 and 12: progress, irrevocability, privatization.

// irrevocable is a body with an effect that may happen once.
func irrevocable(x *tvar.Var[int], effects *int) func(tx *stm.Tx) error {
	return func(tx *stm.Tx) error {
		n := x.Get(tx)
		tx.Irrevocable()
		*effects++
		x.Set(tx, n+1)
		return nil
	}
}

func TestIrrevocableOnce(t *testing.T) {
	rivals := map[string]func(x *tvar.Var[int]){
		"Update": func(x *tvar.Var[int]) { add(x, 1) },
		"Add":    func(x *tvar.Var[int]) { addCommuting(x, 1) },
		"Modify": func(x *tvar.Var[int]) { x.Modify(func(n int) int { return n + 1 }) },
		"irrevocable": func(x *tvar.Var[int]) {
			must(stm.Atomically(ctx, func(tx *stm.Tx) error { x.Set(tx, x.Get(tx)+1); return nil }, stm.Irrevocable()))
		},
	}
	for name, rival := range rivals {
		t.Run(name, func(t *testing.T) {
			check(t, func(w *world) {
				x := newVar(w, 0)
				effects := 0
				w.tx("T0", irrevocable(x, &effects))
				w.Go("T1", func() { rival(x) })
				w.holds(func() bool { return effects == 1 && x.Load() == 2 }, "an effect was repeated, or an update lost")
			})
		})
	}
}

// TestIrrevocableBesideBlindWrites: a write that reads nothing waits, too.
func TestIrrevocableBesideBlindWrites(t *testing.T) {
	for name, write := range map[string]func(x *tvar.Var[int], n int){"Set": set[int], "Store": (*tvar.Var[int]).Store} {
		t.Run(name, func(t *testing.T) {
			check(t, func(w *world) {
				x := newVar(w, 0)
				effects := 0
				w.tx("T0", irrevocable(x, &effects))
				w.Go("T1", func() { write(x, 10) })
				w.holds(func() bool { return effects == 1 && x.Load() >= 10 }, "a write was lost")
			})
		})
	}
}

// TestIrrevocableReadsLater: what is read after Irrevocable cannot change.
func TestIrrevocableReadsLater(t *testing.T) {
	check(t, func(w *world) {
		x, y := newVar(w, 0), newVar(w, 0)
		effects, torn := 0, false
		w.tx("T0", func(tx *stm.Tx) error {
			tx.Irrevocable()
			effects++
			a := x.Get(tx)
			torn = torn || a != y.Get(tx)
			x.Set(tx, a+1)
			y.Set(tx, a+1)
			return nil
		})
		w.Go("T1", func() { setBoth(x, y, 1) })
		w.Go("T2", func() { x.Load(); y.Load() })
		w.holds(func() bool { return effects == 1 && !torn && x.Load() == y.Load() }, "an irrevocable attempt was disturbed")
	})
}

// TestIrrevocableEndsBadly: a panic, an error and Goexit give the token back.
func TestIrrevocableEndsBadly(t *testing.T) {
	ends := map[string]func() error{
		"panic":  func() error { ends["panic"](); return nil },
		"goexit": func() error { ends["goexit"](); return nil },
		"error":  func() error { return errPart },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			check(t, func(w *world) {
				x := newVar(w, 0)
				w.Go("T0", func() {
					recovered(func() {
						_ = stm.Atomically(ctx, func(tx *stm.Tx) error {
							x.Set(tx, x.Get(tx)+7)
							tx.Irrevocable()
							return end()
						})
					})
				}).MayGoexit()
				effects := 0
				w.tx("T1", irrevocable(x, &effects))
				w.holds(func() bool { return effects == 1 && x.Load() == 1 }, "what did not commit left something")
			})
		})
	}
}

// TestIrrevocableCancelledInTheQueue: who leaves the queue takes nothing along.
func TestIrrevocableCancelledInTheQueue(t *testing.T) {
	check(t, func(w *world) {
		x := newVar(w, 0)
		c := explore.NewContext()
		effects := 0
		var err error
		w.tx("T0", irrevocable(x, &effects))
		w.Go("T1", func() {
			err = stm.Atomically(c, func(tx *stm.Tx) error { x.Set(tx, x.Get(tx)+10); return nil }, stm.Irrevocable())
		})
		w.Go("T2", c.Cancel)
		w.holds(func() bool {
			return effects == 1 && (x.Load() == 11 && err == nil || x.Load() == 1 && errors.Is(err, context.Canceled))
		}, "what a transaction did and what it returned differ")
	})
}

// TestViewBesideIrrevocable: the gate does not stop a View, nor the View it.
func TestViewBesideIrrevocable(t *testing.T) {
	check(t, func(w *world) {
		x, y := newVar(w, 0), newVar(w, 0)
		w.views("view", x, y)
		w.tx("T1", func(tx *stm.Tx) error { x.Set(tx, 1); y.Set(tx, 1); return nil }, stm.Irrevocable())
	})
}

// TestSleepersDisturbNobody: who waits for a variable that others have read
// makes none of them start over, not even one that is irrevocable.
func TestSleepersDisturbNobody(t *testing.T) {
	for name, opts := range map[string][]stm.Option{"optimistic": nil, "irrevocable": {stm.Irrevocable()}} {
		t.Run(name, func(t *testing.T) {
			check(t, func(w *world) {
				x, y, z := newVar(w, 0), newVar(w, 0), newVar(w, 0)
				bodies := 0
				w.Go("T0", func() {
					must(stm.Atomically(ctx, func(tx *stm.Tx) error {
						bodies++
						x.Get(tx)
						z.Set(tx, y.Get(tx)) // newer than the clock shows: an extension
						return nil
					}, opts...))
					x.Store(1)
				})
				w.waits("waiter", x, is(1))
				w.holds(func() bool { return bodies == 1 }, "an attempt was lost to a sleeper")
			})
		})
	}
}

// TestMaxAttempts: one attempt, then the error; x counts who has committed.
func TestMaxAttempts(t *testing.T) {
	check(t, func(w *world) {
		x := newVar(w, 0)
		commits, bodies := 0, 0
		w.Go("T0", func() {
			err := stm.Atomically(ctx, func(tx *stm.Tx) error {
				bodies++
				x.Set(tx, x.Get(tx)+1)
				return nil
			}, stm.MaxAttempts(1), stm.Name("T0"))
			var lost *stm.ContentionError
			switch {
			case err == nil:
				commits++
			case !errors.As(err, &lost) || lost.Attempts != 1:
				panic(err)
			}
		})
		w.Go("T1", func() { add(x, 1); commits++ })
		w.holds(func() bool { return bodies == 1 && x.Load() == commits }, "what a transaction did and what it returned differ")
	})
}

// TestAttemptsAreBounded: a rival that commits n times makes a transaction
// start over n times at most.
func TestAttemptsAreBounded(t *testing.T) {
	check(t, func(w *world) {
		x, y := newVar(w, 0), newVar(w, 0)
		bodies := 0
		w.tx("T0", func(tx *stm.Tx) error {
			bodies++
			y.Set(tx, x.Get(tx)+y.Get(tx))
			return nil
		})
		w.Go("T1", func() { add(x, 1); add(y, 1) })
		w.holds(func() bool { return bodies <= 3 }, "an attempt was lost to nobody")
	})
}

// A record is mutable data behind a variable, against the rules.
type record struct{ a, b atomics.Uint32 }

// TestPrivatization: once Quiesce has returned, no attempt is left that could
// reach the record which was taken out before: its owner may change it in place.
func TestPrivatization(t *testing.T) {
	check(t, func(w *world) {
		p := newVar(w, &record{})
		torn := false
		w.Go("owner", func() {
			var mine *record
			must(stm.Atomically(ctx, func(tx *stm.Tx) error { mine = p.Swap(tx, nil); return nil }))
			must(stm.Quiesce(ctx))
			mine.a.Store(1)
			mine.b.Store(1)
		})
		w.tx("reader", func(tx *stm.Tx) error {
			if r := p.Get(tx); r != nil {
				torn = torn || r.a.Load() != r.b.Load()
			}
			return nil
		})
		w.holds(func() bool { return !torn }, "a transaction saw private data change")
	})
}

// TestQuiesceCancelled: a body that does not end does not hold its canceller.
func TestQuiesceCancelled(t *testing.T) {
	check(t, func(w *world) {
		x := newVar(w, 0)
		c := explore.NewContext()
		w.Go("T0", func() { add(x, 1) })
		w.Go("T1", func() { _ = stm.Quiesce(c) })
		w.Go("T2", c.Cancel)
	})
}
