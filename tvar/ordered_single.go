package tvar

import (
	"fmt"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// The one-shot forms. As with a Map, what concerns a key that is there, and
// stays, is a step on its variable.

// A Pair is a key and its value.
type Pair[K, V any] struct {
	Key   K // in the order of the map
	Value V // under Key
}

// String formats the pair as an element of a map, for people.
func (p Pair[K, V]) String() string { return fmt.Sprintf("%v:%v", p.Key, p.Value) }

// Load returns the latest committed value of k; ok is false if k is not there.
// It never waits for a transaction's body, and does not allocate.
func (m *OrderedMap[K, V]) Load(k K) (x V, ok bool) {
	if pg, at, found := m.now(k); found {
		// Retired is absent: when the page was read the variable was in it, so
		// it was retired during this call, and k was not there then.
		return pg.vars[at].load()
	}
	return x, false
}

// Contains reports whether k is there.
func (m *OrderedMap[K, V]) Contains(k K) bool {
	_, ok := m.Load(k)
	return ok
}

// present returns the variable of k, and what it holds, if k is there.
func (m *OrderedMap[K, V]) present(k K) (o *optional[V], v engine.Value, seen uint64) {
	pg, at, found := m.now(k)
	if !found {
		return nil, v, 0
	}
	o = pg.vars[at]
	if v, seen = engine.Sample(&o.cell); stateOf(v) != something {
		return nil, v, 0
	}
	return o, v, seen
}

// Store makes x the value of k, as a transaction that does nothing else would.
// If k is there it costs a look-up and as much as [Var.Store], else a
// transaction.
func (m *OrderedMap[K, V]) Store(k K, x V) {
	for range modifyAttempts {
		o, old, seen := m.present(k)
		if o == nil {
			break
		}
		if engine.Install(&o.cell, seen, encode(x, old.Kind)) {
			return
		}
	}
	atomically(func(tx *stm.Tx) { m.Set(tx, k, x) })
}

// Modify makes the value of k what f returns, as [OrderedMap.Update] does, in a
// transaction of its own. f may run more than once, and must not use
// transactions or this OrderedMap.
func (m *OrderedMap[K, V]) Modify(k K, f func(old V, found bool) (x V, keep bool)) (x V, kept bool) {
	for range modifyAttempts {
		o, old, seen := m.present(k)
		if o == nil {
			break
		}
		if x, kept = f(decode[V](old), true); !kept {
			break
		}
		if engine.Install(&o.cell, seen, encode(x, old.Kind)) {
			return x, true
		}
	}
	atomically(func(tx *stm.Tx) { x, kept = m.Update(tx, k, f) })
	return x, kept
}

// LoadOrStore returns the value of k, or makes it x if k is not there, as a
// transaction that does nothing else would. found says which.
func (m *OrderedMap[K, V]) LoadOrStore(k K, x V) (actual V, found bool) {
	if actual, found = m.Load(k); found {
		return actual, true
	}
	atomically(func(tx *stm.Tx) { actual, found = m.GetOrSet(tx, k, x) })
	return actual, found
}

// CompareAndStore makes the value of k new if it is old, as a transaction that
// does nothing else would, and reports whether it was. See
// [OrderedMap.CompareAndSwap].
func (m *OrderedMap[K, V]) CompareAndStore(k K, old, new V) bool {
	for {
		o, v, seen := m.present(k)
		if o == nil || any(decode[V](v)) != any(old) {
			return false
		}
		if engine.Install(&o.cell, seen, encode(new, v.Kind)) {
			return true
		}
	}
}

// Remove deletes k and returns the value that it had, in a transaction of its
// own; found is false if k was not there.
func (m *OrderedMap[K, V]) Remove(k K) (old V, found bool) {
	if m.Contains(k) {
		atomically(func(tx *stm.Tx) { old, found = m.Delete(tx, k) })
	}
	return old, found
}

// RemoveRange removes the keys from low up to, but not including, high in a
// transaction of its own, and returns how many there were.
func (m *OrderedMap[K, V]) RemoveRange(low, high K) (n int) {
	atomically(func(tx *stm.Tx) { n = m.DeleteRange(tx, low, high) })
	return n
}

// LoadMin returns the smallest key and its value at one instant; ok is false if
// there is none.
func (m *OrderedMap[K, V]) LoadMin() (k K, x V, ok bool) {
	view(func(tx *stm.Tx) (_ struct{}) { k, x, ok = m.Min(tx); return })
	return k, x, ok
}

// LoadMax returns the greatest key and its value at one instant; ok is false if
// there is none.
func (m *OrderedMap[K, V]) LoadMax() (k K, x V, ok bool) {
	view(func(tx *stm.Tx) (_ struct{}) { k, x, ok = m.Max(tx); return })
	return k, x, ok
}

// LoadFloor returns the greatest key that is not above k, and its value, at one
// instant; ok is false if there is none.
func (m *OrderedMap[K, V]) LoadFloor(k K) (floor K, x V, ok bool) {
	view(func(tx *stm.Tx) (_ struct{}) { floor, x, ok = m.Floor(tx, k); return })
	return floor, x, ok
}

// LoadCeiling returns the smallest key that is not below k, and its value, at
// one instant; ok is false if there is none.
func (m *OrderedMap[K, V]) LoadCeiling(k K) (ceiling K, x V, ok bool) {
	view(func(tx *stm.Tx) (_ struct{}) { ceiling, x, ok = m.Ceiling(tx, k); return })
	return ceiling, x, ok
}

// Reset removes all keys in a transaction of its own.
func (m *OrderedMap[K, V]) Reset() { atomically(m.Clear) }

// Size returns the number of keys at one instant.
func (m *OrderedMap[K, V]) Size() int { return int(m.ref().count.Load()) }

// Snapshot returns keys and values at one instant, in ascending order. It aborts
// nobody and always succeeds, as stm.View does.
func (m *OrderedMap[K, V]) Snapshot() []Pair[K, V] {
	return view(func(tx *stm.Tx) []Pair[K, V] {
		all := make([]Pair[K, V], 0, m.Len(tx))
		for k, x := range m.All(tx) {
			all = append(all, Pair[K, V]{k, x})
		}
		return all
	})
}
