package tvar

import (
	"cmp"
	"context"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// The one-shot forms. They are steps on the ends of the chain, and become
// transactions when they have to wait or keep losing.

// Put adds x at the end, or returns [ErrClosed], as a transaction that does
// nothing else would. It never waits. It costs about half of a transaction.
func (q *Queue[T]) Put(x T) error { return q.all().put(x) }

// TryPut is Put, which does not wait: for programs that may have a
// [BoundedQueue] instead.
func (q *Queue[T]) TryPut(x T) error { return q.Put(x) }

// Take removes the first item and returns it, as [Queue.Pop] in a transaction
// of its own. It waits until there is one, or returns [ErrClosed] when there
// will never be, or the error of ctx. If it need not wait it costs about as
// much as [Var.Modify], and does not allocate.
func (q *Queue[T]) Take(ctx context.Context) (x T, err error) {
	if err := begun(ctx); err != nil {
		return x, err
	}
	if x, err = q.all().head.take(); err != ErrEmpty && err != errAgain {
		return x, err
	}
	return q.takeSlow(ctx)
}

func (q *Queue[T]) takeSlow(ctx context.Context) (x T, err error) {
	late := engine.AwaitStep(ctx, &q.all().tail.cell, func() bool {
		x, err = q.TryTake()
		return err != ErrEmpty
	})
	return x, cmp.Or(late, err)
}

// TryTake removes the first item and returns it, or returns [ErrEmpty] if there
// is none, or [ErrClosed] if there will never be, as a transaction that does
// nothing else would.
func (q *Queue[T]) TryTake() (x T, err error) {
	if x, err = q.all().head.take(); err == errAgain {
		return stm.Do(context.Background(), q.TryPop)
	}
	return x, err
}

// First returns the first item and leaves it where it is, or returns [ErrEmpty]
// if there is none, or [ErrClosed] if there will never be, at one instant.
func (q *Queue[T]) First() (x T, err error) {
	e := q.all()
	for range modifyAttempts {
		if it, _, err := e.head.firstNow(); err == nil {
			return it.x, nil
		} else if err != errAgain {
			return x, err
		}
	}
	return stm.View(context.Background(), q.Peek)
}

// Return puts x before all items, as [Queue.Unget] in a transaction of its own.
func (q *Queue[T]) Return(x T) error {
	e := q.all()
	for range modifyAttempts {
		head, seen := engine.Sample(&e.head.cell)
		p := decode[*link[T]](head)
		if _, s := p.now(); s != something {
			break // somebody may have to be woken
		}
		if engine.Install(&e.head.cell, seen, encode(linkBefore(p, x), engine.Pointer)) {
			return nil
		}
	}
	atomically(func(tx *stm.Tx) { _ = q.Unget(tx, x) })
	return nil
}

// TakeAll removes all items and returns them, in a transaction of its own.
func (q *Queue[T]) TakeAll() (xs []T) {
	atomically(func(tx *stm.Tx) { xs = q.Drain(tx) })
	return xs
}

// Size returns the number of items at one instant. It costs a few nanoseconds.
func (q *Queue[T]) Size() int {
	e := q.all()
	for range modifyAttempts {
		head, seen := engine.Sample(&e.head.cell)
		end := e.tail.Load()
		if _, again := engine.Sample(&e.head.cell); again == seen {
			return int(end.at - decode[*link[T]](head).at)
		}
	}
	return view(q.Len)
}

// Snapshot returns a copy of all items at one instant. It aborts nobody and
// always succeeds, as stm.View does.
func (q *Queue[T]) Snapshot() []T {
	return view(func(tx *stm.Tx) []T {
		xs := make([]T, 0, q.Len(tx))
		for x := range q.All(tx) {
			xs = append(xs, x)
		}
		return xs
	})
}

// Shut ends pushing, as [Queue.Close] in a transaction of its own.
func (q *Queue[T]) Shut() { atomically(q.Close) }

// Closed reports whether the queue has been closed. Items may be left.
func (q *Queue[T]) Closed() bool { return view(q.IsClosed) }

// begun returns the error of ctx, as a transaction would that begins with it.
func begun(ctx context.Context) error {
	if ctx == nil {
		panic("stm: nil context: pass context.Background() if nothing cancels the wait")
	}
	return ctx.Err()
}
