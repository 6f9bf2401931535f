//go:build stmexplore

package explore_test

import (
	"runtime"
	"testing"

	"github.com/weft-stm/weft/internal/explore"
	"github.com/weft-stm/weft/stm"
)

// Conditions 3, 4 and 5: nothing is lost, and what does not commit leaves
// nothing behind.

// TestLostUpdate: two threads increment one variable.
func TestLostUpdate(t *testing.T) {
	check(t, func(w *world) {
		x := newVar(w, 0)
		w.Go("T0", func() { add(x, 1) })
		w.Go("T1", func() { add(x, 1) })
		w.holds(func() bool { return x.Load() == 2 }, "an update was lost")
	})
}

// TestLostUpdateAfterExtension: the rival commits twice, once before the
// variable is read and once before the snapshot has moved. An extension that
// does not validate the variable being read loses the second update.
func TestLostUpdateAfterExtension(t *testing.T) {
	check(t, func(w *world) {
		x, y := newVar(w, 0), newVar(w, 0)
		w.tx("T0", func(tx *stm.Tx) error {
			y.Get(tx)
			x.Set(tx, x.Get(tx)+1)
			return nil
		})
		w.Go("T1", func() { add(x, 1); add(x, 1) })
		w.holds(func() bool { return x.Load() == 3 }, "an update was lost")
	})
}

// TestWriteSkew: each takes its own if the other is free.
func TestWriteSkew(t *testing.T) {
	check(t, func(w *world) {
		x, y := newVar(w, 0), newVar(w, 0)
		w.tx("T0", func(tx *stm.Tx) error {
			if y.Get(tx) == 0 {
				x.Set(tx, 1)
			}
			return nil
		})
		w.tx("T1", func(tx *stm.Tx) error {
			if x.Get(tx) == 0 {
				y.Set(tx, 1)
			}
			return nil
		})
		w.holds(func() bool { return x.Load()+y.Load() == 1 }, "both or none")
	})
}

// TestOppositeOrder: write sets are locked in opposite orders. Some runs are
// long: neither gets both locks until one has the serial token.
func TestOppositeOrder(t *testing.T) {
	checkUpTo(t, 500, func(w *world) {
		x, y := newVar(w, 0), newVar(w, 0)
		w.tx("T0", func(tx *stm.Tx) error { x.Set(tx, 1); y.Set(tx, 1); return nil })
		w.tx("T1", func(tx *stm.Tx) error { y.Set(tx, 2); x.Set(tx, 2); return nil })
		w.holds(func() bool { return x.Load() == y.Load() }, "two commits were mixed")
	})
}

// TestTransfers: two threads move amounts between accounts in opposite
// directions while a third adds up.
func TestTransfers(t *testing.T) {
	check(t, func(w *world) {
		a, b := newVar(w, 5), newVar(w, 5)
		wrong := false
		w.tx("T0", func(tx *stm.Tx) error { a.Set(tx, a.Get(tx)-1); b.Set(tx, b.Get(tx)+1); return nil })
		w.tx("T1", func(tx *stm.Tx) error { b.Set(tx, b.Get(tx)-2); a.Set(tx, a.Get(tx)+2); return nil })
		w.tx("auditor", func(tx *stm.Tx) error { wrong = wrong || a.Get(tx)+b.Get(tx) != 10; return nil })
		w.holds(func() bool { return !wrong && a.Load() == 6 && b.Load() == 4 }, "money was made or lost")
	})
}

// ends are the ways in which a body can end badly.
var ends = map[string]func(){
	"panic":  func() { panic("the user's own") },
	"goexit": runtime.Goexit,
}

// recovered runs f and stops a panic.
func recovered(f func()) {
	defer func() { _ = recover() }()
	f()
}

