package tvar

import (
	"fmt"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// A Map is a hash table whose transactions conflict over single keys. The zero
// Map is empty and ready to use. A Map must not be copied after its first use.
//
// # Conflicts
//
// Each key has a variable of its own, which says whether the key is there and
// with what value. Transactions conflict if one of them writes a key that
// another reads or writes, also where what was read is that it is not there;
// they never conflict over different keys, whatever the Map does meanwhile:
// the index that leads from keys to variables is no part of a transaction.
// (Transactional predication: Bronson, Casper, Chafi, Olukotun, 2010.)
//
// Len, Keys, All and Clear conflict with every change of which keys there are,
// which do not conflict among themselves; All also with writes of what it
// yielded. In a View nothing conflicts, and they show the keys and values of
// its instant, however long they take and whatever is inserted and deleted
// meanwhile.
//
// # Keys
//
// A key has to be equal to itself: a NaN, or a struct or array that contains
// one, is never found, and storing one panics. Keys are hashed as those of Go's
// maps are, with a seed of the Map's own, so a key of an interface type may
// panic in the same way. The order of iteration is not specified.
//
// # Memory
//
// A key that is there takes 48 bytes and itself, and about 15 in the index; a
// value that is not a number, a pointer or a string is copied to the heap by
// each write. So does a key that is not there but was looked for in an update
// transaction, which depends on its absence. It is reclaimed some time later,
// as are deleted ones, so that not many more are kept than there are keys and
// transactions interested in them. A transaction that lasts for several rounds
// of that may start over because of it, each time after twice as many.
//
// # Cost
//
// A look-up is a hash and some three memory accesses beside the read of the
// variable, and does not allocate. Writing a key that is there is that and a
// write; inserting and deleting are another write, of a count.
type Map[K comparable, V any] struct {
	_     [0]func(K, V)
	index atomics.Pointer[index[K, V]]
}

// Get returns the value of k in the transaction; ok is false if k is not there.
func (m *Map[K, V]) Get(tx *stm.Tx, k K) (x V, ok bool) {
	if ix := m.ref().index.Load(); ix != nil {
		if e := ix.find(ix.hash(k), k); e != nil {
			if v := engine.Read(tx.Engine(), &e.cell); stateOf(v) == something {
				return decode[V](v), true
			}
		}
	}
	return m.getSlow(tx, k)
}

// getSlow is Get of a key that is not there, as it seems.
func (m *Map[K, V]) getSlow(tx *stm.Tx, k K) (x V, ok bool) {
	var v engine.Value
	if engine.PlanOf(tx.Engine()).Mode == engine.Viewing {
		v = m.past(tx, k)
	} else {
		_, v = m.at(tx, k)
	}
	if stateOf(v) != something {
		return x, false
	}
	return decode[V](v), true
}

// Has reports whether k is there.
func (m *Map[K, V]) Has(tx *stm.Tx, k K) bool {
	_, ok := m.Get(tx, k)
	return ok
}

// Set makes x the value of k, which need not be there.
func (m *Map[K, V]) Set(tx *stm.Tx, k K, x V) {
	engine.CheckWrite(tx.Engine())
	p, v := m.at(tx, k)
	p.put(tx, v, x)
}

// GetOrSet returns the value of k, or makes it x if k is not there. found says
// which.
func (m *Map[K, V]) GetOrSet(tx *stm.Tx, k K, x V) (actual V, found bool) {
	engine.CheckWrite(tx.Engine())
	p, v := m.at(tx, k)
	if stateOf(v) == something {
		return decode[V](v), true
	}
	p.put(tx, v, x)
	return x, false
}

// Update makes the value of k what f returns; if keep is false k is deleted,
// or stays away. f gets the value, or the zero value and false if k is not
// there. Update returns what f did. f may run more than once, as the body does.
func (m *Map[K, V]) Update(tx *stm.Tx, k K, f func(old V, found bool) (x V, keep bool)) (x V, kept bool) {
	engine.CheckWrite(tx.Engine())
	p, v := m.at(tx, k)
	found := stateOf(v) == something
	if found {
		x = decode[V](v)
	}
	x, kept = f(x, found)
	switch {
	case kept:
		p.put(tx, v, x)
	case found:
		p.remove(tx)
	}
	return x, kept
}

// CompareAndSwap makes the value of k new if it is old, and reports whether it
// was. Values are compared as those of interfaces are, which panics if V cannot
// be compared.
func (m *Map[K, V]) CompareAndSwap(tx *stm.Tx, k K, old, new V) bool {
	engine.CheckWrite(tx.Engine())
	p, v := m.at(tx, k)
	if stateOf(v) != something || any(decode[V](v)) != any(old) {
		return false
	}
	p.put(tx, v, new)
	return true
}

// Delete removes k and returns the value that it had; found is false if k was
// not there.
func (m *Map[K, V]) Delete(tx *stm.Tx, k K) (old V, found bool) {
	engine.CheckWrite(tx.Engine())
	p, v := m.at(tx, k)
	if stateOf(v) != something {
		return old, false
	}
	p.remove(tx)
	return decode[V](v), true
}

// String formats the Map as [Map.Snapshot] returns it, for people.
func (m *Map[K, V]) String() string {
	if m == nil {
		return "<nil Map>"
	}
	return fmt.Sprint(m.Snapshot())
}

// ref returns m unless it is nil.
func (m *Map[K, V]) ref() *Map[K, V] {
	if m == nil {
		panic("tvar: nil Map: use a Map value or new(tvar.Map[K, V])")
	}
	return m
}
