package tvar

import (
	"cmp"
	"slices"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/engine"
)

// An OrderedMap is a tree of nodes. Each node is a variable with an immutable
// page; those of one level are a list, from left to right:
//
//	                 root ┌─────────┐
//	                      │ · 20 ·  │
//	                      └─┬────┬──┘
//	         ┌──────────────┘    └───────┐
//	first ┌──▼──────┐  ┌─────────┐  ┌────▼────┐
//	leaf  │ 3 7 12  ├─►│ 13 15   ├─►│ 20 21   │
//	      └─────────┘  └─────────┘  └─────────┘
//	                    low = 13     low = 20
//
// A key belongs to the last node of a level whose low is not above it. So the
// levels above the leaves are but a short cut: who comes out too far to the
// left goes on to the right. A split makes the node to the right, and has it
// put into the level above by a transaction that follows (ordered_grow.go).
//
// Transactions depend on few nodes. They look at pages without a dependence on
// their way down. Of a key that is in the leaf's page they read the variable,
// and depend on that alone:
//
//   - in every state, each key that is there has its variable in the page of the
//     leaf that the key belongs to, and there only;
//   - a variable that is taken out of a page has held nothing, and is retired in
//     the same transaction. So who read it as a value, or as nothing, knows
//     whether the key is there, whatever has become of the page meanwhile.
//
// Only who does not find the key in the page, or goes over it, reads the page.
//
// Removing nodes: a node is merged into its left neighbour, which is found by
// way of the level above, and then leads there (ordered_tidy.go). The first
// node of a level stays.
type node[K, V any] struct {
	page    Var[*page[K, V]]
	low     K // no key below belongs here; not used if first
	level   uint8
	first   bool           // there is none to the left
	emptied atomics.Uint32 // deletions in this leaf since it was tidied, about
}

// A page is what a node holds in one state. Nothing in it ever changes, except
// what the variables hold.
type page[K, V any] struct {
	keys []K
	vars []*optional[V] // of a leaf: the variable of each key
	kids []*node[K, V]  // of other nodes: one more than keys, keys[i] is kids[i+1].low
	next *node[K, V]    // the right neighbour, nil for the last
	into *node[K, V]    // not nil: this node is no more, its keys belong there or to the right of it
}

// maxKeys is the size of a full page. The explorer wants to see splits.
var maxKeys = map[bool]int{false: 32, true: 4}[atomics.Exploring]

func newNode[K, V any](level uint8, pg *page[K, V]) *node[K, V] {
	n := fresh[node[K, V]]()
	n.level = level
	engine.Init(&n.page.cell, encode(pg, engine.Zero))
	return n
}

// size is the number of keys, or of nodes below.
func (pg *page[K, V]) size() int { return max(len(pg.keys), len(pg.kids)) }

// inserted returns a copy of s with x at index i.
func inserted[E any](s []E, i int, x E) []E {
	t := make([]E, len(s)+1)
	copy(t, s[:i])
	t[i] = x
	copy(t[i+1:], s[i:])
	return t
}

// without returns a copy of s that lacks index i.
func without[E any](s []E, i int) []E {
	return slices.Concat(s[:i], s[i+1:])
}

// searchOrdered returns the first index of keys at which k may be, and whether
// it is there.
func searchOrdered[K cmp.Ordered](keys []K, k K) (at int, found bool) {
	low, high := 0, len(keys)
	for low < high {
		mid := int(uint(low+high) >> 1)
		if cmp.Less(keys[mid], k) {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low, low < len(keys) && !cmp.Less(k, keys[low])
}

// searchFunc makes a searchOrdered of another order.
func searchFunc[K any](compare func(a, b K) int) func([]K, K) (int, bool) {
	return func(keys []K, k K) (int, bool) { return slices.BinarySearchFunc(keys, k, compare) }
}
