package tvar

import (
	"iter"
	"slices"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// Get returns the first row that has i in the index; ok is false if there is
// none. The transaction depends on the row, and on that there is none before it
// with i, as with [OrderedMap.Ceiling].
func (ix *Index[I, K, V]) Get(tx *stm.Tx, i I) (k K, x V, ok bool) {
	for k, x := range ix.Equal(tx, i) {
		return k, x, true
	}
	return k, x, false
}

// Has reports whether a row has i in the index.
func (ix *Index[I, K, V]) Has(tx *stm.Tx, i I) bool {
	_, _, ok := ix.Get(tx, i)
	return ok
}

// Equal yields the rows that have i in the index, in the order of the Table. The
// transaction depends on which these are, and on what was yielded.
//
// The loop may change the Table: it meets what it puts ahead of itself, but not
// the row again that it moves ahead in its turn.
func (ix *Index[I, K, V]) Equal(tx *stm.Tx, i I) iter.Seq2[K, V] {
	return ix.between(tx, posting[I, K]{i: i, edge: -1}, posting[I, K]{i: i, edge: 1})
}

// Range yields the rows that have something from low up to, but not including,
// high in the index, in its order: see [Index.Equal].
func (ix *Index[I, K, V]) Range(tx *stm.Tx, low, high I) iter.Seq2[K, V] {
	return ix.between(tx, posting[I, K]{i: low, edge: -1}, posting[I, K]{i: high, edge: -1})
}

func (ix *Index[I, K, V]) between(tx *stm.Tx, low, high posting[I, K]) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		c := ix.cursor(tx)
		c.seek(low)
		ix.yield(&c, func() bool { return c.next(&high) }, true, yield)
	}
}

// All yields the rows of the index in its order: see [Index.Equal].
func (ix *Index[I, K, V]) All(tx *stm.Tx) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		c := ix.cursor(tx)
		c.toFirst()
		ix.yield(&c, func() bool { return c.next(nil) }, true, yield)
	}
}

// Backward yields the rows of the index in the opposite order: see [Index.Equal].
func (ix *Index[I, K, V]) Backward(tx *stm.Tx) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		c := ix.cursor(tx)
		c.toLast()
		ix.yield(&c, c.previous, false, yield)
	}
}

// yield yields the rows that step leads c to.
func (ix *Index[I, K, V]) yield(c *cursor[posting[I, K], struct{}], step func() bool, ahead bool, yield func(K, V) bool) {
	var moved []K // by the loop, in their turn, sorted
	for step() {
		k := c.key.k
		at, again := slices.BinarySearchFunc(moved, k, ix.t.rows.compare)
		if again {
			continue
		}
		x, ok := ix.t.rows.Get(c.tx, k)
		if !ok {
			panic("tvar: internal error: an index has a row that is not there")
		}
		here := c.here(ahead)
		if !yield(k, x) {
			return
		}
		if !c.views && stateOf(engine.Peek(c.tx.Engine(), &here.cell)) != something {
			moved = slices.Insert(moved, at, k)
		}
		c.settle(ahead)
	}
}

// cursor returns one over the postings of ix.
func (ix *Index[I, K, V]) cursor(tx *stm.Tx) cursor[posting[I, K], struct{}] {
	if ix == nil {
		panic("tvar: nil Index: make it with tvar.NewIndex or tvar.AddIndex, and look at the error")
	}
	if !slices.Contains(ix.t.indexes.Get(tx), maintained[K, V](ix)) {
		panic("tvar: Index of a transaction that did not commit, or not before this one began: make another, or begin again")
	}
	return ix.postings.cursor(tx)
}

// Load returns the first row that has i in the index, at one instant; ok is false
// if there is none.
func (ix *Index[I, K, V]) Load(i I) (k K, x V, ok bool) {
	view(func(tx *stm.Tx) (_ struct{}) { k, x, ok = ix.Get(tx, i); return })
	return k, x, ok
}

// Contains reports whether a row has i in the index, at one instant.
func (ix *Index[I, K, V]) Contains(i I) bool {
	_, _, ok := ix.Load(i)
	return ok
}

// String returns the name of the index.
func (ix *Index[I, K, V]) String() string {
	if ix == nil {
		return "<nil Index>"
	}
	return ix.name
}
