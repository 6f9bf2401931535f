//go:build stmexplore

package explore_test

import (
	"context"
	"errors"
	"testing"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/internal/explore"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// Conditions 6 and 7: no wake-up is lost, and none is wasted. The explorer
// reports a thread that is parked when nothing else can move.

// waits is a guest that waits until ok accepts x.
func (w *world) waits(name string, x *tvar.Var[int], ok func(int) bool) {
	w.tx(name, func(tx *stm.Tx) error { tx.Check(ok(x.Get(tx))); return nil })
}

func is(n int) func(int) bool      { return func(v int) bool { return v == n } }
func atLeast(n int) func(int) bool { return func(v int) bool { return v >= n } }

func TestWake(t *testing.T) {
	writes := map[string]func(x *tvar.Var[int]){
		"Set":     func(x *tvar.Var[int]) { set(x, 1) },
		"Store":   func(x *tvar.Var[int]) { x.Store(1) },
		"Modify":  func(x *tvar.Var[int]) { x.Modify(func(n int) int { return n + 1 }) },
		"Add":     func(x *tvar.Var[int]) { addCommuting(x, 1) },
		"Commute": func(x *tvar.Var[int]) { commute(x, 1) },
	}
	for name, write := range writes {
		t.Run(name, func(t *testing.T) {
			check(t, func(w *world) {
				x := newVar(w, 0)
				w.waits("waiter", x, is(1))
				w.Go("writer", func() { write(x) })
			})
		})
	}
}

func addCommuting(x *tvar.Var[int], n int) {
	must(stm.Atomically(ctx, func(tx *stm.Tx) error { tvar.Add(tx, x, n); return nil }))
}

func commute(x *tvar.Var[int], n int) {
	must(stm.Atomically(ctx, func(tx *stm.Tx) error {
		x.Commute(tx, func(v int) int { return v + n })
		return nil
	}))
}

func TestWakeByOneOfTwoCommits(t *testing.T) {
	check(t, func(w *world) {
		x, y := newVar(w, 0), newVar(w, 0)
		w.tx("waiter", func(tx *stm.Tx) error { tx.Check(x.Get(tx) == 1 && y.Get(tx) == 1); return nil })
		w.Go("writer", func() { set(x, 1); set(y, 1) })
	})
}

func TestWakeByBothWriters(t *testing.T) {
	check(t, func(w *world) {
		x, y := newVar(w, 0), newVar(w, 0)
		w.tx("waiter", func(tx *stm.Tx) error { tx.Check(x.Get(tx)+y.Get(tx) == 2); return nil })
		w.Go("T1", func() { x.Store(1) })
		w.Go("T2", func() { y.Store(1) })
	})
}

// TestWakeReadTwice: a variable stands twice in the read set.
func TestWakeReadTwice(t *testing.T) {
	check(t, func(w *world) {
		x := newVar(w, 0)
		w.tx("waiter", func(tx *stm.Tx) error { tx.Check(x.Get(tx)+x.Get(tx) == 2); return nil })
		w.Go("writer", func() { set(x, 1) })
	})
}

func TestWakeTwoWaiters(t *testing.T) {
	check(t, func(w *world) {
		x := newVar(w, 0)
		w.waits("T0", x, is(1))
		w.waits("T1", x, is(1))
		w.Go("writer", func() { set(x, 1) })
	})
}

// TestWakeTheUsefulOne: only the second of two waiters can use the first write.
func TestWakeTheUsefulOne(t *testing.T) {
	check(t, func(w *world) {
		x := newVar(w, 0)
		w.waits("T0", x, is(2))
		w.tx("T1", func(tx *stm.Tx) error { tx.Check(x.Get(tx) == 1); x.Set(tx, 2); return nil })
		w.Go("writer", func() { set(x, 1) })
	})
}

func TestWaitTwice(t *testing.T) {
	check(t, func(w *world) {
		x := newVar(w, 0)
		w.Go("waiter", func() {
			for n := range 2 {
				must(stm.Atomically(ctx, func(tx *stm.Tx) error { tx.Check(x.Get(tx) > n); return nil }))
			}
		})
		w.Go("writer", func() { set(x, 1); set(x, 2) })
	})
}

// TestWaitAgain: the waiter is woken for nothing and goes back to sleep.
func TestWaitAgain(t *testing.T) {
	check(t, func(w *world) {
		x := newVar(w, 0)
		w.waits("waiter", x, is(2))
		w.Go("writer", func() { add(x, 1); add(x, 1) })
	})
}

// TestTokenRing: two threads pass a turn back and forth.
func TestTokenRing(t *testing.T) {
	check(t, func(w *world) {
		turn := newVar(w, 0)
		for i := range 2 {
			w.Go([]string{"T0", "T1"}[i], func() {
				for hop := range 2 {
					must(stm.Atomically(ctx, func(tx *stm.Tx) error {
						tx.Check(turn.Get(tx) == 2*hop+i)
						turn.Set(tx, 2*hop+i+1)
						return nil
					}))
				}
			})
		}
		w.holds(func() bool { return turn.Load() == 4 }, "a hop is missing")
	})
}

// TestSlot: two producers and one consumer of a one-place buffer.
func TestSlot(t *testing.T) {
	check(t, func(w *world) {
		slot := newVar(w, 0)
		sum := 0
		put := func(n int) func() {
			return func() {
				must(stm.Atomically(ctx, func(tx *stm.Tx) error { tx.Check(slot.Get(tx) == 0); slot.Set(tx, n); return nil }))
			}
		}
		w.Go("P1", put(1))
		w.Go("P2", put(2))
		w.Go("consumer", func() {
			for range 2 {
				got := 0
				must(stm.Atomically(ctx, func(tx *stm.Tx) error {
					got = slot.Get(tx)
					tx.Check(got != 0)
					slot.Set(tx, 0)
					return nil
				}))
				sum += got
			}
		})
		w.holds(func() bool { return sum == 3 && slot.Load() == 0 }, "an item was lost or doubled")
	})
}

// TestWakesAreFewerThanWaiters: a commit wakes who waits for what it wrote, and
// nobody twice.
func TestWakesAreFewerThanWaiters(t *testing.T) {
	check(t, func(w *world) {
		x, y := newVar(w, 0), newVar(w, 0)
		w.tx("T0", func(tx *stm.Tx) error { tx.Check(x.Get(tx)+y.Get(tx) > 0); return nil })
		w.Go("T1", func() { x.Store(1) })
		w.Go("T2", func() { y.Store(1) })
		w.holds(func() bool {
			c := engine.ReadCounts()
			return c.Wakes <= c.Parks && c.Wakes <= 1
		}, "a waiter was woken twice")
	})
}

// TestCancelRacesWake: the waiter returns nil or the error of its context, and
// has written in the first case only. A second waiter must not suffer.
func TestCancelRacesWake(t *testing.T) {
	check(t, func(w *world) {
		x, z := newVar(w, 0), newVar(w, 0)
		c := explore.NewContext()
		var err error
		w.Go("waiter", func() {
			err = stm.Atomically(c, func(tx *stm.Tx) error { tx.Check(x.Get(tx) == 1); z.Set(tx, 1); return nil })
		})
		w.Go("writer", func() { set(x, 1) })
		w.Go("canceller", c.Cancel)
		w.holds(func() bool {
			return z.Load() == 1 && err == nil || z.Load() == 0 && errors.Is(err, context.Canceled)
		}, "what a transaction did and what it returned differ")
	})
}

func TestCancelledWaiterHoldsNobodyUp(t *testing.T) {
	check(t, func(w *world) {
		x := newVar(w, 0)
		c := explore.NewContext()
		w.Go("T0", func() {
			_ = stm.Atomically(c, func(tx *stm.Tx) error { tx.Check(x.Get(tx) == 1); return nil })
		})
		w.waits("T1", x, is(1))
		w.Go("T2", func() { c.Cancel(); x.Store(1) })
	})
}

func TestAwait(t *testing.T) {
	check(t, func(w *world) {
		x := newVar(w, 0)
		got := 0
		w.Go("waiter", func() {
			v, err := x.Await(ctx, atLeast(2))
			must(err)
			got = v
		})
		w.Go("T1", func() { x.Modify(func(n int) int { return n + 1 }) })
		w.Go("T2", func() { add(x, 1) })
		w.holds(func() bool { return got == 2 }, "Await returned a value that it should not accept")
	})
}

func TestAwaitCancelled(t *testing.T) {
	check(t, func(w *world) {
		x := newVar(w, 0)
		c := explore.NewContext()
		var got int
		var err error
		w.Go("waiter", func() { got, err = x.Await(c, is(1)) })
		w.Go("writer", func() { x.Store(1) })
		w.Go("canceller", c.Cancel)
		w.holds(func() bool { return got == 1 && err == nil || got == 0 && errors.Is(err, context.Canceled) },
			"Await returned neither the value nor the error")
	})
}

// TestWatch: the stream ends with the last value, whatever it passes over.
func TestWatch(t *testing.T) {
	check(t, func(w *world) {
		x := newVar(w, 0)
		last, falling := 0, false
		w.Go("watcher", func() {
			for v, err := range stm.Watch(ctx, func(tx *stm.Tx) (int, error) { return x.Get(tx), nil }) {
				must(err)
				falling = falling || v < last
				if last = v; v == 2 {
					break
				}
			}
		})
		w.Go("writer", func() { set(x, 1); set(x, 2) })
		w.holds(func() bool { return last == 2 && !falling }, "the stream went back")
	})
}

// TestOrElseWakes: who waits in two alternatives is woken for either.
func TestOrElseWakes(t *testing.T) {
	for name, side := range map[string]int{"left": 0, "right": 1} {
		t.Run(name, func(t *testing.T) {
			check(t, func(w *world) {
				x := []*tvar.Var[int]{newVar(w, 0), newVar(w, 0)}
				chosen := -1
				w.Go("waiter", func() {
					var err error
					chosen, err = stm.Select(ctx,
						func(tx *stm.Tx) error { tx.Check(x[0].Get(tx) == 1); return nil },
						func(tx *stm.Tx) error { tx.Check(x[1].Get(tx) == 1); return nil })
					must(err)
				})
				w.Go("writer", func() { set(x[side], 1) })
				w.holds(func() bool { return chosen == side }, "the wrong alternative was chosen")
			})
		})
	}
}

// TestWriterReadsItsOwn: a waiter that also wrote what it waits for is woken by
// others only.
func TestWriterReadsItsOwn(t *testing.T) {
	check(t, func(w *world) {
		x, y := newVar(w, 0), newVar(w, 0)
		w.tx("T0", func(tx *stm.Tx) error {
			x.Set(tx, x.Get(tx)+1)
			tx.Check(y.Get(tx) == 1)
			return nil
		})
		w.tx("T1", func(tx *stm.Tx) error {
			y.Set(tx, 1)
			x.Set(tx, x.Get(tx)+1)
			return nil
		})
		w.holds(func() bool { return x.Load() == 2 }, "an update was lost")
	})
}

// TestNothingToWaitFor: a Retry that no write could end is an error.
func TestNothingToWaitFor(t *testing.T) {
	check(t, func(w *world) {
		x := newVar(w, 0)
		var err error
		w.Go("T0", func() {
			err = stm.Atomically(ctx, func(tx *stm.Tx) error {
				x.Set(tx, 1)
				tx.Check(x.Get(tx) == 2)
				return nil
			})
		})
		w.Go("T1", func() { set(x, 2) })
		w.holds(func() bool { return errors.Is(err, stm.ErrNothingRead) && x.Load() == 2 }, "a Retry with nothing read did not fail")
	})
}
