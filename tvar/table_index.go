package tvar

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// An Index finds the rows of a [Table] by something else than their keys, and
// has an order of its own. Rows with the same key of an index are in the order
// of the Table.
type Index[I, K, V any] struct {
	t        *Table[K, V]
	name     string
	unique   bool
	key      func(k K, x V) (i I, ok bool)
	compare  func(a, b I) int
	postings *OrderedMap[posting[I, K], struct{}]
}

// A posting is where an Index has a row: its key there, and in the Table.
type posting[I, K any] struct {
	i    I
	k    K
	edge int8 // 0 for a row; before all rows with i, or behind them, to look for it
}

// An IndexOption adjusts a new Index.
type IndexOption struct{ unique bool }

// Unique makes an Index refuse a row if another has the same key in it.
func Unique() IndexOption { return IndexOption{unique: true} }

// A UniqueError says that a row was refused, since another one has its key in an
// index made with [Unique].
type UniqueError struct {
	Index  string // its name
	Key    any    // what both rows have there
	Holder any    // the key of the row that has it
	Row    any    // the key of the row that was refused
}

// Error says which index refused which row because of which other one.
func (e *UniqueError) Error() string {
	return fmt.Sprintf("tvar: index %q is unique, and row %v has %v already: change or delete that first, or give row %v another",
		e.Index, e.Holder, e.Key, e.Row)
}

// NewIndex adds an index to t, with the order of [cmp.Compare]. key computes what
// a row is found by, which must depend on nothing else; ok is false for a row
// that the index is to leave out. The name is for errors; a Table with an index
// of that name panics. If the index is to be [Unique], and rows that are there
// prevent it, then NewIndex returns a [*UniqueError], and adds none.
//
// It is a transaction of its own that depends on all rows: see [AddIndex].
func NewIndex[I cmp.Ordered, K, V any](t *Table[K, V], name string, key func(k K, x V) (i I, ok bool), opts ...IndexOption) (*Index[I, K, V], error) {
	return NewIndexFunc(t, name, key, cmp.Compare[I], opts...)
}

// NewIndexFunc is [NewIndex] for the order of compare: see [NewOrderedMapFunc].
func NewIndexFunc[I, K, V any](t *Table[K, V], name string, key func(k K, x V) (i I, ok bool), compare func(a, b I) int, opts ...IndexOption) (ix *Index[I, K, V], err error) {
	atomically(func(tx *stm.Tx) { ix, err = AddIndexFunc(tx, t, name, key, compare, opts...) })
	return ix, err
}

// AddIndex is [NewIndex] as a part of a transaction. The Index is good for that,
// and for others once it has committed.
//
// It reads and sorts all rows, and conflicts with every change of one. In a large
// table that is written to it will lose some attempts, and then run while no
// other update commits; with [stm.Irrevocable] it does so at once.
func AddIndex[I cmp.Ordered, K, V any](tx *stm.Tx, t *Table[K, V], name string, key func(k K, x V) (i I, ok bool), opts ...IndexOption) (*Index[I, K, V], error) {
	return AddIndexFunc(tx, t, name, key, cmp.Compare[I], opts...)
}

// AddIndexFunc is [AddIndex] for the order of compare: see [NewOrderedMapFunc].
func AddIndexFunc[I, K, V any](tx *stm.Tx, t *Table[K, V], name string, key func(k K, x V) (i I, ok bool), compare func(a, b I) int, opts ...IndexOption) (*Index[I, K, V], error) {
	if key == nil || compare == nil {
		panic("tvar: nil function for an index: pass what computes its keys, and their order")
	}
	ix := &Index[I, K, V]{t: t.ref(), name: name, key: key, compare: compare}
	for _, o := range opts {
		ix.unique = ix.unique || o.unique
	}
	engine.CheckWrite(tx.Engine())
	others := t.indexes.Get(tx)
	if slices.ContainsFunc(others, func(other maintained[K, V]) bool { return other.named() == name }) {
		panic(fmt.Sprintf("tvar: Table has an index %q already: give the new one another name", name))
	}
	if err := ix.fill(tx); err != nil {
		return nil, err
	}
	t.indexes.Set(tx, slices.Concat(others, []maintained[K, V]{ix}))
	return ix, nil
}

// fill puts the rows that are there into ix, which nobody else knows yet.
func (ix *Index[I, K, V]) fill(tx *stm.Tx) error {
	var all []posting[I, K]
	for k, x := range ix.t.rows.All(tx) {
		if i, ok := ix.key(k, x); ok {
			all = append(all, posting[I, K]{i: i, k: k})
		}
	}
	slices.SortFunc(all, ix.order)
	if ix.unique {
		for j := 1; j < len(all); j++ {
			if ix.compare(all[j-1].i, all[j].i) == 0 {
				return ix.taken(all[j-1], all[j].k)
			}
		}
	}
	ix.postings = orderedSet(ix.order, all)
	return nil
}

// order compares postings.
func (ix *Index[I, K, V]) order(a, b posting[I, K]) int {
	if c := ix.compare(a.i, b.i); c != 0 {
		return c
	}
	if c := cmp.Compare(a.edge, b.edge); c != 0 || a.edge != 0 {
		return c
	}
	return ix.t.rows.compare(a.k, b.k)
}

// taken is the error of row k that is not to have what p has.
func (ix *Index[I, K, V]) taken(p posting[I, K], k K) error {
	return &UniqueError{Index: ix.name, Key: p.i, Holder: p.k, Row: k}
}

func (ix *Index[I, K, V]) admit(tx *stm.Tx, k K, x V) error {
	if !ix.unique {
		return nil
	}
	i, ok := ix.key(k, x)
	if !ok {
		return nil
	}
	c := ix.postings.cursor(tx)
	c.seek(posting[I, K]{i: i, edge: -1})
	if c.next(&posting[I, K]{i: i, edge: 1}) && ix.t.rows.compare(c.key.k, k) != 0 {
		return ix.taken(c.key, k)
	}
	return nil
}

func (ix *Index[I, K, V]) move(tx *stm.Tx, k K, old V, was bool, new V, is bool) {
	var from, to posting[I, K]
	if was {
		from.i, was = ix.key(k, old)
	}
	if is {
		to.i, is = ix.key(k, new)
	}
	from.k, to.k = k, k
	if was && is && ix.order(from, to) == 0 {
		return
	}
	if was {
		ix.postings.Delete(tx, from)
	}
	if is {
		ix.postings.Set(tx, to, struct{}{})
	}
}

func (ix *Index[I, K, V]) clear(tx *stm.Tx) { ix.postings.Clear(tx) }

func (ix *Index[I, K, V]) named() string { return ix.name }
