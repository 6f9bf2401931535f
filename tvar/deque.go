package tvar

import (
	"fmt"
	"iter"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// A Deque holds items in a row that grows and shrinks at both ends. The zero
// Deque is empty and ready to use. A Deque must not be copied after its first
// use.
//
// Operations at one end conflict with one another, and not with those at the
// other end unless no more than two items are left between them. Len conflicts
// with both ends, All and Backward with changes of what they have come to.
//
// Every operation on an end takes constant time, some two reads and three
// writes. An item takes 72 bytes and itself, in one allocation, and nothing of
// it is kept once it has been taken. An operation never waits: to wait for an
// item call Check with what Pop returns, or use a [Queue], where an item wakes
// one of those who wait and not all.
type Deque[T any] struct {
	front Var[*knot[T]] // nil if there are none, as is back
	_     [128]byte     // the ends do not share a line
	back  Var[*knot[T]]
}

// A knot holds an item and knows its neighbours, which are nil at the ends.
type knot[T any] struct {
	prev, next Var[*knot[T]]
	at         int64 // one more than that of the one before
	x          T
}

func newKnot[T any](at int64, x T) *knot[T] {
	k := fresh[knot[T]]()
	k.at, k.x = at, x
	return k
}

// PushFront adds x before all items.
func (d *Deque[T]) PushFront(tx *stm.Tx, x T) {
	f := d.ref().front.Get(tx)
	if f == nil {
		d.only(tx, newKnot(0, x))
		return
	}
	k := newKnot(f.at-1, x)
	k.next.Set(tx, f)
	f.prev.Set(tx, k)
	d.front.Set(tx, k)
}

// PushBack adds x after all items.
func (d *Deque[T]) PushBack(tx *stm.Tx, x T) {
	b := d.ref().back.Get(tx)
	if b == nil {
		d.only(tx, newKnot(0, x))
		return
	}
	k := newKnot(b.at+1, x)
	k.prev.Set(tx, b)
	b.next.Set(tx, k)
	d.back.Set(tx, k)
}

// only makes k all that there is, which may be nothing.
func (d *Deque[T]) only(tx *stm.Tx, k *knot[T]) {
	d.front.Set(tx, k)
	d.back.Set(tx, k)
}

// PopFront removes the first item and returns it; ok is false if there is none.
func (d *Deque[T]) PopFront(tx *stm.Tx) (x T, ok bool) {
	engine.CheckWrite(tx.Engine())
	f := d.ref().front.Get(tx)
	if f == nil {
		return x, false
	}
	if k := f.next.Get(tx); k == nil {
		d.only(tx, nil)
	} else {
		k.prev.Set(tx, nil)
		d.front.Set(tx, k)
	}
	return f.x, true
}

// PopBack removes the last item and returns it; ok is false if there is none.
func (d *Deque[T]) PopBack(tx *stm.Tx) (x T, ok bool) {
	engine.CheckWrite(tx.Engine())
	b := d.ref().back.Get(tx)
	if b == nil {
		return x, false
	}
	if k := b.prev.Get(tx); k == nil {
		d.only(tx, nil)
	} else {
		k.next.Set(tx, nil)
		d.back.Set(tx, k)
	}
	return b.x, true
}

// PeekFront returns the first item and leaves it where it is; ok is false if
// there is none.
func (d *Deque[T]) PeekFront(tx *stm.Tx) (x T, ok bool) { return d.ref().front.Get(tx).item() }

// PeekBack returns the last item and leaves it where it is; ok is false if
// there is none.
func (d *Deque[T]) PeekBack(tx *stm.Tx) (x T, ok bool) { return d.ref().back.Get(tx).item() }

func (k *knot[T]) item() (x T, ok bool) {
	if k == nil {
		return x, false
	}
	return k.x, true
}

// Len returns the number of items in the transaction, which then depends on
// both ends. [Deque.Size] gives a hint for free.
func (d *Deque[T]) Len(tx *stm.Tx) int {
	f, b := d.ref().front.Get(tx), d.back.Get(tx)
	if f == nil {
		return 0
	}
	return int(b.at-f.at) + 1
}

// All yields the items in the transaction, from the first to the last. The
// transaction depends on those that were yielded, and on there being no more if
// the loop comes to the end. The loop may change the Deque; of the items that
// it takes itself before their turn some may be yielded.
func (d *Deque[T]) All(tx *stm.Tx) iter.Seq[T] {
	return func(yield func(T) bool) {
		for k := d.ref().front.Get(tx); k != nil && yield(k.x); {
			k = k.next.Get(tx)
		}
	}
}

// Backward is All from the last item to the first.
func (d *Deque[T]) Backward(tx *stm.Tx) iter.Seq[T] {
	return func(yield func(T) bool) {
		for k := d.ref().back.Get(tx); k != nil && yield(k.x); {
			k = k.prev.Get(tx)
		}
	}
}

// Clear removes all items. It costs as much as to remove one.
func (d *Deque[T]) Clear(tx *stm.Tx) {
	d.ref().Len(tx)
	d.only(tx, nil)
}

// String formats the items as [Deque.Snapshot] returns them, for people.
func (d *Deque[T]) String() string {
	if d == nil {
		return "<nil Deque>"
	}
	return fmt.Sprint(d.Snapshot())
}

// ref returns d unless it is nil.
func (d *Deque[T]) ref() *Deque[T] {
	if d == nil {
		panic("tvar: nil Deque: use a Deque value or new(tvar.Deque[T])")
	}
	return d
}
