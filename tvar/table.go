package tvar

import (
	"cmp"
	"fmt"
	"iter"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// A Table is a set of rows, each with a key of its own, and indexes by which rows
// are found otherwise: see [NewIndex]. Whatever changes a row changes the indexes
// in the same transaction. Make it with [NewTable] or [NewTableFunc]; it must not
// be copied.
//
// Rows are kept as in an [OrderedMap], with its order, conflicts and costs, and
// so is each index, whose keys are those that it was made for, and the row's own
// to tell equal ones apart. So transactions on different rows do not conflict,
// unless they insert rows that are neighbours by their keys or by an index. A
// change of a row that leaves what it is indexed by as it is costs two calls of
// the function of each index, and a comparison, beside the write. An index takes
// for each row what an OrderedMap takes for a key made of both keys and 8 bytes.
//
// A row is what a [Var] may hold: immutable by contract.
type Table[K, V any] struct {
	rows    *OrderedMap[K, V]
	indexes Var[[]maintained[K, V]]
}

// maintained is an Index, whatever its keys are.
type maintained[K, V any] interface {
	// admit returns an error if row k must not become x. It changes nothing.
	admit(tx *stm.Tx, k K, x V) error
	// move follows a change of row k from old to new. had and has tell whether
	// there was a row, and is one.
	move(tx *stm.Tx, k K, old V, had bool, new V, has bool)
	clear(tx *stm.Tx)
	named() string
}

// NewTable returns an empty Table whose keys have the order of [cmp.Compare].
func NewTable[K cmp.Ordered, V any]() *Table[K, V] {
	return newTable(NewOrderedMap[K, V]())
}

// NewTableFunc returns an empty Table whose keys have the order of compare: see
// [NewOrderedMapFunc].
func NewTableFunc[K, V any](compare func(a, b K) int) *Table[K, V] {
	return newTable(NewOrderedMapFunc[K, V](compare))
}

func newTable[K, V any](rows *OrderedMap[K, V]) *Table[K, V] {
	t := &freshSlice[Table[K, V]](1)[0]
	t.rows = rows
	return t
}

// Get returns row k in the transaction; ok is false if there is none.
func (t *Table[K, V]) Get(tx *stm.Tx, k K) (x V, ok bool) { return t.ref().rows.Get(tx, k) }

// Has reports whether there is a row k.
func (t *Table[K, V]) Has(tx *stm.Tx, k K) bool { return t.ref().rows.Has(tx, k) }

// Set makes x row k, which need not be there. If another row has a key that must
// be unique it returns a [*UniqueError], and nothing has changed.
func (t *Table[K, V]) Set(tx *stm.Tx, k K, x V) error {
	_, _, err := t.Update(tx, k, func(V, bool) (V, bool) { return x, true })
	return err
}

// Update makes row k what f returns; if keep is false the row is deleted, or
// stays away. f gets the row, or the zero value and false if there is none.
// Update returns what f did. If another row has a key that must be unique it
// returns a [*UniqueError] instead, and nothing has changed. f may run more than
// once, as the body does, and must not use this Table.
func (t *Table[K, V]) Update(tx *stm.Tx, k K, f func(old V, found bool) (x V, keep bool)) (x V, kept bool, err error) {
	engine.CheckWrite(tx.Engine())
	rows := t.ref().rows
	p, v := rows.at(tx, k)
	found := stateOf(v) == something
	var old V
	if found {
		old = decode[V](v)
	}
	x, kept = f(old, found)
	indexes := t.indexes.Get(tx)
	if kept {
		for _, ix := range indexes {
			if err := ix.admit(tx, k, x); err != nil {
				var none V
				return none, false, err
			}
		}
	}
	for _, ix := range indexes {
		ix.move(tx, k, old, found, x, kept)
	}
	switch {
	case kept:
		rows.put(tx, p, v, k, x)
	case found:
		rows.remove(tx, p)
	}
	return x, kept, nil
}

// Delete removes row k and returns it; found is false if there was none.
func (t *Table[K, V]) Delete(tx *stm.Tx, k K) (old V, found bool) {
	engine.CheckWrite(tx.Engine())
	rows := t.ref().rows
	p, v := rows.at(tx, k)
	if stateOf(v) != something {
		return old, false
	}
	old = decode[V](v)
	for _, ix := range t.indexes.Get(tx) {
		var none V
		ix.move(tx, k, old, true, none, false)
	}
	rows.remove(tx, p)
	return old, true
}

// Len returns the number of rows in the transaction: see [OrderedMap.Len].
func (t *Table[K, V]) Len(tx *stm.Tx) int { return t.ref().rows.Len(tx) }

// All yields the rows in the order of their keys. The loop may change the Table:
// see [OrderedMap.All].
func (t *Table[K, V]) All(tx *stm.Tx) iter.Seq2[K, V] { return t.ref().rows.All(tx) }

// Range yields the rows with keys from low up to, but not including, high, as
// [Table.All] does.
func (t *Table[K, V]) Range(tx *stm.Tx, low, high K) iter.Seq2[K, V] {
	return t.ref().rows.Range(tx, low, high)
}

// Clear removes all rows. It costs a write for each, and one for each in each
// index.
func (t *Table[K, V]) Clear(tx *stm.Tx) {
	t.ref().rows.Clear(tx)
	for _, ix := range t.indexes.Get(tx) {
		ix.clear(tx)
	}
}

// Load returns row k as it is now; ok is false if there is none. It never waits
// for a transaction's body, and does not allocate.
func (t *Table[K, V]) Load(k K) (x V, ok bool) { return t.ref().rows.Load(k) }

// Contains reports whether there is a row k now.
func (t *Table[K, V]) Contains(k K) bool { return t.ref().rows.Contains(k) }

// Store makes x row k, as [Table.Set] does, in a transaction of its own.
func (t *Table[K, V]) Store(k K, x V) (err error) {
	atomically(func(tx *stm.Tx) { err = t.Set(tx, k, x) })
	return err
}

// Modify makes row k what f returns, as [Table.Update] does, in a transaction of
// its own.
func (t *Table[K, V]) Modify(k K, f func(old V, found bool) (x V, keep bool)) (x V, kept bool, err error) {
	atomically(func(tx *stm.Tx) { x, kept, err = t.Update(tx, k, f) })
	return x, kept, err
}

// Remove deletes row k and returns it, in a transaction of its own; found is
// false if there was none.
func (t *Table[K, V]) Remove(k K) (old V, found bool) {
	if t.Contains(k) {
		atomically(func(tx *stm.Tx) { old, found = t.Delete(tx, k) })
	}
	return old, found
}

// Size returns the number of rows at one instant.
func (t *Table[K, V]) Size() int { return t.ref().rows.Size() }

// Reset removes all rows in a transaction of its own.
func (t *Table[K, V]) Reset() { atomically(t.Clear) }

// Snapshot returns the rows at one instant, in the order of their keys. It aborts
// nobody and always succeeds, as stm.View does.
func (t *Table[K, V]) Snapshot() []Pair[K, V] { return t.ref().rows.Snapshot() }

// String formats the rows as [Table.Snapshot] returns them, for people.
func (t *Table[K, V]) String() string {
	if t == nil {
		return "<nil Table>"
	}
	return fmt.Sprint(t.Snapshot())
}

// ref returns t unless it has not been made.
func (t *Table[K, V]) ref() *Table[K, V] {
	if t == nil || t.rows == nil {
		panic("tvar: Table without an order: make it with tvar.NewTable or tvar.NewTableFunc")
	}
	return t
}
