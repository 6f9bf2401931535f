package tvar

import (
	"slices"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// Nodes are tidied by transactions of their own that change nothing that
// others can see: a View that began before sees the old pages, and whoever
// depends on what was changed looks again.

// remove deletes the key of p, which is there.
func (m *OrderedMap[K, V]) remove(tx *stm.Tx, p spot[K, V]) {
	p.page.vars[p.at].clear(tx)
	m.count.Add(tx, -1)
	m.removed(tx, p.leaf, 1)
}

// removed notes n deletions in a leaf, and has it tidied now and then. It is a
// hint: deletions that are undone count, and one whose transaction starts over
// at the wrong time leaves the leaf as it is until the next time comes. A leaf
// without a value is small then, and its neighbours take it over when they are
// tidied themselves.
func (m *OrderedMap[K, V]) removed(tx *stm.Tx, leaf *node[K, V], n uint32) {
	often := uint32(maxKeys / 4)
	if c := leaf.emptied.Add(n); c/often != (c-n)/often {
		tx.OnCommit(func() { m.tidy(leaf) })
	}
}

// tidy takes out of a leaf, or the one that has taken it over, the keys that
// are not there, and merges it with a neighbour if both are small.
func (m *OrderedMap[K, V]) tidy(leaf *node[K, V]) {
	leaf.emptied.Store(0)
	atomically(func(tx *stm.Tx) {
		n := leaf
		pg := n.page.Get(tx)
		for pg.into != nil {
			n = pg.into
			pg = n.page.Get(tx)
		}
		if kept := pg.purge(tx); kept != pg {
			n.page.Set(tx, kept)
		}
		m.merge(tx, n)
	})
}

// purge returns the page of a leaf without the keys that are not there. Their
// variables are retired.
func (pg *page[K, V]) purge(tx *stm.Tx) *page[K, V] {
	kept := &page[K, V]{next: pg.next}
	for i, o := range pg.vars {
		if !retire(tx, o) {
			kept.keys = append(kept.keys, pg.keys[i])
			kept.vars = append(kept.vars, o)
		}
	}
	if len(kept.keys) == len(pg.keys) {
		return pg
	}
	kept.keys, kept.vars = slices.Clone(kept.keys), slices.Clone(kept.vars) // no larger than needed
	return kept
}

// retire puts o out of use unless it holds something. The transaction depends
// only on what it retires.
func retire[T any](tx *stm.Tx, o *optional[T]) bool {
	if stateOf(engine.Peek(tx.Engine(), &o.cell)) == something || stateOf(engine.Read(tx.Engine(), &o.cell)) == something {
		return false
	}
	engine.Write(tx.Engine(), &o.cell, retirement)
	return true
}

// merge merges n, unless it is no more, with a neighbour if that does not make a
// page that is nearly full.
func (m *OrderedMap[K, V]) merge(tx *stm.Tx, n *node[K, V]) {
	pg := n.page.Get(tx)
	if pg.into != nil || pg.size() > maxKeys/2 {
		return
	}
	if !n.first {
		if left, l := m.leftOf(tx, n); m.absorb(tx, left, l, n, pg) {
			return
		}
	}
	if pg.next != nil {
		m.absorb(tx, n, pg, pg.next, pg.next.page.Get(tx))
	}
}

// absorb merges right, which has page r, into its left neighbour, which has
// page l, and reports whether it did. It does not if right is the first below
// its parent: there would be two ways to left, and what is below right's parent
// would not all be in place. When the parents are merged the time has come.
func (m *OrderedMap[K, V]) absorb(tx *stm.Tx, left *node[K, V], l *page[K, V], right *node[K, V], r *page[K, V]) bool {
	if l.size()+r.size() > 3*maxKeys/4 {
		return false
	}
	parent, ok := m.unlink(tx, right)
	if !ok {
		return false
	}
	both := &page[K, V]{next: r.next}
	if left.level == 0 {
		r = r.purge(tx) // nobody will tidy it later
		both.keys, both.vars = slices.Concat(l.keys, r.keys), slices.Concat(l.vars, r.vars)
	} else {
		both.keys, both.kids = slices.Concat(l.keys, []K{right.low}, r.keys), slices.Concat(l.kids, r.kids)
	}
	left.page.Set(tx, both)
	right.page.Set(tx, &page[K, V]{into: left})
	if left.level > 0 { // those on both sides of the seam have one parent now
		m.merge(tx, r.kids[0])
	}
	m.merge(tx, left) // it may be small still
	if parent != nil {
		m.merge(tx, parent)
	}
	return true
}

// unlink removes the short cut to n, if there is one, from its parent. It
// returns that, if it is still in use, and whether it could.
func (m *OrderedMap[K, V]) unlink(tx *stm.Tx, n *node[K, V]) (parent *node[K, V], ok bool) {
	parent, pg, at, found := m.parent(tx, n.low, n.level+1)
	switch {
	case parent == nil:
		return nil, true // there is none yet
	case !found:
		return nil, pg.kids[0] != n
	}
	kids := without(pg.kids, at+1)
	if len(kids) == 1 && pg.next == nil && parent == m.root.Get(tx) {
		m.root.Set(tx, kids[0])
		parent.page.Set(tx, &page[K, V]{into: kids[0]})
		return nil, true
	}
	parent.page.Set(tx, &page[K, V]{keys: without(pg.keys, at), kids: kids, next: pg.next})
	return parent, true
}
