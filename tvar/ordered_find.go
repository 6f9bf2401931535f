package tvar

import (
	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// A spot is where a key belongs.
type spot[K, V any] struct {
	leaf  *node[K, V]
	page  *page[K, V] // of leaf
	at    int         // the index of the key, or the one to insert it at
	found bool        // the key is in the page
	hops  int         // neighbours that were passed on the way
}

// aside returns the node of the same level, or below, to go on to from one with
// page pg, or nil if k belongs to that one. at is the place of k in the page.
func (m *OrderedMap[K, V]) aside(pg *page[K, V], k K, at int) *node[K, V] {
	if pg.into != nil {
		return pg.into
	}
	if at == len(pg.keys) && pg.next != nil && m.compare(pg.next.low, k) <= 0 {
		return pg.next
	}
	return nil
}

// leaf returns the spot of k in the transaction, without a dependence on it.
func (m *OrderedMap[K, V]) leaf(tx *stm.Tx, k K) (p spot[K, V]) {
	p.leaf = m.ref().root.Peek(tx)
	for {
		p.page = p.leaf.page.Peek(tx)
		p.at, p.found = m.search(p.page.keys, k)
		if n := m.aside(p.page, k, p.at); n != nil {
			p.leaf = n
			p.hops++
			continue
		}
		if p.leaf.level == 0 {
			return p
		}
		p.leaf = p.page.kid(p.at, p.found)
	}
}

// kid returns the node in which to look for the key at that place.
func (pg *page[K, V]) kid(at int, found bool) *node[K, V] {
	if found {
		at++
	}
	return pg.kids[at]
}

// now is leaf without a transaction: at some instant during the call the page
// was the one that k belonged to.
func (m *OrderedMap[K, V]) now(k K) (pg *page[K, V], at int, found bool) {
	n := m.ref().root.Load()
	for {
		pg = n.page.Load()
		at, found = m.search(pg.keys, k)
		if next := m.aside(pg, k, at); next != nil {
			n = next
			continue
		}
		if n.level == 0 {
			return pg, at, found
		}
		n = pg.kid(at, found)
	}
}

// at returns the spot of k and what its variable holds in the transaction, which
// from then on depends on it: on the variable, or on the page that has none.
func (m *OrderedMap[K, V]) at(tx *stm.Tx, k K) (p spot[K, V], v engine.Value) {
	for {
		p = m.leaf(tx, k)
		if !p.found {
			if p.leaf.page.Get(tx) == p.page {
				return p, v
			}
			continue // the transaction has moved on to a later state
		}
		if v = engine.Read(tx.Engine(), &p.page.vars[p.at].cell); stateOf(v) != retired {
			return p, v
		}
	}
}

// parent returns the node of a level above the leaves that k belongs to, and the
// place of k in its page, on which the transaction then depends. n is nil if the
// tree is not as high as that.
func (m *OrderedMap[K, V]) parent(tx *stm.Tx, k K, level uint8) (n *node[K, V], pg *page[K, V], at int, found bool) {
	n = m.root.Peek(tx)
	for n.level >= level {
		if n.level == level {
			pg = n.page.Get(tx)
		} else {
			pg = n.page.Peek(tx)
		}
		at, found = m.search(pg.keys, k)
		next := m.aside(pg, k, at)
		if next == nil {
			if n.level == level {
				return n, pg, at, found
			}
			next = pg.kid(at, found)
		}
		n = next
	}
	return nil, nil, 0, false
}

// leftOf returns the left neighbour of n, which is not the first of its level,
// and its page. The transaction, which depends on n, then depends on that.
func (m *OrderedMap[K, V]) leftOf(tx *stm.Tx, n *node[K, V]) (left *node[K, V], pg *page[K, V]) {
	for round := 0; ; round++ {
		// The transaction may have moved on between two looks. If it is not
		// that then the order contradicts itself, and does not lead to n.
		if round < 3 {
			left = m.below(tx, n)
		} else {
			left = m.walk(tx, n)
		}
		if pg = left.page.Get(tx); pg.into == nil && pg.next == n {
			return left, pg
		}
	}
}

// below returns the last node of the level of n whose low is below that of n.
func (m *OrderedMap[K, V]) below(tx *stm.Tx, n *node[K, V]) *node[K, V] {
	left := m.root.Peek(tx)
	for {
		pg := left.page.Peek(tx)
		next := pg.next
		at, _ := m.search(pg.keys, n.low)
		switch {
		case pg.into != nil:
			left = pg.into
		case next != nil && next != n && at == len(pg.keys) && m.compare(next.low, n.low) < 0:
			left = next
		case left.level > n.level:
			left = pg.kids[at]
		default:
			return left
		}
	}
}

// walk returns the left neighbour of n after a look at all nodes before it.
func (m *OrderedMap[K, V]) walk(tx *stm.Tx, n *node[K, V]) *node[K, V] {
	left := m.root.Peek(tx)
	for {
		pg := left.page.Peek(tx)
		switch {
		case pg.into != nil:
			left = pg.into
		case left.level > n.level:
			left = pg.kids[0]
		case pg.next == nil || pg.next == n:
			return left
		default:
			left = pg.next
		}
	}
}
