package tvar

import (
	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// A cursor goes over the keys that are there in a transaction, which comes to
// depend on what the cursor comes by: the variables, and the pages.
type cursor[K, V any] struct {
	m     *OrderedMap[K, V]
	tx    *stm.Tx
	views bool // in a View, where nothing changes
	leaf  *node[K, V]
	page  *page[K, V]
	at    int // the index in the page that comes next
	key   K   // what next or previous found
	value engine.Value
}

// cursor returns one that is nowhere yet.
func (m *OrderedMap[K, V]) cursor(tx *stm.Tx) cursor[K, V] {
	return cursor[K, V]{m: m.ref(), tx: tx, views: engine.PlanOf(tx.Engine()).Mode == engine.Viewing}
}

// seek puts c before k, or where k would be, and reports whether there is such
// a key in the page.
func (c *cursor[K, V]) seek(k K) (found bool) {
	for {
		p := c.m.leaf(c.tx, k)
		c.leaf, c.page, c.at = p.leaf, p.leaf.page.Get(c.tx), p.at
		if c.page == p.page {
			return p.found
		}
	}
}

// toFirst puts c before all keys.
func (c *cursor[K, V]) toFirst() {
	c.leaf = c.m.root.Peek(c.tx)
	for c.leaf.level > 0 { // the first of each level stays what it is
		pg := c.leaf.page.Peek(c.tx)
		if pg.into != nil {
			c.leaf = pg.into
		} else {
			c.leaf = pg.kids[0]
		}
	}
	c.page, c.at = c.leaf.page.Get(c.tx), 0
}

// toLast puts c behind all keys.
func (c *cursor[K, V]) toLast() {
	n := c.m.root.Peek(c.tx)
	for {
		pg := n.page.Peek(c.tx)
		switch {
		case pg.into != nil:
			n = pg.into
		case pg.next != nil:
			n = pg.next
		case n.level > 0:
			n = pg.kids[len(pg.kids)-1]
		default:
			if c.page = n.page.Get(c.tx); c.page == pg {
				c.leaf, c.at = n, len(pg.keys)
				return
			}
		}
	}
}

// look finds out about index i of the page.
func (c *cursor[K, V]) look(i int) (there bool) {
	c.value = engine.Read(c.tx.Engine(), &c.page.vars[i].cell)
	c.key = c.page.keys[i]
	return stateOf(c.value) == something
}

// next goes on to the next key, below end unless that is nil.
func (c *cursor[K, V]) next(end *K) bool {
	for {
		for c.at < len(c.page.keys) {
			if end != nil && c.m.compare(c.page.keys[c.at], *end) >= 0 {
				return false
			}
			c.at++
			if c.look(c.at - 1) {
				return true
			}
		}
		n := c.page.next
		if n == nil || end != nil && c.m.compare(n.low, *end) >= 0 {
			return false
		}
		c.leaf, c.page, c.at = n, n.page.Get(c.tx), 0
	}
}

// previous goes back to the key before.
func (c *cursor[K, V]) previous() bool {
	for {
		for c.at > 0 {
			c.at--
			if c.look(c.at) {
				return true
			}
		}
		if c.leaf.first {
			return false
		}
		c.leaf, c.page = c.m.leftOf(c.tx, c.leaf)
		c.at = len(c.page.keys)
	}
}

// settle finds the place of c again if the transaction itself may have changed
// the page meanwhile. ahead is whether next is to be called.
func (c *cursor[K, V]) settle(ahead bool) {
	if c.views || c.leaf.page.Peek(c.tx) == c.page {
		return
	}
	if c.seek(c.key) && ahead {
		c.at++
	}
}

// decoded returns the value that c has found.
func (c *cursor[K, V]) decoded() V { return decode[V](c.value) }

// here returns the variable of the key that next has found, or previous.
func (c *cursor[K, V]) here(ahead bool) *optional[V] {
	if ahead {
		return c.page.vars[c.at-1]
	}
	return c.page.vars[c.at]
}
