package tvar

import (
	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// put makes x the value of k, whose spot is p and whose variable holds v.
func (m *OrderedMap[K, V]) put(tx *stm.Tx, p spot[K, V], v engine.Value, k K, x V) {
	if stateOf(v) == something {
		engine.Write(tx.Engine(), &p.page.vars[p.at].cell, encode(x, v.Kind))
		return
	}
	m.count.Add(tx, 1)
	if p.found {
		p.page.vars[p.at].set(tx, x)
	} else {
		m.insert(tx, p, k, x)
	}
}

// maxHops is how many neighbours an insertion passes before it sees to a short
// cut itself. This happens in a transaction that splits many nodes, whose
// short cuts are to follow.
const maxHops = 8

// insert puts k into the page of p, on which the transaction depends.
func (m *OrderedMap[K, V]) insert(tx *stm.Tx, p spot[K, V], k K, x V) {
	o := fresh[optional[V]]()
	engine.Init(&o.cell, encode(x, engine.Zero))
	pg := &page[K, V]{
		keys: inserted(p.page.keys, p.at, k),
		vars: inserted(p.page.vars, p.at, o),
		next: p.page.next,
	}
	if n := len(pg.keys); n > maxKeys {
		cut := n / 2
		if pg.next == nil && p.at == n-1 {
			cut = n - 1 // for keys that come in order
		}
		right := m.splitLeaf(pg, cut)
		pg.next = right
		tx.OnCommit(func() { atomically(func(tx *stm.Tx) { m.link(tx, right) }) })
	}
	p.leaf.page.Set(tx, pg)
	if p.hops >= maxHops {
		m.link(tx, p.leaf)
	}
}

// splitLeaf takes from pg, which nobody else knows yet, all from index cut on,
// and returns a leaf with it.
func (m *OrderedMap[K, V]) splitLeaf(pg *page[K, V], cut int) (right *node[K, V]) {
	right = newNode(0, &page[K, V]{keys: pg.keys[cut:], vars: pg.vars[cut:], next: pg.next})
	right.low = pg.keys[cut]
	pg.keys, pg.vars = pg.keys[:cut:cut], pg.vars[:cut:cut]
	return right
}

// link makes the short cut to n, a node that was split from its left neighbour,
// unless there is one or n is no more.
func (m *OrderedMap[K, V]) link(tx *stm.Tx, n *node[K, V]) {
	if n.first || n.page.Get(tx).into != nil {
		return
	}
	parent, old, at, found := m.parent(tx, n.low, n.level+1)
	for parent == nil {
		root := m.root.Get(tx)
		if root.level == n.level {
			top := newNode(n.level+1, &page[K, V]{keys: []K{n.low}, kids: []*node[K, V]{root, n}})
			top.first = true
			m.root.Set(tx, top)
			return
		}
		parent, old, at, found = m.parent(tx, n.low, n.level+1)
	}
	if found || old.kids[at] == n {
		return // it is there: no two nodes of a level have the same low
	}
	pg := &page[K, V]{keys: inserted(old.keys, at, n.low), kids: inserted(old.kids, at+1, n), next: old.next}
	if len(pg.kids) <= maxKeys {
		parent.page.Set(tx, pg)
		return
	}
	right := m.splitInner(pg)
	pg.next = right
	parent.page.Set(tx, pg)
	m.link(tx, right)
}

// splitInner takes the right half from pg, which nobody else knows yet, and
// returns a node with it. The key between the halves becomes its low.
func (m *OrderedMap[K, V]) splitInner(pg *page[K, V]) (right *node[K, V]) {
	cut := len(pg.keys) / 2
	if pg.next == nil {
		cut = len(pg.keys) - 1 // for keys that come in order
	}
	right = newNode(pg.kids[0].level+1, &page[K, V]{keys: pg.keys[cut+1:], kids: pg.kids[cut+1:], next: pg.next})
	right.low = pg.keys[cut]
	pg.keys, pg.kids = pg.keys[:cut:cut], pg.kids[:cut+1:cut+1]
	return right
}
