package tvar

import (
	"fmt"

	"github.com/weft-stm/weft/stm"
)

// CheckTable says what is wrong with the trees of t, or which index does not fit
// its rows.
func CheckTable[K, V any](t *Table[K, V]) error {
	return view(func(tx *stm.Tx) error {
		if err := t.rows.check(tx); err != nil {
			return err
		}
		for _, ix := range t.indexes.Get(tx) {
			if err := ix.(interface{ check(tx *stm.Tx) error }).check(tx); err != nil {
				return fmt.Errorf("index %s: %w", ix.named(), err)
			}
		}
		return nil
	})
}

func (ix *Index[I, K, V]) check(tx *stm.Tx) error {
	n := 0
	for k, x := range ix.t.rows.All(tx) {
		if i, ok := ix.key(k, x); ok {
			n++
			if !ix.postings.Has(tx, posting[I, K]{i: i, k: k}) {
				return fmt.Errorf("row %v is not under %v", k, i)
			}
		}
	}
	if ix.postings.Len(tx) != n {
		return fmt.Errorf("%d postings of %d rows", ix.postings.Len(tx), n)
	}
	return ix.postings.check(tx)
}

// TableNodes counts the nodes of t and of its indexes: see Nodes.
func TableNodes[K, V any](t *Table[K, V]) [][]int {
	all := [][]int{Nodes(t.rows)}
	for _, ix := range t.indexes.Load() {
		all = append(all, ix.(interface{ nodes() []int }).nodes())
	}
	return all
}

func (ix *Index[I, K, V]) nodes() []int { return Nodes(ix.postings) }
