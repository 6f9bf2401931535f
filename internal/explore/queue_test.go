//go:build stmexplore

package explore_test

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"testing"

	"github.com/weft-stm/weft/internal/explore"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// An intQueue is what the queues have in common.
type intQueue interface {
	Push(tx *stm.Tx, x int) error
	Pop(tx *stm.Tx) (int, error)
	TryPop(tx *stm.Tx) (int, error)
	Unget(tx *stm.Tx, x int) error
	Close(tx *stm.Tx)
	Len(tx *stm.Tx) int
	All(tx *stm.Tx) iter.Seq[int]

	TryPut(x int) error
	Take(ctx context.Context) (int, error)
	TryTake() (int, error)
	First() (int, error)
	Return(x int) error
	Size() int
	Snapshot() []int
	Shut()
}

// eachQueue explores a scenario with each kind of queue, which holds items.
// The bounded one has a slot more than that.
func eachQueue(t *testing.T, items []int, f func(w *world, q intQueue)) {
	t.Helper()
	for _, bounded := range []bool{false, true} {
		t.Run(map[bool]string{false: "Queue", true: "BoundedQueue"}[bounded], func(t *testing.T) {
			checkStructureUpTo(t, 1000, func(w *world) {
				var q intQueue = aligned[tvar.Queue[int]]()
				if bounded {
					q = tvar.NewBoundedQueue[int](len(items) + 1)
				}
				prepare(func(tx *stm.Tx) {
					for _, x := range items {
						must(q.Push(tx, x))
					}
				})
				f(w, q)
			})
		})
	}
}

func (w *world) left(q intQueue, want ...int) {
	w.Final(func() error {
		if got := q.Snapshot(); !slices.Equal(got, want) || q.Size() != len(want) {
			return fmt.Errorf("the queue ends as %v with %d items, not as %v", got, q.Size(), want)
		}
		return nil
	})
}

// takers are two guests that wait for an item each, one with the one-shot form.
func (w *world) takers(q intQueue) (got *[2]int, errs *[2]error) {
	got, errs = new([2]int), new([2]error)
	w.Go("step", func() { got[0], errs[0] = q.Take(ctx) })
	w.Go("transaction", func() { got[1], errs[1] = stm.Do(ctx, q.Pop) })
	return got, errs
}

// TestQueueEndsDoNotConflict, of a queue with two items.
func TestQueueEndsDoNotConflict(t *testing.T) {
	eachQueue(t, []int{1, 2}, func(w *world, q intQueue) {
		bodies, got := 0, 0
		w.tx("producer", func(tx *stm.Tx) error { bodies++; return q.Push(tx, 3) })
		w.tx("consumer", func(tx *stm.Tx) (err error) { bodies++; got, err = q.Pop(tx); return err })
		w.left(q, 2, 3)
		w.holds(func() bool { return bodies == 2 && got == 1 }, "a push and a pop conflicted")
	})
}

// TestQueueOneShotsBesideTransactions: at either end a step and a transaction.
func TestQueueOneShotsBesideTransactions(t *testing.T) {
	eachQueue(t, []int{1}, func(w *world, q intQueue) {
		a, b := -1, -1
		w.Go("step", func() { a, _ = q.TryTake() })
		w.tx("pop", func(tx *stm.Tx) error { b, _ = q.TryPop(tx); return nil })
		w.Go("put", func() { must(q.TryPut(2)) })
		w.holds(func() bool {
			got := slices.Concat([]int{a, b}, q.Snapshot())
			slices.Sort(got)
			return slices.Equal(got, []int{0, 1, 2}) || slices.Equal(got, []int{1, 2})
		}, "an item was lost, or taken twice")
	})
}

// TestQueueWaitersOneForEach: two wait, and two items come, from a step and
// from a transaction.
func TestQueueWaitersOneForEach(t *testing.T) {
	eachQueue(t, nil, func(w *world, q intQueue) {
		got, _ := w.takers(q)
		w.Go("producer", func() {
			must(q.TryPut(1))
			must(stm.Atomically(ctx, func(tx *stm.Tx) error { return q.Push(tx, 2) })) // waits for room
		})
		w.left(q)
		w.holds(func() bool { return got[0]+got[1] == 3 && got[0]*got[1] == 2 }, "not one item each")
	})
}

// TestQueueWaiterForTwo never keeps one who wants less from an item.
func TestQueueWaiterForTwo(t *testing.T) {
	eachQueue(t, nil, func(w *world, q intQueue) {
		c := explore.NewContext()
		got := 0
		w.Go("two", func() {
			_ = stm.Atomically(c, func(tx *stm.Tx) error {
				_, err := q.Pop(tx)
				must(err)
				_, err = q.Pop(tx)
				return err
			})
		})
		w.Go("one", func() {
			x, err := q.Take(ctx)
			must(err)
			got = x
			c.Cancel()
		})
		w.Go("producer", func() { must(q.TryPut(1)) })
		w.left(q)
		w.holds(func() bool { return got == 1 }, "the item was not taken")
	})
}

// TestQueueCloseWakesAll who wait, and what came before is given out.
func TestQueueCloseWakesAll(t *testing.T) {
	eachQueue(t, nil, func(w *world, q intQueue) {
		_, errs := w.takers(q)
		w.Go("closer", func() { must(q.TryPut(1)); q.Shut() })
		w.left(q)
		w.holds(func() bool {
			return *errs == [2]error{nil, tvar.ErrClosed} || *errs == [2]error{tvar.ErrClosed, nil}
		}, "not one item and one end")
	})
}

