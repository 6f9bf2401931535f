package tvar

import (
	"fmt"
	"testing"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// SmallNodes makes OrderedMaps use nodes of two to three keys, for the time of a
// test.
func SmallNodes(t testing.TB) {
	was := maxKeys
	maxKeys = 4
	t.Cleanup(func() { maxKeys = was })
}

// Compare returns the order of m.
func (m *OrderedMap[K, V]) Compare() func(a, b K) int { return m.compare }

// Nodes counts the nodes of m at each level, leaves first.
func Nodes[K, V any](m *OrderedMap[K, V]) []int {
	return view(func(tx *stm.Tx) []int {
		n := m.root.Peek(tx)
		counts := make([]int, n.level+1)
		for {
			for right := n; right != nil; right = right.page.Peek(tx).next {
				counts[n.level]++
			}
			if n.level == 0 {
				return counts
			}
			n = n.page.Peek(tx).kids[0]
		}
	})
}

// CheckOrdered says what is wrong with the tree of m.
func CheckOrdered[K, V any](m *OrderedMap[K, V]) error {
	return view(m.check)
}

func (m *OrderedMap[K, V]) check(tx *stm.Tx) error {
	root := m.root.Peek(tx)
	linked := map[*node[K, V]]bool{root: true}
	for first := root; ; {
		for n := first; n != nil; {
			pg := n.page.Peek(tx)
			if err := m.checkNode(tx, n, pg, n == first, linked); err != nil {
				return fmt.Errorf("level %d, node %v: %w", n.level, n.low, err)
			}
			if n.level >= 1 && !linked[n] {
				return fmt.Errorf("level %d, node %v: no short cut", n.level, n.low)
			}
			n = pg.next
		}
		if first.level == 0 {
			return nil
		}
		first = first.page.Peek(tx).kids[0]
	}
}

func (m *OrderedMap[K, V]) checkNode(tx *stm.Tx, n *node[K, V], pg *page[K, V], first bool, linked map[*node[K, V]]bool) error {
	if pg.into != nil || n.first != first || pg.size() > maxKeys {
		return fmt.Errorf("no more, in the wrong place or too large: %+v", pg)
	}
	for i, k := range pg.keys {
		if i > 0 && m.compare(pg.keys[i-1], k) >= 0 || !first && m.compare(k, n.low) < 0 ||
			pg.next != nil && m.compare(k, pg.next.low) >= 0 {
			return fmt.Errorf("keys out of order: %v", pg.keys)
		}
		if n.level == 0 && stateOf(engine.Read(tx.Engine(), &pg.vars[i].cell)) == retired {
			return fmt.Errorf("key %v is retired", k)
		}
	}
	if n.level == 0 {
		return nil
	}
	for i, kid := range pg.kids {
		if kid.level != n.level-1 || kid.page.Peek(tx).into != nil || linked[kid] {
			return fmt.Errorf("short cut to a wrong node %v", kid.low)
		}
		if i > 0 && m.compare(kid.low, pg.keys[i-1]) != 0 || i == 0 && !kid.first && m.compare(kid.low, n.low) != 0 {
			return fmt.Errorf("short cut to %v is not where it belongs", kid.low)
		}
		linked[kid] = true
	}
	return nil
}

// MaxKeys is the size of a full node.
func MaxKeys() int { return maxKeys }
