//go:build stmexplore

package explore_test

import (
	"testing"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// Conditions 9 and 13: a View runs once, sees one state, blocks nobody, and
// leaves no history.

// views is a guest that compares x and y in a View.
func (w *world) views(name string, x, y *tvar.Var[int]) {
	runs, torn := 0, false
	w.Go(name, func() {
		_, err := stm.View(ctx, func(tx *stm.Tx) (int, error) {
			runs++
			torn = torn || x.Get(tx) != y.Get(tx)
			return 0, nil
		})
		must(err)
	})
	w.holds(func() bool { return runs == 1 }, "the body of a View ran more than once")
	w.holds(func() bool { return !torn }, "a View saw x ≠ y")
}

func setBoth(x, y *tvar.Var[int], n int) {
	must(stm.Atomically(ctx, func(tx *stm.Tx) error { x.Set(tx, n); y.Set(tx, n); return nil }))
}

func TestViewBesideAWriter(t *testing.T) {
	check(t, func(w *world) {
		x, y := newVar(w, 0), newVar(w, 0)
		w.views("view", x, y)
		w.Go("writer", func() { setBoth(x, y, 1); setBoth(x, y, 2) })
		w.holds(func() bool { return x.Load() == 2 && y.Load() == 2 }, "a write was lost")
	})
}

func TestViewBesideTwoWriters(t *testing.T) {
	check(t, func(w *world) {
		x, y := newVar(w, 0), newVar(w, 0)
		w.views("view", x, y)
		w.Go("T1", func() { setBoth(x, y, 1) })
		w.Go("T2", func() { setBoth(x, y, 2) })
	})
}

func TestTwoViews(t *testing.T) {
	check(t, func(w *world) {
		x, y := newVar(w, 0), newVar(w, 0)
		w.views("V0", x, y)
		w.views("V1", x, y)
		w.Go("writer", func() { setBoth(x, y, 1) })
	})
}

func TestTwoViewsInARow(t *testing.T) {
	check(t, func(w *world) {
		x := newVar(w, 0)
		var a, b int
		w.Go("views", func() { a = view(x); b = view(x) })
		w.Go("writer", func() { set(x, 1); set(x, 2) })
		w.holds(func() bool { return a <= b }, "a View saw less than the one before it")
	})
}

// TestViewBesideSingleSteps: Store and Modify keep history, too.
func TestViewBesideSingleSteps(t *testing.T) {
	check(t, func(w *world) {
		x, y := newVar(w, 0), newVar(w, 0)
		var a, b int
		w.Go("view", func() {
			_, err := stm.View(ctx, func(tx *stm.Tx) (int, error) { a, b = x.Get(tx), y.Get(tx); return 0, nil })
			must(err)
		})
		w.Go("writer", func() {
			x.Store(1)
			y.Modify(func(n int) int { return n + 1 })
			x.Modify(func(n int) int { return n + 1 })
		})
		w.holds(func() bool { return a == 0 && b == 0 || a == 1 && b == 0 || a == 1 && b == 1 || a == 2 && b == 1 },
			"a View saw a state that never was")
	})
}

// TestHistoryGoesWithTheLastView: once no View runs and no commit is under
// way, no older version is left, as all scenarios demand.
func TestHistoryGoesWithTheLastView(t *testing.T) {
	check(t, func(w *world) {
		x, y := newVar(w, 0), newVar(w, 0)
		w.views("view", x, y)
		w.Go("writer", func() { setBoth(x, y, 1) })
	})
}

// TestHistoryIsTrimmed: for a View that stays open one older version is kept,
// however often the variable is written. (A View that is about to sample the
// clock keeps all of them until it has.)
func TestHistoryIsTrimmed(t *testing.T) {
	check(t, func(w *world) {
		x := newVar(w, 0)
		var opened atomics.Bool
		var done atomics.Uint32
		seen := 0
		w.Go("view", func() {
			_, err := stm.View(ctx, func(tx *stm.Tx) (int, error) {
				opened.Store(true)
				atomics.Pause(0, func() bool { return done.Load() == 2 })
				seen = x.Get(tx)
				return 0, nil
			})
			must(err)
		})
		most := 0
		for i, name := range []string{"W0", "W1"} {
			w.Go(name, func() {
				atomics.Pause(0, opened.Load)
				for n := range 2 {
					x.Store(10*i + n + 1)
					most = max(most, engine.HistoryOf(&w.cells[0]))
				}
				done.Add(1)
			})
		}
		w.holds(func() bool { return most == 1 && seen == 0 }, "one View, and several versions or another one")
	})
}

// TestSweepBesideANewView: V0 ends and sweeps what was kept for it. Meanwhile
// V1 begins, and a commit keeps something for it in the same list.
func TestSweepBesideANewView(t *testing.T) {
	check(t, func(w *world) {
		x, y := newVar(w, 0), newVar(w, 0)
		var stage atomics.Uint32
		from := func(s uint32) { atomics.Pause(0, func() bool { return stage.Load() >= s }) }
		w.Go("V0", func() {
			_, err := stm.View(ctx, func(tx *stm.Tx) (int, error) {
				stage.Store(1)
				from(2)
				return x.Get(tx), nil
			})
			must(err)
		})
		var a, b int
		w.Go("V1", func() {
			from(2)
			_, err := stm.View(ctx, func(tx *stm.Tx) (int, error) {
				stage.Store(3)
				from(4)
				a, b = x.Get(tx), y.Get(tx)
				return 0, nil
			})
			must(err)
		})
		w.Go("writer", func() {
			from(1)
			setBoth(x, y, 1)
			stage.Store(2)
			from(3)
			setBoth(x, y, 2)
			stage.Store(4)
		})
		w.holds(func() bool { return a == 1 && b == 1 }, "a View saw another state than its own")
	})
}
