package tvar

import (
	"fmt"
	"iter"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// A Stack holds items, last in first out. The zero Stack is empty and ready to
// use. A Stack must not be copied after its first use.
//
// It is one variable, which leads to a list that never changes: whatever
// changes the stack conflicts with whatever else looks at it, Peek and Len
// included. Many goroutines are better served by a [Queue], whose ends do not
// conflict, if the order does not matter.
//
// Every operation takes constant time, but for those that return all items. An
// item takes 16 bytes and itself, in one allocation, and nothing of it is kept
// once it has been taken. (Treiber, 1986.)
type Stack[T any] struct {
	top Var[*frame[T]]
}

// A frame is the top of a stack of that depth. It does not change.
type frame[T any] struct {
	x     T
	below *frame[T]
	depth int
}

func (f *frame[T]) with(x T) *frame[T] { return &frame[T]{x, f, f.size() + 1} }

func (f *frame[T]) size() int {
	if f == nil {
		return 0
	}
	return f.depth
}

// all yields the items from f down.
func (f *frame[T]) all(yield func(T) bool) {
	for ; f != nil; f = f.below {
		if !yield(f.x) {
			return
		}
	}
}

// slice returns the items from f down.
func (f *frame[T]) slice() []T {
	xs := make([]T, 0, f.size())
	for x := range f.all {
		xs = append(xs, x)
	}
	return xs
}

// Push adds x on top.
func (s *Stack[T]) Push(tx *stm.Tx, x T) {
	s.ref().top.Set(tx, s.top.Get(tx).with(x))
}

// Pop removes the item on top and returns it; ok is false if there is none.
func (s *Stack[T]) Pop(tx *stm.Tx) (x T, ok bool) {
	engine.CheckWrite(tx.Engine())
	f := s.ref().top.Get(tx)
	if f == nil {
		return x, false
	}
	s.top.Set(tx, f.below)
	return f.x, true
}

// Peek returns the item on top and leaves it there; ok is false if there is
// none.
func (s *Stack[T]) Peek(tx *stm.Tx) (x T, ok bool) {
	f := s.ref().top.Get(tx)
	if f == nil {
		return x, false
	}
	return f.x, true
}

// Drain removes all items and returns them, the last one first.
func (s *Stack[T]) Drain(tx *stm.Tx) []T { return s.ref().top.Swap(tx, nil).slice() }

// Clear removes all items. It costs as much as to remove one.
func (s *Stack[T]) Clear(tx *stm.Tx) { s.ref().top.Set(tx, nil) }

// Len returns the number of items in the transaction.
func (s *Stack[T]) Len(tx *stm.Tx) int { return s.ref().top.Get(tx).size() }

// All yields the items in the transaction, the last one first. The loop may
// change the stack: All yields what was there when it began.
func (s *Stack[T]) All(tx *stm.Tx) iter.Seq[T] {
	return func(yield func(T) bool) { s.ref().top.Get(tx).all(yield) }
}

// Put adds x on top, as a transaction that does nothing else would.
func (s *Stack[T]) Put(x T) {
	s.ref().top.Modify(func(f *frame[T]) *frame[T] { return f.with(x) })
}

// Take removes the item on top and returns it, as a transaction that does
// nothing else would; ok is false if there is none.
func (s *Stack[T]) Take() (x T, ok bool) {
	if s.ref().top.Load() == nil {
		return x, false
	}
	var f *frame[T]
	s.top.Modify(func(now *frame[T]) *frame[T] {
		if f = now; f == nil {
			return nil
		}
		return f.below
	})
	if f == nil {
		return x, false
	}
	return f.x, true
}

// First returns the item on top and leaves it there; ok is false if there is
// none.
func (s *Stack[T]) First() (x T, ok bool) {
	f := s.ref().top.Load()
	if f == nil {
		return x, false
	}
	return f.x, true
}

// TakeAll removes all items at one instant and returns them, the last one first.
func (s *Stack[T]) TakeAll() []T {
	var f *frame[T]
	atomically(func(tx *stm.Tx) { f = s.ref().top.Swap(tx, nil) })
	return f.slice()
}

// Reset removes all items, as a transaction that does nothing else would.
func (s *Stack[T]) Reset() { s.ref().top.Store(nil) }

// Size returns the number of items now.
func (s *Stack[T]) Size() int { return s.ref().top.Load().size() }

// Snapshot returns the items at one instant, the last one first. It is one
// read, however many they are.
func (s *Stack[T]) Snapshot() []T { return s.ref().top.Load().slice() }

// String formats the items as [Stack.Snapshot] returns them, for people.
func (s *Stack[T]) String() string {
	if s == nil {
		return "<nil Stack>"
	}
	return fmt.Sprint(s.Snapshot())
}

// ref returns s unless it is nil.
func (s *Stack[T]) ref() *Stack[T] {
	if s == nil {
		panic("tvar: nil Stack: use a Stack value or new(tvar.Stack[T])")
	}
	return s
}