// TestBadEnds: a body that panics or calls Goexit leaves nothing, also when it
// had been parked before. Another thread writes meanwhile.
func TestBadEnds(t *testing.T) {
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			check(t, func(w *world) {
				x := newVar(w, 0)
				w.Go("T0", func() {
					recovered(func() {
						_ = stm.Atomically(ctx, func(tx *stm.Tx) error {
							x.Set(tx, x.Get(tx)+7)
							end()
							return nil
						})
					})
				}).MayGoexit()
				w.Go("T1", func() { add(x, 1) })
				w.holds(func() bool { return x.Load() == 1 }, "a body that did not return has committed")
			})
		})
		t.Run(name+" after a wait", func(t *testing.T) {
			check(t, func(w *world) {
				x, ready := newVar(w, 0), newVar(w, false)
				w.Go("T0", func() {
					recovered(func() {
						_ = stm.Atomically(ctx, func(tx *stm.Tx) error {
							tx.Check(ready.Get(tx))
							x.Set(tx, x.Get(tx)+7)
							end()
							return nil
						})
					})
				}).MayGoexit()
				w.Go("T1", func() { set(ready, true); add(x, 1) })
				w.holds(func() bool { return x.Load() == 1 }, "a body that did not return has committed")
			})
		})
		t.Run(name+" in a View", func(t *testing.T) {
			check(t, func(w *world) {
				x := newVar(w, 0)
				w.Go("T0", func() {
					recovered(func() {
						_, _ = stm.View(ctx, func(tx *stm.Tx) (int, error) {
							x.Get(tx)
							end()
							return 0, nil
						})
					})
				}).MayGoexit()
				w.Go("T1", func() { add(x, 1); add(x, 1) })
				w.holds(func() bool { return x.Load() == 2 }, "an update was lost")
			})
		})
	}
}

// TestTheThreadGoesOn: after a panic the next transaction of the thread works.
func TestTheThreadGoesOn(t *testing.T) {
	check(t, func(w *world) {
		x := newVar(w, 0)
		w.Go("T0", func() {
			recovered(func() {
				_ = stm.Atomically(ctx, func(tx *stm.Tx) error { x.Set(tx, 7); panic("the user's own") })
			})
			add(x, 1)
		})
		w.Go("T1", func() { add(x, 1) })
		w.holds(func() bool { return x.Load() == 2 }, "an update was lost")
	})
}

// TestUserRecover: a body that recovers what ends its attempt, and goes on,
// must not commit what it does then.
func TestUserRecover(t *testing.T) {
	check(t, func(w *world) {
		x, y, z := newVar(w, 0), newVar(w, 0), newVar(w, 0)
		wentOn := false
		w.tx("T0", func(tx *stm.Tx) error {
			read := false
			recovered(func() { x.Get(tx); y.Get(tx); read = true })
			recovered(func() {
				if !read {
					z.Set(tx, 1)
					wentOn = true
				}
			})
			return nil
		})
		w.tx("T1", func(tx *stm.Tx) error { x.Set(tx, 1); y.Set(tx, 1); return nil })
		w.holds(func() bool { return z.Load() == 0 }, "a doomed attempt committed")
		w.holds(func() bool { return !wentOn }, "a doomed attempt could go on")
	})
}

// TestUserRecoverOfRetry: the same for an attempt that asked to wait.
func TestUserRecoverOfRetry(t *testing.T) {
	check(t, func(w *world) {
		x, z := newVar(w, 0), newVar(w, 0)
		w.tx("T0", func(tx *stm.Tx) error {
			recovered(func() {
				z.Set(tx, z.Get(tx)+1)
				tx.Check(x.Get(tx) == 1)
			})
			return nil
		})
		w.Go("T1", func() { set(x, 1) })
		w.holds(func() bool { return z.Load() == 1 && x.Load() == 1 }, "a waiting attempt committed")
	})
}

// TestCancelBetweenAttempts: a transaction whose context ends commits, or
// returns the error and has done nothing.
func TestCancelBetweenAttempts(t *testing.T) {
	check(t, func(w *world) {
		x := newVar(w, 0)
		cancelled := explore.NewContext()
		var err error
		w.Go("T0", func() {
			err = stm.Atomically(cancelled, func(tx *stm.Tx) error { x.Set(tx, x.Get(tx)+1); return nil })
		})
		w.Go("T1", func() { add(x, 10) })
		w.Go("T2", cancelled.Cancel)
		w.holds(func() bool { return x.Load() == 10 && err != nil || x.Load() == 11 && err == nil },
			"what a transaction did and what it returned differ")
	})
}
