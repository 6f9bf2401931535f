package tvar

import (
	"fmt"
	"iter"
	"slices"

	"github.com/weft-stm/weft/stm"
)

// A Set is a set of keys: a [Map] without values, with the same conflicts,
// memory and demands on keys. Transactions conflict over single keys, and never
// over different ones; who goes over all keys, or counts them, conflicts with
// each change of which there are. The zero Set is empty and ready to use. A Set
// must not be copied after its first use.
//
// The operations on two sets change the one that they are called on, read the
// other, and exist inside transactions only. Either may be the same as the
// other.
type Set[K comparable] struct {
	m Map[K, struct{}]
}

// Has reports whether k is in the set.
func (s *Set[K]) Has(tx *stm.Tx, k K) bool { return s.of().Has(tx, k) }

// Add puts k into the set, and reports whether it was not there before. It
// panics if k is not equal to itself, as a NaN.
func (s *Set[K]) Add(tx *stm.Tx, k K) (added bool) {
	_, found := s.of().GetOrSet(tx, k, struct{}{})
	return !found
}

// Delete takes k out of the set, and reports whether it was there.
func (s *Set[K]) Delete(tx *stm.Tx, k K) (found bool) {
	_, found = s.of().Delete(tx, k)
	return found
}

// Len returns the number of keys: see [Map.Len].
func (s *Set[K]) Len(tx *stm.Tx) int { return s.of().Len(tx) }

// All yields the keys in the transaction, in no order, each once. The loop may
// change the set: see [Map.All].
func (s *Set[K]) All(tx *stm.Tx) iter.Seq[K] { return s.of().Keys(tx) }

// Clear removes all keys. It costs a write for each.
func (s *Set[K]) Clear(tx *stm.Tx) { s.of().Clear(tx) }

// Contains reports whether k is in the set now. It never waits for a
// transaction's body, and does not allocate.
func (s *Set[K]) Contains(k K) bool { return s.of().Contains(k) }

// Insert puts k into the set, and reports whether it was not there before, as
// a transaction that does nothing else would.
func (s *Set[K]) Insert(k K) (added bool) {
	_, found := s.of().LoadOrStore(k, struct{}{})
	return !found
}

// Remove takes k out of the set, and reports whether it was there, as a
// transaction that does nothing else would.
func (s *Set[K]) Remove(k K) (found bool) {
	_, found = s.of().Remove(k)
	return found
}

// Size returns the number of keys at one instant.
func (s *Set[K]) Size() int { return s.of().Size() }

// Reset removes all keys in a transaction of its own.
func (s *Set[K]) Reset() { s.of().Reset() }

// Snapshot returns the keys at one instant, in no order. It aborts nobody and
// always succeeds, as stm.View does.
func (s *Set[K]) Snapshot() []K {
	return view(func(tx *stm.Tx) []K {
		return slices.AppendSeq(make([]K, 0, s.Len(tx)), s.All(tx))
	})
}

// String formats the keys as [Set.Snapshot] returns them, for people.
func (s *Set[K]) String() string {
	if s == nil {
		return "<nil Set>"
	}
	return fmt.Sprint(s.Snapshot())
}

// of returns the map of s.
func (s *Set[K]) of() *Map[K, struct{}] {
	if s == nil {
		panic("tvar: nil Set: use a Set value or new(tvar.Set[K])")
	}
	return &s.m
}
