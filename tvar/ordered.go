package tvar

import (
	"cmp"
	"fmt"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// An OrderedMap is a map whose keys have an order: it finds neighbours, and
// goes over ranges. Make it with [NewOrderedMap] or [NewOrderedMapFunc]; it must
// not be copied.
//
// # Conflicts
//
// Each key has a variable of its own. Transactions that read or write different
// keys that are there do not conflict, and neither do deletions. A new key is
// put into a node, which it shares with at most 31 neighbours: that conflicts
// with the insertion of another new key into this node, with looking there for
// a key that has never been in it, and with going over the node. Nodes that
// become too large or too small are split and merged; a transaction that splits
// a node leaves the rest of the work to one that follows it, so insertions into
// different nodes never conflict.
//
// Range, From, All and Backward conflict with writes of the keys that they came
// by, and with insertions and deletions between them; so do Min, Max, Floor
// and Ceiling, which come by one key. None comes by anything beyond what it
// yielded last, or the end of the range, except that the insertion of a new key
// into the node that lies across the end counts. (Phantoms: Eswaran et al.,
// 1976.) In a View nothing conflicts, and they show the keys and values of its
// instant, however long they take and whatever happens meanwhile.
//
// Len conflicts with every insertion and deletion, which do not conflict over
// it among themselves.
//
// # Keys
//
// [NewOrderedMap] orders keys as [cmp.Compare] does: a NaN is a key like any
// other, equal to itself and less than every number, and -0 is 0. With a
// comparison of one's own, keys that compare equal are one key, the first that
// was stored; if the comparison is not a strict weak order, then which keys are
// found is not specified.
//
// # Memory
//
// A key takes 32 bytes for its variable and, with itself if it is a number, 23
// in nodes that were filled in ascending order, up to 36 otherwise; a value that
// is not a number, a pointer or a string is copied to the heap by each write.
// A deleted key stays in its node for a while, without a value. With every
// eighth deletion in a node such keys are taken out, and nodes that have become
// small are merged. This is a transaction of its own, which follows the one that
// deleted, and counts as an insertion there.
//
// # Cost
//
// Looking for a key is a binary search in each of log₃₂ n nodes, beside the read
// of the variable, and does not allocate. Writing a key that is there is that
// and a write; deleting, or inserting again what is still in its node, another
// write, of a count. Inserting a new key copies its node.
//
// A B-link tree (Lehman and Yao, 1981) whose nodes are variables.
type OrderedMap[K, V any] struct {
	_       [0]func(K, V)
	compare func(a, b K) int
	search  func(keys []K, k K) (at int, found bool) // one call for a node, so that those of ordered types inline the comparison
	root    Var[*node[K, V]]
	count   Counter // keys that are there
}

// NewOrderedMap returns an empty OrderedMap with the order of [cmp.Compare].
func NewOrderedMap[K cmp.Ordered, V any]() *OrderedMap[K, V] {
	return newOrderedMap[K, V](cmp.Compare[K], searchOrdered[K])
}

// NewOrderedMapFunc returns an empty OrderedMap with the order of compare, which
// returns a negative number if a comes before b, a positive one if it comes
// after b, and 0 if they are the same key. It must not use transactions.
func NewOrderedMapFunc[K, V any](compare func(a, b K) int) *OrderedMap[K, V] {
	if compare == nil {
		panic("tvar: nil comparison: pass a function, or use tvar.NewOrderedMap")
	}
	return newOrderedMap[K, V](compare, searchFunc(compare))
}

func newOrderedMap[K, V any](compare func(a, b K) int, search func([]K, K) (int, bool)) *OrderedMap[K, V] {
	m := &freshSlice[OrderedMap[K, V]](1)[0]
	m.compare, m.search = compare, search
	leaf := newNode(0, new(page[K, V]))
	leaf.first = true
	engine.Init(&m.root.cell, encode(leaf, engine.Zero))
	return m
}

// Get returns the value of k in the transaction; ok is false if k is not there.
func (m *OrderedMap[K, V]) Get(tx *stm.Tx, k K) (x V, ok bool) {
	_, v := m.at(tx, k)
	if stateOf(v) != something {
		return x, false
	}
	return decode[V](v), true
}

// Has reports whether k is there.
func (m *OrderedMap[K, V]) Has(tx *stm.Tx, k K) bool {
	_, v := m.at(tx, k)
	return stateOf(v) == something
}

// Set makes x the value of k, which need not be there.
func (m *OrderedMap[K, V]) Set(tx *stm.Tx, k K, x V) {
	engine.CheckWrite(tx.Engine())
	p, v := m.at(tx, k)
	m.put(tx, p, v, k, x)
}

// GetOrSet returns the value of k, or makes it x if k is not there. found says
// which.
func (m *OrderedMap[K, V]) GetOrSet(tx *stm.Tx, k K, x V) (actual V, found bool) {
	engine.CheckWrite(tx.Engine())
	p, v := m.at(tx, k)
	if stateOf(v) == something {
		return decode[V](v), true
	}
	m.put(tx, p, v, k, x)
	return x, false
}

// Update makes the value of k what f returns; if keep is false k is deleted,
// or stays away. f gets the value, or the zero value and false if k is not
// there. Update returns what f did. f may run more than once, as the body does,
// and must not use this OrderedMap.
func (m *OrderedMap[K, V]) Update(tx *stm.Tx, k K, f func(old V, found bool) (x V, keep bool)) (x V, kept bool) {
	engine.CheckWrite(tx.Engine())
	p, v := m.at(tx, k)
	found := stateOf(v) == something
	if found {
		x = decode[V](v)
	}
	x, kept = f(x, found)
	switch {
	case kept:
		m.put(tx, p, v, k, x)
	case found:
		m.remove(tx, p)
	}
	return x, kept
}

// CompareAndSwap makes the value of k new if it is old, and reports whether it
// was. Values are compared as those of interfaces are, which panics if V cannot
// be compared.
func (m *OrderedMap[K, V]) CompareAndSwap(tx *stm.Tx, k K, old, new V) bool {
	engine.CheckWrite(tx.Engine())
	p, v := m.at(tx, k)
	if stateOf(v) != something || any(decode[V](v)) != any(old) {
		return false
	}
	m.put(tx, p, v, k, new)
	return true
}

// Delete removes k and returns the value that it had; found is false if k was
// not there.
func (m *OrderedMap[K, V]) Delete(tx *stm.Tx, k K) (old V, found bool) {
	engine.CheckWrite(tx.Engine())
	p, v := m.at(tx, k)
	if stateOf(v) != something {
		return old, false
	}
	m.remove(tx, p)
	return decode[V](v), true
}

// Len returns the number of keys in the transaction, which then depends on
// it. It costs a read for each stripe of a [Counter].
func (m *OrderedMap[K, V]) Len(tx *stm.Tx) int { return int(m.ref().count.Get(tx)) }

// String formats the OrderedMap as [OrderedMap.Snapshot] returns it, for people.
func (m *OrderedMap[K, V]) String() string {
	if m == nil {
		return "<nil OrderedMap>"
	}
	return fmt.Sprint(m.Snapshot())
}

// ref returns m unless it has not been made.
func (m *OrderedMap[K, V]) ref() *OrderedMap[K, V] {
	if m == nil || m.search == nil {
		panic("tvar: OrderedMap without an order: make it with tvar.NewOrderedMap or tvar.NewOrderedMapFunc")
	}
	return m
}
