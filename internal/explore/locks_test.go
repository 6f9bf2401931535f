//go:build stmexplore

package explore_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/explore"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// Locks that cannot be had, and write sets too large to be searched entry by
// entry. Runs are long, so their schedules are drawn.

// checkLong explores a scenario by drawn schedules; holders of locks may be
// slow.
func checkLong(t *testing.T, runs int, f func(w *world)) {
	t.Helper()
	if explore.Deep() {
		runs *= 50
	}
	for depth := 2; depth <= 4; depth++ {
		explore.Check(t, scenario(f), explore.PCT(uint64(depth), depth, runs).Impatient())
	}
	explore.Check(t, scenario(f), explore.Random(1, runs), explore.Random(2, runs).Impatient())
}

// TestSlowHolder: T1 and T2 each hold one lock while T0 holds the other that
// they want. They let go, so that T3 gets on, and nothing is half written.
func TestSlowHolder(t *testing.T) {
	checkLong(t, 2000, func(w *world) {
		x, y, z := newVar(w, 0), newVar(w, 0), newVar(w, 0)
		torn := false
		w.tx("T0", func(tx *stm.Tx) error { x.Set(tx, 1); return nil })
		w.tx("T1", func(tx *stm.Tx) error { y.Set(tx, 2); x.Set(tx, 2); return nil })
		w.tx("T2", func(tx *stm.Tx) error { z.Set(tx, z.Get(tx)+1); x.Set(tx, 3); return nil })
		w.Go("T3", func() {
			y.Store(4)
			add(z, 10)
			must(stm.Atomically(ctx, func(tx *stm.Tx) error {
				torn = torn || y.Get(tx) == 2 && x.Get(tx) == 0
				return nil
			}))
		})
		w.holds(func() bool { return !torn }, "half of a commit was seen")
		w.holds(func() bool { return z.Load() == 11 }, "an update was lost")
	})
}

// TestSlowHolderOfACommutedVariable: a commit that gives up applies its
// function again, to what is there then.
func TestSlowHolderOfACommutedVariable(t *testing.T) {
	checkLong(t, 2000, func(w *world) {
		x, y := newVar(w, 0), newVar(w, 0)
		both := func(tx *stm.Tx) error {
			x.Commute(tx, func(n int) int { return n + 1 })
			tvar.Add(tx, y, 1)
			return nil
		}
		w.tx("T0", both)
		w.tx("T1", both)
		w.Go("T2", func() { y.Store(10); x.Modify(func(n int) int { return n + 10 }) })
		w.holds(func() bool { return x.Load() == 12 && y.Load() >= 10 && y.Load() <= 12 }, "an update was lost")
	})
}

// TestSlowHolderUnderTheToken: who holds the token waits for a slow committer
// that passed the gate before.
func TestSlowHolderUnderTheToken(t *testing.T) {
	checkLong(t, 2000, func(w *world) {
		x, y := newVar(w, 0), newVar(w, 0)
		effects := 0
		w.tx("T0", irrevocable(x, &effects))
		w.tx("T1", func(tx *stm.Tx) error { y.Set(tx, y.Get(tx)+1); x.Set(tx, x.Get(tx)+1); return nil })
		w.Go("T2", func() { add(x, 1); y.Store(5) })
		w.holds(func() bool { return effects == 1 && x.Load() == 3 }, "an effect was repeated, or an update lost")
	})
}

// large is more variables than a write set keeps without an index.
const large = 18

