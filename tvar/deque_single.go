package tvar

import (
	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// PutFront adds x before all items, in a transaction of its own.
func (d *Deque[T]) PutFront(x T) { atomically(func(tx *stm.Tx) { d.PushFront(tx, x) }) }

// PutBack adds x after all items, in a transaction of its own.
func (d *Deque[T]) PutBack(x T) { atomically(func(tx *stm.Tx) { d.PushBack(tx, x) }) }

// TakeFront removes the first item and returns it, in a transaction of its own;
// ok is false if there is none.
func (d *Deque[T]) TakeFront() (x T, ok bool) {
	atomically(func(tx *stm.Tx) { x, ok = d.PopFront(tx) })
	return x, ok
}

// TakeBack removes the last item and returns it, in a transaction of its own;
// ok is false if there is none.
func (d *Deque[T]) TakeBack() (x T, ok bool) {
	atomically(func(tx *stm.Tx) { x, ok = d.PopBack(tx) })
	return x, ok
}

// First returns the first item and leaves it where it is; ok is false if there
// is none.
func (d *Deque[T]) First() (x T, ok bool) { return d.ref().front.Load().item() }

// Last returns the last item and leaves it where it is; ok is false if there is
// none.
func (d *Deque[T]) Last() (x T, ok bool) { return d.ref().back.Load().item() }

// Size returns the number of items at one instant. It costs a few nanoseconds.
func (d *Deque[T]) Size() int {
	for range modifyAttempts {
		v, seen := engine.Sample(&d.ref().front.cell)
		b := d.back.Load()
		if _, again := engine.Sample(&d.front.cell); again != seen {
			continue
		}
		f := decode[*knot[T]](v)
		if f == nil {
			return 0
		}
		return int(b.at-f.at) + 1
	}
	return view(d.Len)
}

// Reset removes all items, in a transaction of its own.
func (d *Deque[T]) Reset() { atomically(d.Clear) }

// Snapshot returns a copy of all items at one instant. It aborts nobody and
// always succeeds, as stm.View does.
func (d *Deque[T]) Snapshot() []T {
	return view(func(tx *stm.Tx) []T {
		xs := make([]T, 0, d.Len(tx))
		for x := range d.All(tx) {
			xs = append(xs, x)
		}
		return xs
	})
}
