package tvar

import "github.com/weft-stm/weft/stm"

// Extend adds xs at the end, side by side, and returns the index of the first
// of them. It is a transaction of its own.
func (v *Vector[T]) Extend(xs ...T) (first int) {
	atomically(func(tx *stm.Tx) { first = v.Append(tx, xs...) })
	return first
}

// Take removes the last element and returns it; ok is false if there is none.
// It is a transaction of its own.
func (v *Vector[T]) Take() (x T, ok bool) {
	atomically(func(tx *stm.Tx) { x, ok = v.Pop(tx) })
	return x, ok
}

// Reset removes all elements. It is a transaction of its own.
func (v *Vector[T]) Reset() { atomically(v.Clear) }

// Load returns element i, as a transaction that does nothing else would. It
// costs a few nanoseconds, and does not allocate.
func (v *Vector[T]) Load(i int) T {
	if o := v.find(i); o != nil {
		if x, ok := o.load(); ok {
			return x
		}
	}
	panic(outOfRange("Vector", i, v.Size()))
}

// Store makes x element i, which exists, as a transaction that does nothing
// else would.
func (v *Vector[T]) Store(i int, x T) {
	v.Modify(i, func(T) T { return x })
}

// Modify sets element i to f of it, as a transaction that does nothing else
// would, and returns the new value. f must not use transactions or this Vector.
func (v *Vector[T]) Modify(i int, f func(T) T) T {
	if o := v.find(i); o != nil {
		if x, ok := o.modify(f); ok {
			return x
		}
	}
	panic(outOfRange("Vector", i, v.Size()))
}

// Size returns the number of elements now.
func (v *Vector[T]) Size() int { return v.ref().length.Load() }

// Snapshot returns a copy of all elements at one instant. It aborts nobody and
// always succeeds, as stm.View does.
func (v *Vector[T]) Snapshot() []T {
	return view(func(tx *stm.Tx) []T {
		xs := make([]T, 0, v.Len(tx))
		for _, x := range v.All(tx) {
			xs = append(xs, x)
		}
		return xs
	})
}
