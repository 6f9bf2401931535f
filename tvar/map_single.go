package tvar

import (
	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// The one-shot forms. What concerns a key that is there, and stays, is a step
// on its variable; an insertion or a deletion changes two, and is a
// transaction.

// Load returns the latest committed value of k; ok is false if k is not there.
// It never waits for a transaction's body, and does not allocate.
func (m *Map[K, V]) Load(k K) (x V, ok bool) {
	ix := m.ref().index.Load()
	if ix == nil {
		return x, false
	}
	if e := ix.find(ix.hash(k), k); e != nil {
		// Retired is absent: when e was found nobody knew, so k had no other.
		return e.load()
	}
	return x, false
}

// Contains reports whether k is there.
func (m *Map[K, V]) Contains(k K) bool {
	_, ok := m.Load(k)
	return ok
}

// present returns the entry of k, and what it holds, if k is there.
func (m *Map[K, V]) present(k K) (e *entry[K, V], v engine.Value, seen uint64) {
	ix := m.ref().index.Load()
	if ix == nil {
		return nil, v, 0
	}
	if e = ix.find(ix.hash(k), k); e == nil {
		return nil, v, 0
	}
	if v, seen = engine.Sample(&e.cell); stateOf(v) != something {
		return nil, v, 0
	}
	return e, v, seen
}

// Store makes x the value of k, as a transaction that does nothing else would.
// It costs about as much as [Var.Store] if k is there, and a transaction of two
// writes if it is not.
func (m *Map[K, V]) Store(k K, x V) {
	for range modifyAttempts {
		e, old, seen := m.present(k)
		if e == nil {
			break
		}
		if engine.Install(&e.cell, seen, encode(x, old.Kind)) {
			return
		}
	}
	atomically(func(tx *stm.Tx) { m.Set(tx, k, x) })
}

// Modify makes the value of k what f returns, as [Map.Update] does, in a
// transaction of its own. f may run more than once, and must not use
// transactions or this Map.
func (m *Map[K, V]) Modify(k K, f func(old V, found bool) (x V, keep bool)) (x V, kept bool) {
	for range modifyAttempts {
		e, old, seen := m.present(k)
		if e == nil {
			break
		}
		if x, kept = f(decode[V](old), true); !kept {
			break
		}
		if engine.Install(&e.cell, seen, encode(x, old.Kind)) {
			return x, true
		}
	}
	atomically(func(tx *stm.Tx) { x, kept = m.Update(tx, k, f) })
	return x, kept
}

// LoadOrStore returns the value of k, or makes it x if k is not there, as a
// transaction that does nothing else would. found says which.
func (m *Map[K, V]) LoadOrStore(k K, x V) (actual V, found bool) {
	if actual, found = m.Load(k); found {
		return actual, true
	}
	atomically(func(tx *stm.Tx) { actual, found = m.GetOrSet(tx, k, x) })
	return actual, found
}

// CompareAndStore makes the value of k new if it is old, as a transaction that
// does nothing else would, and reports whether it was. See
// [Map.CompareAndSwap].
func (m *Map[K, V]) CompareAndStore(k K, old, new V) bool {
	for {
		e, v, seen := m.present(k)
		if e == nil || any(decode[V](v)) != any(old) {
			return false
		}
		if engine.Install(&e.cell, seen, encode(new, v.Kind)) {
			return true
		}
	}
}

// Remove deletes k and returns the value that it had, in a transaction of its
// own; found is false if k was not there.
func (m *Map[K, V]) Remove(k K) (old V, found bool) {
	if m.Contains(k) {
		atomically(func(tx *stm.Tx) { old, found = m.Delete(tx, k) })
	}
	return old, found
}

// Reset removes all keys in a transaction of its own.
func (m *Map[K, V]) Reset() { atomically(m.Clear) }

// Size returns the number of keys at one instant.
func (m *Map[K, V]) Size() int { return view(m.Len) }

// Snapshot returns a copy of the Map at one instant. It aborts nobody and
// always succeeds, as stm.View does.
func (m *Map[K, V]) Snapshot() map[K]V {
	return view(func(tx *stm.Tx) map[K]V {
		all := make(map[K]V, m.Len(tx))
		for k, x := range m.All(tx) {
			all[k] = x
		}
		return all
	})
}
