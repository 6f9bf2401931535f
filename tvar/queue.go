package tvar

import (
	"fmt"
	"iter"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// A Queue holds items, first in first out, without a bound. The zero Queue is
// empty and ready to use. A Queue must not be copied after its first use.
//
// # Conflicts
//
// Pushes conflict with pushes, and pops with pops: either end has an order.
// Pushes and pops never conflict, except with a transaction that found the
// queue empty and did something else. Len, Drain, and All once it has come to
// the end, conflict with both.
//
// # Waiting
//
// Pop waits for an item. Each item wakes one of those who wait, first come
// first served; when that one has committed the next looks, too, and sleeps on
// if there is nothing. Somebody who need not wait may take the item before.
// A transaction that has taken items in its present attempt and waits for more
// is woken by each push, so that it holds up nobody who wants less.
//
// # Closing
//
// After Close nothing can be pushed. What is left can be popped; then Pop, also
// one that has been waiting, returns [ErrClosed]. Nothing opens a queue again.
//
// # Cost
//
// Every operation takes constant time and few variables, but for All, Drain,
// Snapshot and TakeAll, which visit each item. An item takes 64 bytes and
// itself, in two allocations, and nothing of it is kept once it has been
// taken.
//
// The chain of variables is that of the TChan of Haskell's stm package.
type Queue[T any] struct {
	ends atomics.Pointer[ends[T]]
}

// Push adds x at the end, or returns [ErrClosed]. It never waits.
func (q *Queue[T]) Push(tx *stm.Tx, x T) error {
	e := q.all()
	engine.CheckWrite(tx.Engine())
	return e.push(tx, x)
}

// TryPush is Push, which does not wait: for programs that may have a
// [BoundedQueue] instead.
func (q *Queue[T]) TryPush(tx *stm.Tx, x T) error { return q.Push(tx, x) }

// Pop removes the first item and returns it. It waits until there is one, or
// returns [ErrClosed] when there will never be.
func (q *Queue[T]) Pop(tx *stm.Tx) (x T, err error) {
	e := q.all()
	engine.CheckWrite(tx.Engine())
	for {
		p := e.head.Peek(tx)
		it, s := p.look(tx)
		switch {
		case s == nothing:
			e.await(tx, p)
		case e.head.Get(tx) != p:
			// It was not the first any more.
		case s == retired:
			return x, ErrClosed
		default:
			e.head.Set(tx, it.next)
			return it.x, nil
		}
	}
}

// TryPop removes the first item and returns it, or returns [ErrEmpty] if there
// is none, or [ErrClosed] if there will never be.
func (q *Queue[T]) TryPop(tx *stm.Tx) (x T, err error) {
	e := q.all()
	engine.CheckWrite(tx.Engine())
	it, err := e.head.first(tx)
	if err != nil {
		return x, err
	}
	e.head.Set(tx, it.next)
	return it.x, nil
}

// Peek returns the first item and leaves it where it is, or returns [ErrEmpty]
// if there is none, or [ErrClosed] if there will never be.
func (q *Queue[T]) Peek(tx *stm.Tx) (x T, err error) {
	it, err := q.all().head.first(tx)
	if err != nil {
		return x, err
	}
	return it.x, nil
}

// Unget puts x before all items: whoever pops next gets it. It conflicts with
// pops, and works on a closed queue, too. The error is nil; that of a
// [BoundedQueue] need not be.
func (q *Queue[T]) Unget(tx *stm.Tx, x T) error {
	e := q.all()
	p := e.head.Get(tx)
	e.head.Set(tx, linkBefore(p, x))
	if _, s := p.look(tx); s == nothing {
		// Those who wait for an item wait for tail. Only if there still is
		// none may it be written: it leads to p then.
		if _, s = p.read(tx); s == nothing {
			e.tail.Set(tx, p)
		}
	}
	return nil
}

// Drain removes all items and returns them. It visits each of them, and
// depends on two variables however many there are.
func (q *Queue[T]) Drain(tx *stm.Tx) []T {
	e := q.all()
	engine.CheckWrite(tx.Engine())
	end, _ := e.last(tx)
	p := e.head.Get(tx)
	xs := make([]T, 0, end.at-p.at)
	for p != end {
		it, _ := p.look(tx)
		xs = append(xs, it.x)
		p = it.next
	}
	e.head.Set(tx, end)
	return xs
}

// Len returns the number of items in the transaction, which then depends on
// it. [Queue.Size] gives a hint for free.
func (q *Queue[T]) Len(tx *stm.Tx) int {
	e := q.all()
	end, _ := e.last(tx)
	return int(end.at - e.head.Get(tx).at)
}

// All yields the items in the transaction, in order, and leaves them where they
// are. The transaction depends on which is the first, and on there being no
// more if the loop comes to the end. The loop may change the queue: All yields
// what was there when it began.
func (q *Queue[T]) All(tx *stm.Tx) iter.Seq[T] {
	return func(yield func(T) bool) {
		e := q.all()
		p := e.head.Get(tx)
		end := e.tail.Peek(tx)
		for {
			it, s := p.look(tx)
			if s == nothing {
				it, s = p.read(tx)
			}
			pushedByTheLoop := p.at >= end.at && p.written(tx)
			if s != something || pushedByTheLoop || !yield(it.x) {
				return
			}
			p = it.next
		}
	}
}

// Close ends pushing. It may be called again, which does nothing.
func (q *Queue[T]) Close(tx *stm.Tx) {
	e := q.all()
	engine.CheckWrite(tx.Engine())
	e.close(tx)
}

// IsClosed reports whether the queue has been closed. Items may be left.
func (q *Queue[T]) IsClosed(tx *stm.Tx) bool {
	return q.all().closed(tx)
}

// String formats the items as [Queue.Snapshot] returns them, for people.
func (q *Queue[T]) String() string {
	if q == nil {
		return "<nil Queue>"
	}
	return fmt.Sprint(q.Snapshot())
}
