//go:build stmexplore

package explore_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// priorityOf returns a PriorityQueue with the given elements.
func priorityOf(xs ...int) *tvar.PriorityQueue[int] {
	q := tvar.NewPriorityQueue[int]()
	prepare(func(tx *stm.Tx) {
		for _, x := range xs {
			q.Push(tx, x)
		}
	})
	return q
}

// TestPriorityQueueLosesNothing: elements are pushed before and behind the least
// while others are popped.
func TestPriorityQueueLosesNothing(t *testing.T) {
	check(t, func(w *world) {
		q := priorityOf(5)
		var got []int
		w.Go("T0", func() { q.Put(7); q.Put(3) })
		w.Go("T1", func() {
			x, _ := q.TryTake()
			got = append(got, x)
		})
		w.tx("T2", func(tx *stm.Tx) error { q.Push(tx, 4); return nil })
		w.Final(func() error {
			left := q.Snapshot()
			first, _ := q.First()
			all := slices.Sorted(slices.Values(slices.Concat(got, left)))
			if !slices.Equal(all, []int{3, 4, 5, 7}) || first != left[0] || got[0] > 5 {
				return fmt.Errorf("%v was popped and %v is left, first %d", got, left, first)
			}
			return nil
		})
	})
}

// TestPriorityQueueLeast: whoever looks sees the least of one state, with its
// twin, also in attempts that will fail.
func TestPriorityQueueLeast(t *testing.T) {
	check(t, func(w *world) {
		q, twin := priorityOf(5, 8), alignedVar(5)
		torn := false
		w.tx("reader", func(tx *stm.Tx) error {
			x, _ := q.Peek(tx)
			torn = torn || x != twin.Get(tx)
			return nil
		})
		w.Go("writer", func() {
			must(stm.Atomically(ctx, func(tx *stm.Tx) error { q.Pop(tx); twin.Set(tx, 8); return nil }))
			must(stm.Atomically(ctx, func(tx *stm.Tx) error { q.Push(tx, 6); twin.Set(tx, 6); return nil }))
		})
		w.holds(func() bool { return !torn && q.Size() == 2 }, "the least was seen apart from its twin")
	})
}

// TestPriorityQueueWait: two who wait for an element each get one.
func TestPriorityQueueWait(t *testing.T) {
	check(t, func(w *world) {
		q := priorityOf()
		sum := alignedVar(0)
		for i := range 2 {
			w.tx(fmt.Sprintf("T%d", i), func(tx *stm.Tx) error {
				x := q.Pop(tx)
				tvar.Add(tx, sum, x)
				return nil
			})
		}
		w.Go("producer", func() { q.Put(10); q.Put(20) })
		w.holds(func() bool { return sum.Load() == 30 && q.Size() == 0 }, "an element was lost")
	})
}
