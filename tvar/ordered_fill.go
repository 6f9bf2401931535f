package tvar

import (
	"slices"

	"github.com/weft-stm/weft/internal/engine"
)

// orderedSet returns an OrderedMap of keys, which are sorted by compare and all
// different. It writes no variable but makes them with what they hold: it may be
// used in a transaction, which then makes the map known to others.
func orderedSet[K any](compare func(a, b K) int, keys []K) *OrderedMap[K, struct{}] {
	m := NewOrderedMapFunc[K, struct{}](compare)
	if len(keys) == 0 {
		return m
	}
	engine.Init(&m.count.all()[0].n.cell, encode(int64(len(keys)), engine.Zero))
	level := cutUp(len(keys), 0, func(from, to int) (K, *page[K, struct{}]) {
		pg := &page[K, struct{}]{keys: slices.Clone(keys[from:to]), vars: make([]*optional[struct{}], to-from)}
		for i := range pg.vars {
			pg.vars[i] = fresh[optional[struct{}]]()
			engine.Init(&pg.vars[i].cell, encode(struct{}{}, engine.Zero))
		}
		return keys[from], pg
	})
	for len(level) > 1 {
		below := level
		level = cutUp(len(below), below[0].level+1, func(from, to int) (K, *page[K, struct{}]) {
			pg := &page[K, struct{}]{kids: slices.Clone(below[from:to])}
			for _, kid := range pg.kids[1:] {
				pg.keys = append(pg.keys, kid.low)
			}
			return below[from].low, pg
		})
	}
	engine.Init(&m.root.cell, encode(level[0], engine.Zero))
	return m
}

// cutUp returns the nodes of a level for n things, three quarters full, of which
// fill returns the lowest key and the page for some.
func cutUp[K any](n int, level uint8, fill func(from, to int) (K, *page[K, struct{}])) (nodes []*node[K, struct{}]) {
	size := 3 * maxKeys / 4
	pages := (n + size - 1) / size
	var left *page[K, struct{}]
	for i := range pages {
		low, pg := fill(i*n/pages, (i+1)*n/pages)
		at := newNode(level, pg)
		at.first = i == 0
		at.low = low
		if left != nil {
			left.next = at
		}
		left = pg
		nodes = append(nodes, at)
	}
	return nodes
}
