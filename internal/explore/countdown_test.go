//go:build stmexplore

package explore_test

import (
	"testing"

	"github.com/weft-stm/weft/internal/explore"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// Those that count down, and wake all who wait when they are through: nobody
// sleeps on, and nobody goes on too early.

func TestPromiseIsResolvedOnce(t *testing.T) {
	checkBriefly(t, func(w *world) {
		p := aligned[tvar.Promise[int]]()
		first, got := [2]bool{}, [2]int{}
		w.tx("T0", func(tx *stm.Tx) error { first[0] = p.Resolve(tx, 1, nil); return nil })
		w.Go("T1", func() { first[1] = p.Settle(2, nil) })
		w.Go("T2", func() { x, err := p.Await(ctx); must(err); got[0] = x })
		w.tx("T3", func(tx *stm.Tx) (err error) { got[1], err = p.Wait(tx); return err })
		w.holds(func() bool { return first[0] != first[1] && got[0] == got[1] && first[got[0]-1] }, "two results")
	})
}

func TestLatchOpensForAll(t *testing.T) {
	checkBriefly(t, func(w *world) {
		l, early := tvar.NewLatch(2), false
		w.Go("T0", l.Finish)
		w.tx("T1", func(tx *stm.Tx) error { l.Done(tx); return nil })
		w.Go("T2", func() { must(l.Await(ctx)); early = early || l.Size() > 0 })
		w.tx("T3", func(tx *stm.Tx) error { l.Wait(tx); early = early || l.Len(tx) > 0; return nil })
		w.holds(func() bool { return !early && l.Size() == 0 }, "the latch was open too early")
	})
}

// TestWaitGroupIsUsedAgain while somebody waits, who goes on at one zero or the
// other.
func TestWaitGroupIsUsedAgain(t *testing.T) {
	checkBriefly(t, func(w *world) {
		g := aligned[tvar.WaitGroup]()
		prepare(func(tx *stm.Tx) { g.Add(tx, 1) })
		w.Go("T0", func() { must(g.Await(ctx)) })
		w.Go("T1", func() { g.Finish(); g.Increase(1); g.Finish() })
		w.holds(func() bool { return g.Size() == 0 }, "the count is wrong")
	})
}

// TestWaitGroupAddsUp where steps and transactions meet at zero.
func TestWaitGroupAddsUp(t *testing.T) {
	checkBriefly(t, func(w *world) {
		g := aligned[tvar.WaitGroup]()
		prepare(func(tx *stm.Tx) { g.Add(tx, 1) })
		w.Go("T0", func() { g.Increase(1); g.Finish() })
		w.Go("T1", g.Finish)
		w.tx("T2", func(tx *stm.Tx) error { g.Wait(tx); g.Add(tx, 1); return nil })
		w.holds(func() bool { return g.Size() == 1 }, "the count is wrong")
	})
}

// TestBarrierIsUsedAgain by two who meet twice.
func TestBarrierIsUsedAgain(t *testing.T) {
	checkBriefly(t, func(w *world) {
		b, at, apart := tvar.NewBarrier(2), [2]int{}, false
		for i := range 2 {
			w.Go([]string{"T0", "T1"}[i], func() {
				for range 2 {
					at[i]++
					_, err := b.Meet(ctx)
					must(err)
					apart = apart || at[1-i] < at[i]
				}
			})
		}
		w.holds(func() bool { return !apart && b.Size() == 0 }, "somebody went on alone")
	})
}

// TestBarrierMeetIsCancelled while the phase ends: it counts, or it does not.
func TestBarrierMeetIsCancelled(t *testing.T) {
	checkBriefly(t, func(w *world) {
		b, c := tvar.NewBarrier(2), explore.NewContext()
		gone := false
		w.Go("cancelled", func() { _, err := b.Meet(c); gone = err != nil })
		w.Go("T1", func() { b.Join() })
		w.Go("canceller", c.Cancel)
		w.holds(func() bool { return b.Size() == map[bool]int{true: 1, false: 0}[gone] }, "an arrival was lost or counted twice")
	})
}