// TestLargeWriteSets: one transaction writes more variables than are searched
// entry by entry, with parts undone before and after the index is made; others
// write the first and the last of them.
func TestLargeWriteSets(t *testing.T) {
	checkLong(t, 1000, func(w *world) {
		var v [large]*tvar.Var[int]
		for i := range v {
			v[i] = newVar(w, 0)
		}
		torn := false
		w.tx("T0", func(tx *stm.Tx) error {
			for i := range large / 2 {
				v[i].Set(tx, v[i].Get(tx)+1)
			}
			_ = tx.Nested(func(tx *stm.Tx) error {
				for i := range v {
					v[i].Set(tx, 100)
				}
				return errPart
			})
			for i := large / 2; i < large; i++ {
				v[i].Set(tx, v[i].Get(tx)+1)
			}
			return tx.OrElse(
				func(tx *stm.Tx) error { v[0].Set(tx, 200); v[large-1].Set(tx, 200); tx.Retry(); return nil },
				func(tx *stm.Tx) error { v[1].Set(tx, v[1].Get(tx)+1); return nil })
		})
		w.tx("T1", func(tx *stm.Tx) error {
			first, last := v[0].Get(tx), v[large-1].Get(tx)
			torn = torn || first != last
			v[large-1].Set(tx, last+1)
			v[0].Set(tx, first+1)
			return nil
		})
		w.Go("T2", func() {
			if first, last := viewTwo(v[0], v[large-1]); first != last {
				torn = true
			}
		})
		w.holds(func() bool { return !torn }, "half of a commit was seen")
		for i := range v {
			want := 1
			if i < 2 || i == large-1 {
				want = 2
			}
			w.holds(func() bool { return v[i].Load() == want }, "variable %d is not %d", i, want)
		}
	})
}

// viewTwo is a View of two variables.
func viewTwo(x, y *tvar.Var[int]) (a, b int) {
	_, err := stm.View(ctx, func(tx *stm.Tx) (int, error) { a, b = x.Get(tx), y.Get(tx); return 0, nil })
	must(err)
	return a, b
}

// TestLargeWriteSetsInOppositeOrder: two of them, locked from opposite ends.
func TestLargeWriteSetsInOppositeOrder(t *testing.T) {
	checkLong(t, 500, func(w *world) {
		var v [large]*tvar.Var[int]
		for i := range v {
			v[i] = newVar(w, 0)
		}
		w.tx("T0", func(tx *stm.Tx) error {
			for i := range v {
				v[i].Set(tx, v[i].Get(tx)+1)
			}
			return nil
		})
		w.tx("T1", func(tx *stm.Tx) error {
			for i := range v {
				v[large-1-i].Set(tx, v[large-1-i].Get(tx)+1)
			}
			return nil
		})
		w.holds(func() bool {
			for i := range v {
				if v[i].Load() != 2 {
					return false
				}
			}
			return true
		}, "an update was lost")
	})
}

// slowHolder is a lock, whose holder is in no hurry, and a thread that gives up
// after three polls.
func slowHolder(r *explore.Run) (got *bool) {
	var lock, x atomics.Uint32
	got = new(bool)
	r.Go("holder", func() {
		lock.Store(1)
		for range 3 {
			x.Add(1)
		}
		lock.Store(0)
	})
	r.Go("other", func() {
		for round := range 3 {
			if *got = lock.CompareAndSwap(0, 1); *got {
				lock.Store(0)
				return
			}
			atomics.Pause(round, func() bool { return lock.Load() == 0 })
		}
	})
	r.Outcome(func() string { return fmt.Sprint(*got) })
	return got
}

// TestOnlyImpatientSearchesGiveUp beside a holder that could go on.
func TestOnlyImpatientSearchesGiveUp(t *testing.T) {
	program := func(r *explore.Run) { slowHolder(r) }
	for _, s := range []explore.Search{explore.Random(1, 500), explore.PCT(1, 3, 500), explore.DPOR(0)} {
		require.Equal(t, []string{"true"}, outcomes(explore.Explore(program, s)), s)
	}
	for _, s := range impatient {
		r := explore.Explore(program, s)
		require.Nil(t, r.Failure, s)
		require.Equal(t, []string{"false", "true"}, outcomes(r), s)
	}
}

var impatient = []explore.Search{explore.Random(1, 500).Impatient(), explore.PCT(1, 3, 500).Impatient()}

// TestImpatientFailuresReplay: a schedule says which pauses were in vain.
func TestImpatientFailuresReplay(t *testing.T) {
	program := func(r *explore.Run) {
		got := slowHolder(r)
		r.Final(func() error {
			if !*got {
				return errors.New("gave up")
			}
			return nil
		})
	}
	for _, s := range impatient {
		r := explore.Explore(program, s)
		require.NotNil(t, r.Failure, s)
		require.Equal(t, explore.Wrong, r.Failure.Kind, r.Failure.Text)
		again, trace, err := explore.Replay(program, r.Failure.Schedule)
		require.NoError(t, err)
		require.NotNil(t, again, trace)
		require.Equal(t, r.Failure.Trace, again.Trace)
	}
}
