//go:build stmexplore

package explore_test

import (
	"testing"

	"github.com/weft-stm/weft/internal/explore"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// Boxes: whoever can go on is woken, whether it waits for a value or for room,
// and whoever was woken before it.

// taken is a guest that takes a value and adds it to a sum.
func (w *world) taken(name string, b *tvar.Box[int], sum *int) {
	w.Go(name, func() {
		x, err := b.Take(ctx)
		must(err)
		*sum += x
	})
}

// TestBoxHandsOver two values, from two goroutines to two others.
func TestBoxHandsOver(t *testing.T) {
	checkBriefly(t, func(w *world) {
		b, sum := tvar.NewBox[int](), 0
		w.taken("T0", b, &sum)
		w.taken("T1", b, &sum)
		w.Go("T2", func() { must(b.Put(ctx, 1)) })
		w.Go("T3", func() { must(b.Put(ctx, 2)) })
		w.holds(func() bool { return sum == 3 }, "a value was lost or taken twice")
	})
}

// TestBoxTakerIsCancelled when the value may be meant for it.
func TestBoxTakerIsCancelled(t *testing.T) {
	checkBriefly(t, func(w *world) {
		b, c, sum := tvar.NewBox[int](), explore.NewContext(), 0
		w.Go("cancelled", func() {
			if x, err := b.Take(c); err == nil {
				must(b.Put(ctx, x))
			}
		})
		w.taken("T1", b, &sum)
		w.Go("T2", func() { b.Store(1) })
		w.Go("canceller", c.Cancel)
		w.holds(func() bool { return sum == 1 }, "the value was lost")
	})
}

// TestBoxTakerWaitsForAnother thing, too: what it does not need goes to others.
func TestBoxTakerWaitsForAnother(t *testing.T) {
	checkBriefly(t, func(w *world) {
		b, y, sum := tvar.NewBox[int](), newVar(w, 0), 0
		w.tx("T0", func(tx *stm.Tx) error {
			return tx.OrElse(
				func(tx *stm.Tx) error { b.Pop(tx); tx.Retry(); return nil },
				func(tx *stm.Tx) error { tx.Check(y.Get(tx) == 1); return nil },
			)
		})
		w.taken("T1", b, &sum)
		w.Go("T2", func() { b.Store(1) })
		w.Go("T3", func() { y.Store(1) })
		w.holds(func() bool { return sum == 1 }, "the value was lost")
	})
}

// TestBoxLookersAndTaker: who only looks does not keep the value from others.
func TestBoxLookersAndTaker(t *testing.T) {
	checkBriefly(t, func(w *world) {
		b, sum := tvar.NewBox[int](), 0
		w.Go("looker", func() { _, err := b.Load(ctx); must(err) })
		w.taken("T1", b, &sum)
		w.Go("T2", func() { must(b.Put(ctx, 1)); must(b.Put(ctx, 2)) })
		w.Go("T3", func() { must(b.Put(ctx, 4)) })
		w.taken("T4", b, &sum)
		w.holds(func() bool { x, _ := b.TryLoad(); return sum+x == 7 }, "a value was lost")
	})
}
