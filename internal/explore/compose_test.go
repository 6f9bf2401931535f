//go:build stmexplore

package explore_test

import (
	"errors"
	"testing"

	"github.com/weft-stm/weft/stm"
)

// Condition 8: what is undone leaves no write and no hook, but its reads.

var errPart = errors.New("this part failed")

// TestOrElseRollsBack: the left alternative writes, then waits; what it wrote
// must not show in the right one, nor be committed.
func TestOrElseRollsBack(t *testing.T) {
	check(t, func(w *world) {
		x, z, u := newVar(w, 0), newVar(w, 0), newVar(w, 0)
		hooks := ""
		w.tx("T0", func(tx *stm.Tx) error {
			return tx.OrElse(
				func(tx *stm.Tx) error {
					tx.OnCommit(func() { hooks += "left" })
					z.Set(tx, 1)
					tx.Check(x.Get(tx) == 1)
					return nil
				},
				func(tx *stm.Tx) error {
					tx.OnCommit(func() { hooks += "right" })
					u.Set(tx, 1-z.Get(tx))
					return nil
				})
		})
		w.Go("T1", func() { set(x, 1) })
		w.holds(func() bool {
			return z.Load() == 1 && u.Load() == 0 && hooks == "left" || z.Load() == 0 && u.Load() == 1 && hooks == "right"
		}, "two alternatives were mixed")
	})
}

// TestConflictIsNoRetry: a conflict in the left alternative starts the attempt
// over. It does not select the right one.
func TestConflictIsNoRetry(t *testing.T) {
	check(t, func(w *world) {
		x, y := newVar(w, 0), newVar(w, 0)
		right := false
		w.tx("T0", func(tx *stm.Tx) error {
			return tx.OrElse(
				func(tx *stm.Tx) error { y.Set(tx, x.Get(tx)+y.Get(tx)); return nil },
				func(tx *stm.Tx) error { right = true; return nil })
		})
		w.tx("T1", func(tx *stm.Tx) error { x.Set(tx, 1); y.Set(tx, y.Get(tx)+2); return nil })
		w.holds(func() bool { return !right && (y.Load() == 2 || y.Load() == 3) }, "a conflict was taken for a Retry")
	})
}

// TestOrElseDependsOnWhatItLeft: the right alternative was right only as long
// as the left one had to wait, so the reads of the left one are validated.
func TestOrElseDependsOnWhatItLeft(t *testing.T) {
	check(t, func(w *world) {
		x, z := newVar(w, 0), newVar(w, 0)
		seen := 0
		w.tx("T0", func(tx *stm.Tx) error {
			return tx.OrElse(
				func(tx *stm.Tx) error { tx.Check(x.Get(tx) == 1); return nil },
				func(tx *stm.Tx) error { z.Set(tx, 1); return nil })
		})
		w.tx("T1", func(tx *stm.Tx) error {
			x.Set(tx, 1)
			seen = z.Get(tx)
			return nil
		})
		w.holds(func() bool { return seen == z.Load() }, "the right alternative ran although the left could")
	})
}

// TestNestedFails: an error undoes the part, and nothing else.
func TestNestedFails(t *testing.T) {
	check(t, func(w *world) {
		x, y := newVar(w, 0), newVar(w, 0)
		hooks, parts, undone := "", 0, 0
		w.tx("T0", func(tx *stm.Tx) error {
			x.Set(tx, x.Get(tx)+1)
			tx.OnCommit(func() { hooks += "outer" })
			err := tx.Nested(func(tx *stm.Tx) error {
				parts++
				tx.OnCommit(func() { hooks += "inner" })
				tx.OnRollback(func() { undone++ })
				x.Set(tx, 100)
				y.Set(tx, y.Get(tx)+100)
				return errPart
			})
			if err != errPart {
				panic("Nested returned another error")
			}
			return nil
		})
		w.tx("T1", func(tx *stm.Tx) error { x.Set(tx, x.Get(tx)+1); y.Set(tx, 1); return nil })
		w.holds(func() bool { return x.Load() == 2 && y.Load() == 1 && hooks == "outer" }, "a part that failed left something")
		w.holds(func() bool { return undone == parts }, "a part was not compensated once each time")
	})
}

// TestHooks: OnCommit runs once, OnRollback once for each attempt undone.
func TestHooks(t *testing.T) {
	check(t, func(w *world) {
		x, y := newVar(w, 0), newVar(w, 0)
		begun, committed, undone := 0, 0, 0
		w.tx("T0", func(tx *stm.Tx) error {
			begun++
			tx.OnCommit(func() { committed++ })
			tx.OnRollback(func() { undone++ })
			y.Set(tx, x.Get(tx)+1)
			return nil
		})
		w.Go("T1", func() { add(x, 1); add(y, 1) })
		w.holds(func() bool { return committed == 1 && undone == begun-1 }, "hooks and attempts do not agree")
	})
}

// TestCommitHookMayTransact: hooks run after everything is released.
func TestCommitHookMayTransact(t *testing.T) {
	check(t, func(w *world) {
		x := newVar(w, 0)
		w.tx("T0", func(tx *stm.Tx) error {
			x.Set(tx, x.Get(tx)+1)
			tx.OnCommit(func() { add(x, 1) })
			return nil
		})
		w.Go("T1", func() { add(x, 1) })
		w.holds(func() bool { return x.Load() == 3 }, "an update was lost")
	})
}

// TestBeforeCommit: what the hook reads is part of the transaction.
func TestBeforeCommit(t *testing.T) {
	check(t, func(w *world) {
		x, y := newVar(w, 0), newVar(w, 0)
		w.tx("T0", func(tx *stm.Tx) error {
			tx.BeforeCommit(func(tx *stm.Tx) error { y.Set(tx, y.Get(tx)+x.Get(tx)); return nil })
			x.Set(tx, x.Get(tx)+1)
			return nil
		})
		w.tx("T1", func(tx *stm.Tx) error { x.Set(tx, x.Get(tx)+1); y.Set(tx, y.Get(tx)+x.Get(tx)); return nil })
		w.holds(func() bool { return x.Load() == 2 && y.Load() == 3 }, "an update was lost")
	})
}
