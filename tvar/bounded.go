package tvar

import (
	"fmt"
	"iter"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// A BoundedQueue holds up to a number of items, first in first out. It is made
// by [NewBoundedQueue].
//
// # Conflicts
//
// Pushes conflict with pushes, and pops with pops: either end has an order. A
// push and a pop conflict only over the same slot, that is when the queue is
// full or empty, or has been a moment ago. Len, and All and Drain once they
// have come to the end, conflict with both.
//
// # Waiting
//
// Pop waits for an item, Push for room. Each item wakes one of those who wait
// for it, first come first served; when that one has committed the next looks,
// too, and sleeps on if there is nothing. Somebody who need not wait may take
// the item before. So it is with room. A transaction that has taken items in
// its present attempt and waits for more is woken by each push, so that it
// holds up nobody who wants less, and likewise one that waits for more room.
//
// # Closing
//
// After Close nothing can be pushed: Push, also one that has been waiting,
// returns [ErrClosed]. What is left can be popped; then Pop does, too. Nothing
// opens a queue again.
//
// # Cost
//
// Operations on one item take constant time and two variables. The queue takes
// 32 bytes for each item that it has room for, as soon as it is made; a value
// that is not a number, a pointer or a string is copied to the heap. Nothing is
// kept of an item that has been taken.
type BoundedQueue[T any] struct {
	_     [128]byte
	head  Var[int]      // wakes one of those who wait for room
	takes engine.Supply // belongs to head
	_     [128]byte
	tail  Var[tail]     // wakes one of those who wait for an item
	puts  engine.Supply // belongs to tail
	_     [128]byte

	slots   []optional[T]
	kind    engine.Kind  // of items
	cleared engine.Value // what a slot without an item holds
}

// NewBoundedQueue returns an empty queue with room for capacity items. It
// panics if that is not positive: there is no queue that hands items over
// without keeping them.
func NewBoundedQueue[T any](capacity int) *BoundedQueue[T] {
	if capacity <= 0 {
		panic(fmt.Sprintf("tvar: capacity %d given to NewBoundedQueue: it needs room for one item at least", capacity))
	}
	q := fresh[BoundedQueue[T]]()
	q.slots, q.kind = freshSlice[optional[T]](capacity), kindOf[T]()
	q.cleared = nothingAtAll
	if q.kind == engine.Scalar {
		q.cleared = engine.Value{}
	}
	engine.SetWakeOne(&q.head.cell)
	engine.SetWakeOne(&q.tail.cell)
	return q
}

// Push adds x at the end. It waits until there is room, or returns [ErrClosed].
func (q *BoundedQueue[T]) Push(tx *stm.Tx, x T) error {
	engine.CheckWrite(tx.Engine())
	for {
		t := q.ref().tail.Peek(tx)
		if t.closed() {
			return ErrClosed
		}
		if q.look(tx, t.at()) == something {
			q.awaitRoom(tx, t)
		} else if err := q.TryPush(tx, x); err != ErrFull {
			return err
		}
	}
}

// TryPush adds x at the end, or returns [ErrFull] if there is no room, or
// [ErrClosed].
func (q *BoundedQueue[T]) TryPush(tx *stm.Tx, x T) error {
	engine.CheckWrite(tx.Engine())
	t, v := q.ref().last(tx)
	switch {
	case t.closed():
		return ErrClosed
	case stateOf(v) == something:
		return ErrFull
	}
	q.fill(tx, t.at(), x)
	q.tail.Set(tx, tailAt(q.after(t.at())))
	return nil
}

// Pop removes the first item and returns it. It waits until there is one, or
// returns [ErrClosed] when there will never be.
func (q *BoundedQueue[T]) Pop(tx *stm.Tx) (x T, err error) {
	engine.CheckWrite(tx.Engine())
	for {
		h := q.ref().head.Peek(tx)
		if q.look(tx, h) == nothing && !q.tail.Peek(tx).closed() {
			q.awaitItem(tx, h)
		} else if x, err = q.TryPop(tx); err != ErrEmpty {
			return x, err
		}
	}
}

// TryPop removes the first item and returns it, or returns [ErrEmpty] if there
// is none, or [ErrClosed] if there will never be.
func (q *BoundedQueue[T]) TryPop(tx *stm.Tx) (x T, err error) {
	engine.CheckWrite(tx.Engine())
	h, v := q.ref().first(tx)
	if stateOf(v) != something {
		return x, q.whyEmpty(tx)
	}
	q.slots[h].clear(tx)
	q.head.Set(tx, q.after(h))
	return decode[T](v), nil
}

// whyEmpty is the error of a pop that finds no item, and depends on the slot
// at the head. That is the slot at the tail as well, which Close writes.
func (q *BoundedQueue[T]) whyEmpty(tx *stm.Tx) error {
	if q.tail.Peek(tx).closed() {
		return ErrClosed
	}
	return ErrEmpty
}

// Peek returns the first item and leaves it where it is, or returns [ErrEmpty]
// if there is none, or [ErrClosed] if there will never be.
func (q *BoundedQueue[T]) Peek(tx *stm.Tx) (x T, err error) {
	_, v := q.ref().first(tx)
	if stateOf(v) != something {
		return x, q.whyEmpty(tx)
	}
	return decode[T](v), nil
}

// Unget puts x before all items: whoever pops next gets it. It does not wait:
// it returns [ErrFull] if there is no room, which cannot happen in the
// transaction that popped x. It conflicts with pops, works on a closed queue,
// too, and is not meant to be frequent.
func (q *BoundedQueue[T]) Unget(tx *stm.Tx, x T) error {
	engine.CheckWrite(tx.Engine())
	h, v := q.ref().first(tx)
	to := q.before(h)
	if stateOf(engine.Read(tx.Engine(), &q.slots[to].cell)) == something {
		return ErrFull
	}
	q.touch(tx, h, v) // unless it is the same, with room for one item
	q.fill(tx, to, x)
	q.head.Set(tx, to)
	if stateOf(v) == nothing {
		q.tail.Set(tx, q.tail.Peek(tx)) // wakes who waits for an item
	}
	return nil
}

// Drain removes all items and returns them. It costs as much as to pop each.
func (q *BoundedQueue[T]) Drain(tx *stm.Tx) (xs []T) {
	engine.CheckWrite(tx.Engine())
	h, _ := q.ref().first(tx)
	i := h
	for {
		x, ok := q.slots[i].get(tx)
		if !ok {
			break
		}
		xs = append(xs, x)
		q.slots[i].clear(tx)
		i = q.after(i)
	}
	if xs != nil {
		q.head.Set(tx, i)
	}
	return xs
}

// Len returns the number of items in the transaction, which then depends on
// it. [BoundedQueue.Size] gives a hint for free.
func (q *BoundedQueue[T]) Len(tx *stm.Tx) int {
	h, _ := q.ref().first(tx)
	t, v := q.last(tx)
	return q.count(h, t, stateOf(v))
}

// count is the number of items between h and t, of which the slot holds last.
func (q *BoundedQueue[T]) count(h int, t tail, last state) int {
	n := t.at() - h
	if n < 0 || n == 0 && last == something {
		n += len(q.slots)
	}
	return n
}

// Cap returns the number of items that there is room for, which never changes.
func (q *BoundedQueue[T]) Cap() int { return len(q.ref().slots) }

// All yields the items in the transaction, in order, and leaves them where they
// are. The transaction depends on those that were yielded, and on there being
// no more if the loop comes to the end. The loop may change the queue: All goes
// from slot to slot, once around at most, and stops at one without an item.
func (q *BoundedQueue[T]) All(tx *stm.Tx) iter.Seq[T] {
	return func(yield func(T) bool) {
		i, _ := q.ref().first(tx)
		for range q.slots {
			x, ok := q.slots[i].get(tx)
			if !ok || !yield(x) {
				return
			}
			i = q.after(i)
		}
	}
}

// Close ends pushing. It may be called again, which does nothing.
func (q *BoundedQueue[T]) Close(tx *stm.Tx) {
	engine.CheckWrite(tx.Engine())
	t, v := q.ref().last(tx)
	if t.closed() {
		return
	}
	q.touch(tx, t.at(), v)
	q.tail.Set(tx, t.close()) // wakes who waits for an item
	if stateOf(v) == something {
		q.head.Set(tx, t.at()) // wakes who waits for room: the queue is full
	}
}

// IsClosed reports whether the queue has been closed. Items may be left.
func (q *BoundedQueue[T]) IsClosed(tx *stm.Tx) bool {
	t, _ := q.ref().last(tx)
	return t.closed()
}

// String formats the items as [BoundedQueue.Snapshot] returns them, for people.
func (q *BoundedQueue[T]) String() string {
	if q == nil {
		return "<nil BoundedQueue>"
	}
	return fmt.Sprint(q.Snapshot())
}

// ref returns q unless it is nil or has not been made.
func (q *BoundedQueue[T]) ref() *BoundedQueue[T] {
	if q == nil || q.slots == nil {
		panic("tvar: BoundedQueue without capacity: make it with tvar.NewBoundedQueue")
	}
	return q
}