// TestQueueUngetWakes who waits, also if it comes from a step.
func TestQueueUngetWakes(t *testing.T) {
	eachQueue(t, []int{1}, func(w *world, q intQueue) {
		got := 0
		w.tx("waiter", func(tx *stm.Tx) (err error) { got, err = q.Pop(tx); return err })
		w.Go("undecided", func() {
			if x, err := q.TryTake(); err == nil {
				must(q.Return(x))
			}
		})
		w.left(q)
		w.holds(func() bool { return got == 1 }, "the item was lost")
	})
}

// TestQueueCancelledWaiter passes its turn on.
func TestQueueCancelledWaiter(t *testing.T) {
	eachQueue(t, nil, func(w *world, q intQueue) {
		c := explore.NewContext()
		var a, b int
		w.Go("cancelled", func() { a, _ = q.Take(c) })
		w.Go("T1", func() { b, _ = q.Take(ctx) })
		w.Go("producer", func() {
			must(q.TryPut(1))
			c.Cancel()
			must(stm.Atomically(ctx, func(tx *stm.Tx) error { return q.Push(tx, 2) })) // waits for room
		})
		w.Final(func() error {
			if got := q.Snapshot(); a+b+len(got)*2 < 3 || b == 0 {
				return fmt.Errorf("took %d and %d, left %v", a, b, got)
			}
			return nil
		})
	})
}

// TestBoundedQueueWaitersForRoom: two wait for room, and it comes by a pop and
// by closing.
func TestBoundedQueueWaitersForRoom(t *testing.T) {
	checkStructureUpTo(t, 1000, func(w *world) {
		q := tvar.NewBoundedQueue[int](1)
		prepare(func(tx *stm.Tx) { must(q.Push(tx, 1)) })
		var errs [2]error
		w.Go("step", func() { errs[0] = q.Put(ctx, 2) })
		w.Go("transaction", func() {
			errs[1] = stm.Atomically(ctx, func(tx *stm.Tx) error { return q.Push(tx, 2) })
		})
		w.Go("consumer", func() { _, _ = q.TryTake(); q.Shut() })
		w.holds(func() bool {
			put := 0
			for _, err := range errs {
				if err == nil {
					put++
				}
			}
			return put == q.Size() && put <= 1
		}, "not who found room put something")
	})
}

// TestBoundedQueueMeets where it is full and empty by turns.
func TestBoundedQueueMeets(t *testing.T) {
	checkStructureUpTo(t, 1000, func(w *world) {
		q := tvar.NewBoundedQueue[int](1)
		var got [2]int
		w.Go("producer", func() {
			must(q.Put(ctx, 1))
			must(stm.Atomically(ctx, func(tx *stm.Tx) error { return q.Push(tx, 2) }))
		})
		w.Go("consumer", func() {
			must(stm.Atomically(ctx, func(tx *stm.Tx) (err error) { got[0], err = q.Pop(tx); return err }))
			got[1], _ = q.Take(ctx)
		})
		w.holds(func() bool { return got == [2]int{1, 2} && q.Size() == 0 }, "took %v", got)
	})
}

// TestQueueLooksAreOfOneInstant: the first item, the length and the items,
// beside a pop and a push.
func TestQueueLooksAreOfOneInstant(t *testing.T) {
	eachQueue(t, []int{1}, func(w *world, q intQueue) {
		var first, n, inside int
		var firstErr error
		w.Go("looker", func() {
			first, firstErr = q.First()
			n = q.Size()
			must(stm.Atomically(ctx, func(tx *stm.Tx) error { inside = q.Len(tx); return nil }))
		})
		w.Go("mover", func() { // 1, then 12, then 2
			must(q.TryPut(2))
			_, _ = q.TryTake()
		})
		w.holds(func() bool {
			return firstErr == nil && (first == 1 || first == 2) && n >= 1 && n <= 2 && inside >= 1 && inside <= 2
		}, "the queue was seen as it never was")
	})
}

// TestQueueStepBesideIrrevocable: a step on two variables waits for the gate,
// so that whoever keeps it closed cannot lose.
func TestQueueStepBesideIrrevocable(t *testing.T) {
	eachQueue(t, []int{1}, func(w *world, q intQueue) {
		bodies, n := 0, 0
		w.tx("irrevocable", func(tx *stm.Tx) error {
			bodies++
			n = q.Len(tx)
			_, err := q.Pop(tx)
			return err
		}, stm.Irrevocable())
		w.Go("step", func() { _ = q.TryPut(2) })
		w.holds(func() bool { return bodies == 1 && (n == 1 || n == 2) && q.Size() == 1 }, "the irrevocable transaction lost")
	})
}

// TestQueueViewBesideSteps: a View that sees what came later sees what came
// before, and what a transaction moved once.
func TestQueueViewBesideSteps(t *testing.T) {
	eachQueue(t, nil, func(w *world, a intQueue) {
		b := aligned[tvar.Queue[int]]()
		w.Go("producer", func() { must(a.TryPut(1)); must(b.Put(2)) })
		w.tx("mover", func(tx *stm.Tx) error {
			if x, err := a.TryPop(tx); err == nil {
				return b.Push(tx, x)
			}
			return nil
		})
		seen := ""
		w.Go("viewer", func() {
			_, err := stm.View(ctx, func(tx *stm.Tx) (int, error) {
				seen = fmt.Sprint(slices.Collect(b.All(tx)), slices.Collect(a.All(tx)))
				return 0, nil
			})
			must(err)
		})
		states := []string{"[] []", "[] [1]", "[1] []", "[2] [1]", "[1 2] []", "[2 1] []"}
		w.Final(func() error {
			if !slices.Contains(states, seen) {
				return fmt.Errorf("a View saw %s", seen)
			}
			return nil
		})
	})
}
