package tvar

import "github.com/weft-stm/weft/stm"

// Union adds the keys of other. The transaction depends on which keys other
// has, and on whether s had each of them.
func (s *Set[K]) Union(tx *stm.Tx, other *Set[K]) {
	for k := range other.All(tx) {
		s.Add(tx, k)
	}
}

// Intersect removes the keys that other does not have. The transaction depends
// on which keys s has, and on whether other has each of them.
func (s *Set[K]) Intersect(tx *stm.Tx, other *Set[K]) {
	for k := range s.All(tx) {
		if !other.Has(tx, k) {
			s.Delete(tx, k)
		}
	}
}

// Difference removes the keys of other. The transaction depends on which keys
// other has, and on whether s had each of them.
func (s *Set[K]) Difference(tx *stm.Tx, other *Set[K]) {
	for k := range other.All(tx) {
		s.Delete(tx, k)
	}
}

// SymmetricDifference removes the keys of other that s has, and adds those that
// it does not have. The transaction depends on which keys other has, and on
// whether s had each of them.
func (s *Set[K]) SymmetricDifference(tx *stm.Tx, other *Set[K]) {
	for k := range other.All(tx) {
		if !s.Delete(tx, k) {
			s.Add(tx, k)
		}
	}
}

// Subset reports whether other has all keys of s. The transaction depends on
// the sizes of both sets, and on which keys s has unless they decide.
func (s *Set[K]) Subset(tx *stm.Tx, other *Set[K]) bool {
	if s.Len(tx) > other.Len(tx) {
		return false
	}
	for k := range s.All(tx) {
		if !other.Has(tx, k) {
			return false
		}
	}
	return true
}

// Equal reports whether both sets have the same keys. The transaction depends
// on the sizes of both sets, and on which keys they have unless they decide.
func (s *Set[K]) Equal(tx *stm.Tx, other *Set[K]) bool {
	return s.Len(tx) == other.Len(tx) && s.Subset(tx, other)
}
