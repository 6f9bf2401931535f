package tvar

import (
	"cmp"
	"context"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// The one-shot forms. They are steps on a position and the slot there, and
// become transactions when they have to wait or keep losing.

// Put adds x at the end, as [BoundedQueue.Push] in a transaction of its own. It
// waits until there is room, or returns [ErrClosed], or the error of ctx. If it
// need not wait it costs about half of a transaction.
func (q *BoundedQueue[T]) Put(ctx context.Context, x T) error {
	if err := begun(ctx); err != nil {
		return err
	}
	if err := q.ref().put(x); err != ErrFull && err != errAgain {
		return err
	}
	return q.putSlow(ctx, x)
}

func (q *BoundedQueue[T]) putSlow(ctx context.Context, x T) (err error) {
	late := engine.AwaitStep(ctx, &q.head.cell, func() bool {
		err = q.TryPut(x)
		return err != ErrFull
	})
	return cmp.Or(late, err)
}

// TryPut adds x at the end, or returns [ErrFull] if there is no room, or
// [ErrClosed], as a transaction that does nothing else would.
func (q *BoundedQueue[T]) TryPut(x T) error {
	if err := q.ref().put(x); err != errAgain {
		return err
	}
	return q.tryPutSlow(x)
}

func (q *BoundedQueue[T]) tryPutSlow(x T) error {
	return stm.Atomically(context.Background(), func(tx *stm.Tx) error { return q.TryPush(tx, x) })
}

// put adds x by steps on the tail and its slot.
func (q *BoundedQueue[T]) put(x T) error {
	for range modifyAttempts {
		v, seen := engine.Sample(&q.tail.cell)
		t := decode[tail](v)
		if t.closed() {
			return ErrClosed
		}
		slot := &q.slots[t.at()].cell
		held, free := engine.Sample(slot)
		if stateOf(held) == something {
			if _, again := engine.Sample(&q.tail.cell); again == seen {
				return ErrFull // when the slot was looked at
			}
			continue
		}
		if q.puts.InstallBoth(
			engine.Change{Cell: &q.tail.cell, Seen: seen, Val: encode(tailAt(q.after(t.at())), engine.Scalar)},
			engine.Change{Cell: slot, Seen: free, Val: encode(x, q.kind)},
		) {
			return nil
		}
	}
	return errAgain
}

// Take removes the first item and returns it, as [BoundedQueue.Pop] in a
// transaction of its own. It waits until there is one, or returns [ErrClosed]
// when there will never be, or the error of ctx. If it need not wait it costs
// about half of a transaction.
func (q *BoundedQueue[T]) Take(ctx context.Context) (x T, err error) {
	if err := begun(ctx); err != nil {
		return x, err
	}
	if x, err = q.ref().take(); err != ErrEmpty && err != errAgain {
		return x, err
	}
	return q.takeSlow(ctx)
}

func (q *BoundedQueue[T]) takeSlow(ctx context.Context) (x T, err error) {
	late := engine.AwaitStep(ctx, &q.tail.cell, func() bool {
		x, err = q.TryTake()
		return err != ErrEmpty
	})
	return x, cmp.Or(late, err)
}

// TryTake removes the first item and returns it, or returns [ErrEmpty] if there
// is none, or [ErrClosed] if there will never be, as a transaction that does
// nothing else would.
func (q *BoundedQueue[T]) TryTake() (x T, err error) {
	if x, err = q.ref().take(); err == errAgain {
		return stm.Do(context.Background(), q.TryPop)
	}
	return x, err
}

// take removes the first item by steps on the head and its slot.
func (q *BoundedQueue[T]) take() (x T, err error) {
	for range modifyAttempts {
		f, err := q.firstNow()
		switch {
		case err == errAgain:
		case err != nil:
			return x, err
		case q.takes.InstallBoth(
			engine.Change{Cell: &q.head.cell, Seen: f.head, Val: encode(q.after(f.at), engine.Scalar)},
			engine.Change{Cell: &q.slots[f.at].cell, Seen: f.word, Val: q.cleared},
		):
			return decode[T](f.held), nil
		}
	}
	return x, errAgain
}

// A front is what the head was like at one instant.
type front struct {
	at         int
	held       engine.Value
	head, word uint64 // of the cells of the head and of the slot
}

// firstNow returns the front, or says why there is no item. The head is the
// same before and after.
func (q *BoundedQueue[T]) firstNow() (f front, err error) {
	v, head := engine.Sample(&q.head.cell)
	f.at, f.head = decode[int](v), head
	if f.held, f.word = engine.Sample(&q.slots[f.at].cell); stateOf(f.held) == something {
		return f, nil
	}
	closed := q.tail.Load().closed() // for ever, and before the slot is looked at again
	_, word := engine.Sample(&q.slots[f.at].cell)
	switch _, again := engine.Sample(&q.head.cell); {
	case again != f.head || word != f.word:
		return f, errAgain
	case closed:
		return f, ErrClosed
	}
	return f, ErrEmpty
}

// First returns the first item and leaves it where it is, or returns [ErrEmpty]
// if there is none, or [ErrClosed] if there will never be, at one instant.
func (q *BoundedQueue[T]) First() (x T, err error) {
	for range modifyAttempts {
		f, err := q.ref().firstNow()
		if err == nil {
			if _, again := engine.Sample(&q.head.cell); again == f.head {
				return decode[T](f.held), nil
			}
		} else if err != errAgain {
			return x, err
		}
	}
	return stm.View(context.Background(), q.Peek)
}

// Return puts x before all items, as [BoundedQueue.Unget] in a transaction of
// its own. It returns [ErrFull] if others have taken the room.
func (q *BoundedQueue[T]) Return(x T) error {
	return stm.Atomically(context.Background(), func(tx *stm.Tx) error { return q.Unget(tx, x) })
}

// TakeAll removes all items and returns them, in a transaction of its own.
func (q *BoundedQueue[T]) TakeAll() (xs []T) {
	atomically(func(tx *stm.Tx) { xs = q.Drain(tx) })
	return xs
}

// Size returns the number of items at one instant. It costs a few nanoseconds.
func (q *BoundedQueue[T]) Size() int {
	for range modifyAttempts {
		h, head := engine.Sample(&q.ref().head.cell)
		t, tailWord := engine.Sample(&q.tail.cell)
		last := stateOf(engine.Load(&q.slots[decode[tail](t).at()].cell))
		_, sameTail := engine.Sample(&q.tail.cell)
		if _, sameHead := engine.Sample(&q.head.cell); sameHead == head && sameTail == tailWord {
			return q.count(decode[int](h), decode[tail](t), last)
		}
	}
	return view(q.Len)
}

// Snapshot returns a copy of all items at one instant. It aborts nobody and
// always succeeds, as stm.View does.
func (q *BoundedQueue[T]) Snapshot() []T {
	return view(func(tx *stm.Tx) []T {
		xs := make([]T, 0, q.Len(tx))
		for x := range q.All(tx) {
			xs = append(xs, x)
		}
		return xs
	})
}

// Shut ends pushing, as [BoundedQueue.Close] in a transaction of its own.
func (q *BoundedQueue[T]) Shut() { atomically(q.Close) }

// Closed reports whether the queue has been closed. Items may be left.
func (q *BoundedQueue[T]) Closed() bool { return q.ref().tail.Load().closed() }
