package tvar

import (
	"fmt"
	"iter"

	"github.com/weft-stm/weft/stm"
)

// An Array is a sequence of variables of fixed length. Transactions conflict
// over an element that one of them writes, and never over different ones. The
// zero Array has no elements.
//
// It takes 32 bytes an element, as a [Var] does: each has a version of its own.
// Elements that are numbers, pointers or strings are stored in place.
//
// An index out of range panics, as that of a slice does.
type Array[T any] struct {
	vars []Var[T]
}

// NewArray returns an Array of n elements that hold the zero value of T.
func NewArray[T any](n int) *Array[T] {
	if n < 0 {
		panic(fmt.Sprintf("tvar: negative length %d given to NewArray", n))
	}
	return &Array[T]{make([]Var[T], n)}
}

// ArrayOf returns an Array of the elements xs.
func ArrayOf[T any](xs ...T) *Array[T] {
	a := NewArray[T](len(xs))
	for i, x := range xs {
		a.vars[i].Store(x)
	}
	return a
}

// At returns element i as a variable, for whatever a [Var] can do that Array
// does not repeat: Add, Peek, Await and the like.
func (a *Array[T]) At(i int) *Var[T] {
	if a == nil {
		panic("tvar: nil Array: make it with tvar.NewArray")
	}
	if uint(i) >= uint(len(a.vars)) {
		panic(outOfRange("Array", i, len(a.vars)))
	}
	return &a.vars[i]
}

func outOfRange(of string, i, n int) string {
	return fmt.Sprintf("tvar: index %d out of range of %s of length %d", i, of, n)
}

// Get returns element i in the transaction.
func (a *Array[T]) Get(tx *stm.Tx, i int) T { return a.At(i).Get(tx) }

// Set makes x element i.
func (a *Array[T]) Set(tx *stm.Tx, i int, x T) { a.At(i).Set(tx, x) }

// Update sets element i to f of it and returns the new value.
func (a *Array[T]) Update(tx *stm.Tx, i int, f func(T) T) T { return a.At(i).Update(tx, f) }

// Load returns element i, as a transaction that does nothing else would.
func (a *Array[T]) Load(i int) T { return a.At(i).Load() }

// Store makes x element i, as a transaction that does nothing else would.
func (a *Array[T]) Store(i int, x T) { a.At(i).Store(x) }

// Modify sets element i to f of it, as a transaction that does nothing else
// would, and returns the new value.
func (a *Array[T]) Modify(i int, f func(T) T) T { return a.At(i).Modify(f) }

// Len returns the number of elements, which never changes.
func (a *Array[T]) Len() int {
	if a == nil {
		return 0
	}
	return len(a.vars)
}

// All yields index and value of each element in the transaction, in order. It
// reads an element when it comes to it, so the transaction depends on those
// that were yielded. The loop may write elements.
func (a *Array[T]) All(tx *stm.Tx) iter.Seq2[int, T] {
	return func(yield func(int, T) bool) {
		mustRun(tx)
		for i := range a.Len() {
			if !yield(i, a.vars[i].Get(tx)) {
				return
			}
		}
	}
}

// Snapshot returns a copy of all elements at one instant. It aborts nobody and
// always succeeds, as stm.View does.
func (a *Array[T]) Snapshot() []T {
	return view(func(tx *stm.Tx) []T {
		xs := make([]T, 0, a.Len())
		for _, x := range a.All(tx) {
			xs = append(xs, x)
		}
		return xs
	})
}

// String formats the elements as [Array.Snapshot] returns them, for people.
func (a *Array[T]) String() string {
	if a == nil {
		return "<nil Array>"
	}
	return fmt.Sprint(a.Snapshot())
}
