package tvar

import (
	"fmt"
	"iter"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/stm"
)

// A Vector is a sequence of variables that grows and shrinks at its end. The
// zero Vector is empty and ready to use. A Vector must not be copied after its
// first use.
//
// Transactions that change the length, by Append, Pop or Clear, conflict with
// one another and with those that have read it: appends have an order. They do
// not conflict with reads and writes of elements that stay, which conflict over
// the same element alone. That an index is in range is learnt from the element
// itself, not from the length.
//
// Elements live in chunks of 8, 16, 32 and so on, which never move and are kept
// for reuse when the Vector shrinks. It takes 32 bytes an element, and at most
// half of the elements are spare; a Vector without any takes 750 bytes.
//
// An index out of range panics, as that of a slice does.
type Vector[T any] struct {
	chunks [numChunks]atomics.Pointer[[]optional[T]]
	_      [128]byte // who reads elements does not share a line with who appends
	length Var[int]
	_      [128]byte
}

// Append adds xs at the end and returns the index of the first of them. It
// conflicts with whatever else changes or reads the length.
func (v *Vector[T]) Append(tx *stm.Tx, xs ...T) (first int) {
	first = v.ref().length.Get(tx)
	for i, x := range xs {
		v.room(first+i).set(tx, x)
	}
	v.length.Set(tx, first+len(xs))
	return first
}

// Pop removes the last element and returns it; ok is false if there is none.
func (v *Vector[T]) Pop(tx *stm.Tx) (x T, ok bool) {
	n := v.ref().length.Get(tx)
	if n == 0 {
		return x, false
	}
	last := v.find(n - 1)
	x, _ = last.get(tx)
	last.clear(tx)
	v.length.Set(tx, n-1)
	return x, true
}

// Clear removes all elements. It costs a write for each.
func (v *Vector[T]) Clear(tx *stm.Tx) {
	for i := range v.ref().length.Get(tx) {
		v.find(i).clear(tx)
	}
	v.length.Set(tx, 0)
}

// Get returns element i in the transaction.
func (v *Vector[T]) Get(tx *stm.Tx, i int) T {
	x, _ := v.at(tx, i)
	return x
}

// Set makes x element i, which exists.
func (v *Vector[T]) Set(tx *stm.Tx, i int, x T) {
	_, o := v.at(tx, i)
	o.set(tx, x)
}

// Update sets element i to f of it and returns the new value.
func (v *Vector[T]) Update(tx *stm.Tx, i int, f func(T) T) T {
	x, o := v.at(tx, i)
	x = f(x)
	o.set(tx, x)
	return x
}

// at returns element i in the transaction.
func (v *Vector[T]) at(tx *stm.Tx, i int) (x T, o *optional[T]) {
	if o = v.find(i); o != nil {
		if x, ok := o.get(tx); ok {
			return x, o
		}
	}
	panic(outOfRange("Vector", i, v.length.Peek(tx)))
}

// Len returns the number of elements in the transaction, which then depends on
// it. [Vector.Size] gives a hint for free.
func (v *Vector[T]) Len(tx *stm.Tx) int { return v.ref().length.Get(tx) }

// All yields index and value of each element in the transaction, in order. The
// transaction depends on the length and on the elements that were yielded. The
// loop may change the Vector: it goes on until it has yielded as many elements
// as there were when it began, or has come to the end.
func (v *Vector[T]) All(tx *stm.Tx) iter.Seq2[int, T] {
	return func(yield func(int, T) bool) {
		for i := range v.Len(tx) {
			x, ok := v.find(i).get(tx)
			if !ok || !yield(i, x) {
				return
			}
		}
	}
}

// String formats the elements as [Vector.Snapshot] returns them, for people.
func (v *Vector[T]) String() string {
	if v == nil {
		return "<nil Vector>"
	}
	return fmt.Sprint(v.Snapshot())
}
