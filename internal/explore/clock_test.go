//go:build stmexplore

package explore_test

import (
	"testing"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/internal/explore"
	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// The clock: versions are given out in blocks and shown late. A descriptor that
// has committed before may have versions left that are older than those which
// others have used since, and knows some as its own.

// worker returns a Worker that has committed so many times, undisturbed: after
// two commits it has a version left. With show, the clock has moved since.
func (w *world) worker(commits int, show bool) *sched.Worker {
	k := sched.NewWorker()
	x := newVar(w, 0)
	for i := range commits {
		must(k.Atomically(ctx, func(tx *stm.Tx) error { x.Set(tx, i); return nil }))
	}
	if show {
		// Not stm.View, which would take a descriptor of an earlier run.
		_, err := sched.View(ctx, sched.NewWorker(), func(tx *stm.Tx) (int, error) { return x.Get(tx), nil })
		must(err)
	}
	return k
}

// on is a guest that runs one transaction on k.
func (w *world) on(k *sched.Worker, name string, body func(tx *stm.Tx) error) {
	w.Go(name, func() { must(k.Atomically(ctx, body)) })
}

// read reads x so often that an extension of its transaction shows the clock,
// and a commit asks whether it was alone.
func read(tx *stm.Tx, x *tvar.Var[int]) (v int) {
	for range 9 {
		v = x.Get(tx)
	}
	return v
}

// warmths are how much the workers of a scenario have done before.
var warmths = map[string][2]int{
	"new": {0, 0}, "one": {1, 1}, "left over": {2, 2}, "left over, used up": {2, 3}, "used up, left over": {3, 2},
}

// checkWarm explores a scenario with workers that have done this or that. The
// second is made first, so its versions are older; those of the variables are
// older still, so that they can be overwritten with what is left over.
func checkWarm(t *testing.T, limit int, f func(w *world, a, b *sched.Worker, x, y, z *tvar.Var[int])) {
	for name, n := range warmths {
		for _, show := range []bool{false, true} {
			t.Run(map[bool]string{false: name, true: name + ", shown"}[show], func(t *testing.T) {
				runs := limit
				if explore.Deep() {
					runs *= 50
				}
				p := scenario(func(w *world) {
					x, y, z := newVar(w, 0), newVar(w, 0), newVar(w, 0)
					b := w.worker(n[1], false)
					a := w.worker(n[0], show)
					f(w, a, b, x, y, z)
				})
				explore.Check(t, p, explore.DPOR(runs), explore.Preemptions(1, runs), explore.Preemptions(2, runs/2),
					explore.PCT(1, 2, runs/2), explore.PCT(2, 3, runs/2))
			})
		}
	}
}

// TestOldVersionsOfABlock: the writer may use a version that was given out
// before the reader began, and all that the reader knows of it is that it is
// too new.
func TestOldVersionsOfABlock(t *testing.T) {
	checkWarm(t, 1000, func(w *world, a, b *sched.Worker, x, y, z *tvar.Var[int]) {
		torn := false
		w.on(a, "reader", func(tx *stm.Tx) error {
			read(tx, z)
			n := x.Get(tx)
			torn = torn || n != y.Get(tx)
			return nil
		})
		w.on(b, "writer", func(tx *stm.Tx) error { x.Set(tx, 1); y.Set(tx, 1); return nil })
		w.holds(func() bool { return !torn }, "an attempt saw x ≠ y")
	})
}

// TestOldVersionsBesideAView: the same for a View, which shows the clock.
func TestOldVersionsBesideAView(t *testing.T) {
	checkWarm(t, 1000, func(w *world, a, b *sched.Worker, x, y, z *tvar.Var[int]) {
		w.views("view", x, y)
		w.Go("writer", func() {
			for _, k := range []*sched.Worker{b, a} {
				must(k.Atomically(ctx, func(tx *stm.Tx) error { y.Set(tx, y.Get(tx)+1); x.Set(tx, x.Get(tx)+1); return nil }))
			}
		})
	})
}

// TestViewsAndReadersAgree: the clock is shown by a View while a reader and a
// writer are at work. Both see one state.
func TestViewsAndReadersAgree(t *testing.T) {
	checkWarm(t, 300, func(w *world, a, b *sched.Worker, x, y, z *tvar.Var[int]) {
		torn := false
		w.on(a, "reader", func(tx *stm.Tx) error {
			n := x.Get(tx)
			torn = torn || n != y.Get(tx)
			return nil
		})
		w.on(b, "writer", func(tx *stm.Tx) error { x.Set(tx, 1); y.Set(tx, 1); return nil })
		w.views("view", x, y)
		w.holds(func() bool { return !torn }, "an attempt saw x ≠ y")
	})
}

// TestViewOfWhatDependsOnSomethingNew: T1 reads or overwrites what T0 wrote. A
// View that sees T1 sees T0 too, whatever versions they have.
func TestViewOfWhatDependsOnSomethingNew(t *testing.T) {
	transaction := func(a *sched.Worker, x *tvar.Var[int]) {
		must(a.Atomically(ctx, func(tx *stm.Tx) error { x.Set(tx, 1); return nil }))
	}
	store := func(_ *sched.Worker, x *tvar.Var[int]) { x.Store(1) }
	reads := func(tx *stm.Tx, x *tvar.Var[int]) bool { return x.Get(tx) != 0 }
	overwrites := func(tx *stm.Tx, x *tvar.Var[int]) bool { return x.Swap(tx, 2) == 1 }
	for name, p := range map[string]struct {
		first  func(a *sched.Worker, x *tvar.Var[int])
		second func(tx *stm.Tx, x *tvar.Var[int]) bool
	}{
		"reads":          {transaction, reads},
		"overwrites":     {transaction, overwrites},
		"reads a Store":  {store, reads},
		"overwrites one": {store, overwrites},
	} {
		t.Run(name, func(t *testing.T) {
			checkWarm(t, 300, func(w *world, a, b *sched.Worker, x, _, z *tvar.Var[int]) {
				w.Go("T0", func() { p.first(a, x) })
				w.on(b, "T1", func(tx *stm.Tx) error {
					if p.second(tx, x) {
						z.Set(tx, 1)
					}
					return nil
				})
				first, seen := 0, 0
				w.Go("view", func() { first, seen = viewTwo(x, z) })
				w.holds(func() bool { return seen == 0 || first != 0 }, "a View saw a transaction, and not the one before it")
			})
		})
	}
}

// TestViewOfWhoOverwritesWhatWasRead: the same for a transaction that overwrites
// what another one has read. It takes a worker with an old version left, and
// two preemptions.
func TestViewOfWhoOverwritesWhatWasRead(t *testing.T) {
	p := scenario(func(w *world) {
		x, y, z := newVar(w, 0), newVar(w, 0), newVar(w, 0)
		b := w.worker(2, false)
		a := w.worker(3, false)
		before := false // T1 is before T0
		w.on(a, "T0", func(tx *stm.Tx) error { before = y.Get(tx) == 1; x.Set(tx, 1); return nil })
		w.on(b, "T1", func(tx *stm.Tx) error { y.Set(tx, 1); z.Set(tx, 1); return nil })
		first, seen := 0, 0
		w.Go("view", func() { first, seen = viewTwo(x, z) })
		w.holds(func() bool { return seen == 0 || first != 0 || before }, "a View saw a transaction, and not the one before it")
	})
	explore.Check(t, p, explore.Preemptions(2, 40_000))
}

// TestOwnVersionsAreOld: what a worker wrote itself it reads without an
// extension, and what others did meanwhile shows.
func TestOwnVersionsAreOld(t *testing.T) {
	checkWarm(t, 1000, func(w *world, a, b *sched.Worker, x, y, z *tvar.Var[int]) {
		torn := false
		both := func(tx *stm.Tx) error {
			n := x.Get(tx)
			torn = torn || n != y.Get(tx)
			x.Set(tx, n+1)
			y.Set(tx, n+1)
			return nil
		}
		w.Go("T0", func() { must(a.Atomically(ctx, both)); must(a.Atomically(ctx, both)) })
		w.on(b, "T1", both)
		w.holds(func() bool { return !torn && x.Load() == 3 && y.Load() == 3 }, "an attempt saw x ≠ y, or an update was lost")
	})
}

// TestAlone: a commit that believes nobody else has committed since it began
// does not look at its reads.
func TestAlone(t *testing.T) {
	checkWarm(t, 1000, func(w *world, a, b *sched.Worker, x, y, z *tvar.Var[int]) {
		w.on(a, "T0", func(tx *stm.Tx) error {
			if read(tx, y) == 0 {
				x.Set(tx, 1)
			}
			return nil
		})
		w.on(b, "T1", func(tx *stm.Tx) error {
			if read(tx, x) == 0 {
				y.Set(tx, 1)
			}
			return nil
		})
		w.holds(func() bool { return x.Load()+y.Load() == 1 }, "both or none")
	})
}

// TestAloneAgain: the same after a commit that has shown the clock, with a
// version left that was given out before.
func TestAloneAgain(t *testing.T) {
	checkWarm(t, 1000, func(w *world, a, b *sched.Worker, x, y, z *tvar.Var[int]) {
		w.Go("T0", func() {
			must(a.Atomically(ctx, func(tx *stm.Tx) error { z.Set(tx, read(tx, z)+1); return nil }))
			must(a.Atomically(ctx, func(tx *stm.Tx) error {
				if read(tx, y) == 0 {
					x.Set(tx, 1)
				}
				return nil
			}))
		})
		w.on(b, "T1", func(tx *stm.Tx) error {
			if x.Get(tx) == 0 { // a longer one would show the clock itself
				y.Set(tx, 1)
			}
			return nil
		})
		w.holds(func() bool { return x.Load()+y.Load() == 1 }, "both or none")
	})
}

// TestVersionsGrow for each variable, whoever writes it, and no two commits have
// the same.
func TestVersionsGrow(t *testing.T) {
	checkWarm(t, 1000, func(w *world, a, b *sched.Worker, x, y, z *tvar.Var[int]) {
		seen := map[*tvar.Var[int]][]uint64{}
		write := func(k *sched.Worker, v *tvar.Var[int]) {
			must(k.Atomically(ctx, func(tx *stm.Tx) error {
				v.Set(tx, 1)
				e := tx.Engine()
				tx.OnCommit(func() { seen[v] = append(seen[v], engine.Version(e)) })
				return nil
			}))
		}
		w.Go("T0", func() { write(a, x); write(a, y); write(a, x) })
		w.Go("T1", func() { write(b, y); y.Store(4) })
		w.holds(func() bool {
			distinct := map[uint64]bool{}
			for i, v := range []*tvar.Var[int]{x, y} {
				_, word := engine.Sample(&w.cells[i])
				for _, version := range seen[v] {
					if version > word>>5 { // see engine/word.go
						return false
					}
					distinct[version] = true
				}
			}
			return len(distinct) == 4
		}, "a version was used twice, or a newer one overwritten")
	})
}

// TestOwnVersionsNeedNoExtension: a worker reads what it wrote last without
// another look at what it has read so far.
func TestOwnVersionsNeedNoExtension(t *testing.T) {
	for commits := range 4 {
		check(t, func(w *world) {
			a := w.worker(commits, true)
			x := newVar(w, 0)
			extensions := uint64(0)
			w.Go("T0", func() {
				must(a.Atomically(ctx, func(tx *stm.Tx) error { x.Set(tx, 1); return nil }))
				before := engine.ReadCounts().Extensions
				must(a.Atomically(ctx, func(tx *stm.Tx) error { x.Get(tx); return nil }))
				extensions = engine.ReadCounts().Extensions - before
			})
			w.holds(func() bool { return extensions == 0 }, "it took an extension to read one's own write")
		})
	}
}

// TestOwnVersionsAreReadInTime only: neither after the body, nor by a body that
// has lost already and recovered from it.
func TestOwnVersionsAreReadInTime(t *testing.T) {
	checkWarm(t, 1000, func(w *world, a, b *sched.Worker, x, y, z *tvar.Var[int]) {
		late, wentOn := false, false
		w.Go("T0", func() {
			must(a.Atomically(ctx, func(tx *stm.Tx) error { z.Set(tx, 1); return nil }))
			var leaked *stm.Tx
			must(a.Atomically(ctx, func(tx *stm.Tx) error {
				leaked = tx
				lost := true
				recovered(func() { x.Get(tx); y.Get(tx); lost = false })
				recovered(func() { z.Get(tx); wentOn = wentOn || lost })
				return nil
			}))
			recovered(func() { z.Get(leaked); late = true })
		})
		w.on(b, "T1", func(tx *stm.Tx) error { x.Set(tx, 1); y.Set(tx, 1); return nil })
		w.holds(func() bool { return !late }, "a transaction was of use after its body")
		w.holds(func() bool { return !wentOn }, "a doomed attempt could go on")
	})
}

// TestTheClockDoesNotGoBack: two Views show it, one of them late. A commit with
// a version from between must not appear in the other's past.
func TestTheClockDoesNotGoBack(t *testing.T) {
	checkWarm(t, 4000, func(w *world, a, b *sched.Worker, x, y, z *tvar.Var[int]) {
		w.views("V0", x, y)
		w.Go("V1", func() {
			_, err := stm.View(ctx, func(tx *stm.Tx) (int, error) { return 0, nil })
			must(err)
		})
		w.Go("T0", func() {
			must(b.Atomically(ctx, func(tx *stm.Tx) error { z.Set(tx, 1); return nil }))
			must(b.Atomically(ctx, func(tx *stm.Tx) error { x.Set(tx, 1); y.Set(tx, 1); return nil }))
		})
	})
}
