package tvar

import (
	"cmp"
	"context"
	"fmt"
	"iter"

	"github.com/weft-stm/weft/stm"
)

// A PriorityQueue gives back the least of its elements first. Make it with
// [NewPriorityQueue] or [NewPriorityQueueFunc]; it must not be copied. Which of
// several elements that compare equal comes first is not specified: compare the
// order of their arrival too, if it matters.
//
// The elements are spread over heaps, and a goroutine pushes into the one that
// it falls upon, as with a [Counter]. Transactions that push conflict if they
// fall upon the same heap, which those of different goroutines rarely do.
// Popping looks at the least element of each heap: it conflicts with other pops,
// with a push into the heap that it takes from, and with one of an element that
// is less than all others in its heap. So pushing behind what is there disturbs
// one pop in as many as there are heaps. [PriorityQueue.Len] and
// [PriorityQueue.All] conflict with all changes.
//
// Pushing and popping cost a logarithm of comparisons, and as many allocations
// of a node; a node takes 24 bytes and the element. There are a heap for each
// processor, at least four and at most sixteen, of 128 bytes.
//
// A heap is an immutable tree in a variable, weight-biased leftist (Cho and
// Sahni, 1998).
type PriorityQueue[T any] struct {
	_       [0]func(T)
	compare func(a, b T) int
	heaps   []heap[T]
}

// NewPriorityQueue returns an empty PriorityQueue with the order of
// [cmp.Compare].
func NewPriorityQueue[T cmp.Ordered]() *PriorityQueue[T] {
	return NewPriorityQueueFunc(cmp.Compare[T])
}

// NewPriorityQueueFunc returns an empty PriorityQueue with the order of compare,
// which returns a negative number if a comes before b, a positive one if it
// comes after b, and 0 if either may come first. It must not use transactions.
func NewPriorityQueueFunc[T any](compare func(a, b T) int) *PriorityQueue[T] {
	if compare == nil {
		panic("tvar: nil comparison: pass a function, or use tvar.NewPriorityQueue")
	}
	return &PriorityQueue[T]{compare: compare, heaps: freshSlice[heap[T]](numHeaps())}
}

// Push adds x.
func (q *PriorityQueue[T]) Push(tx *stm.Tx, x T) {
	h := q.own()
	root := h.root.Get(tx)
	if root == nil || q.compare(x, root.x) < 0 {
		h.least.set(tx, x)
	}
	h.root.Set(tx, q.merge(root, &tree[T]{x: x, size: 1}))
}

// Pop removes the least element and returns it. If there is none it waits for
// one, as [stm.Tx.Retry] does; a Push then wakes all who wait.
func (q *PriorityQueue[T]) Pop(tx *stm.Tx) T {
	x, ok := q.TryPop(tx)
	tx.Check(ok)
	return x
}

// TryPop removes the least element and returns it; ok is false if there is none.
func (q *PriorityQueue[T]) TryPop(tx *stm.Tx) (x T, ok bool) {
	h, _ := q.first(tx)
	if h == nil {
		return x, false
	}
	root := h.root.Get(tx)
	rest := q.merge(root.left, root.right)
	if rest == nil {
		h.least.clear(tx)
	} else {
		h.least.set(tx, rest.x)
	}
	h.root.Set(tx, rest)
	return root.x, true
}

// Peek returns the least element; ok is false if there is none. It depends on
// the least element of each heap.
func (q *PriorityQueue[T]) Peek(tx *stm.Tx) (x T, ok bool) {
	h, x := q.first(tx)
	return x, h != nil
}

// first returns the heap that has the least element, and that element.
func (q *PriorityQueue[T]) first(tx *stm.Tx) (h *heap[T], x T) {
	for i := range q.ref().heaps {
		if y, ok := q.heaps[i].least.get(tx); ok && (h == nil || q.compare(y, x) < 0) {
			h, x = &q.heaps[i], y
		}
	}
	return h, x
}

// Len returns the number of elements.
func (q *PriorityQueue[T]) Len(tx *stm.Tx) (n int) {
	for i := range q.ref().heaps {
		n += q.heaps[i].root.Get(tx).len()
	}
	return n
}

// All yields the elements in their order, the least first. They are those that
// are there when the loop begins, whatever it does. It costs a logarithm of
// comparisons for each that is yielded.
func (q *PriorityQueue[T]) All(tx *stm.Tx) iter.Seq[T] {
	return func(yield func(T) bool) {
		var ahead frontier[T]
		for i := range q.ref().heaps {
			ahead.add(q, q.heaps[i].root.Get(tx))
		}
		for len(ahead) > 0 {
			t := ahead.take(q)
			if !yield(t.x) {
				return
			}
			ahead.add(q, t.left)
			ahead.add(q, t.right)
		}
	}
}

// Clear removes all elements. It costs two writes for each heap.
func (q *PriorityQueue[T]) Clear(tx *stm.Tx) {
	for i := range q.ref().heaps {
		q.heaps[i].root.Set(tx, nil)
		q.heaps[i].least.clear(tx)
	}
}

// Put adds x, as a transaction that does nothing else would.
func (q *PriorityQueue[T]) Put(x T) {
	if !q.putBehind(x) {
		atomically(func(tx *stm.Tx) { q.Push(tx, x) })
	}
}

// Take removes the least element and returns it. It waits while there is none,
// or until ctx ends, whose error it returns.
func (q *PriorityQueue[T]) Take(ctx context.Context) (T, error) {
	q.ref()
	return stm.Do(ctx, func(tx *stm.Tx) (T, error) { return q.Pop(tx), nil })
}

// TryTake removes the least element and returns it; ok is false if there is
// none. It is a transaction of its own.
func (q *PriorityQueue[T]) TryTake() (x T, ok bool) {
	atomically(func(tx *stm.Tx) { x, ok = q.TryPop(tx) })
	return x, ok
}

// First returns the least element at one instant; ok is false if there is none.
func (q *PriorityQueue[T]) First() (x T, ok bool) {
	view(func(tx *stm.Tx) (_ struct{}) { x, ok = q.Peek(tx); return })
	return x, ok
}

// Size returns the number of elements at one instant.
func (q *PriorityQueue[T]) Size() int { return view(q.Len) }

// Reset removes all elements in a transaction of its own.
func (q *PriorityQueue[T]) Reset() { atomically(q.Clear) }

// Snapshot returns the elements at one instant, in their order. It aborts nobody
// and always succeeds, as stm.View does.
func (q *PriorityQueue[T]) Snapshot() []T {
	return view(func(tx *stm.Tx) []T {
		xs := make([]T, 0, q.Len(tx))
		for x := range q.All(tx) {
			xs = append(xs, x)
		}
		return xs
	})
}

// String formats the elements as [PriorityQueue.Snapshot] returns them, for
// people.
func (q *PriorityQueue[T]) String() string {
	if q == nil {
		return "<nil PriorityQueue>"
	}
	return fmt.Sprint(q.Snapshot())
}

// ref returns q unless it has not been made.
func (q *PriorityQueue[T]) ref() *PriorityQueue[T] {
	if q == nil || q.compare == nil {
		panic("tvar: PriorityQueue without an order: make it with tvar.NewPriorityQueue or tvar.NewPriorityQueueFunc")
	}
	return q
}
