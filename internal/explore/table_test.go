//go:build stmexplore

package explore_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

type (
	intTable = tvar.Table[int, int]
	intIndex = tvar.Index[int, int, int]
)

// tableOf returns a Table of rows that hold ten times their keys, and a unique
// index by what they hold.
func tableOf(keys ...int) (t *intTable, by *intIndex) {
	t = tvar.NewTable[int, int]()
	prepare(func(tx *stm.Tx) {
		for _, k := range keys {
			must(t.Set(tx, k, 10*k))
		}
		by = addIndex(tx, t, "by", tvar.Unique())
	})
	return t, by
}

func addIndex(tx *stm.Tx, t *intTable, name string, opts ...tvar.IndexOption) *intIndex {
	ix, err := tvar.AddIndex(tx, t, name, func(_, x int) (int, bool) { return x, true }, opts...)
	must(err)
	return ix
}

// fits returns an error unless the index has what the rows hold, and nothing
// else.
func fits(t *intTable, by *intIndex) error {
	_, err := stm.View(ctx, func(tx *stm.Tx) (n int, _ error) {
		last := -1
		for k, x := range by.All(tx) {
			if y, ok := t.Get(tx, k); !ok || x != y || x <= last {
				return 0, fmt.Errorf("the index has row %d at %d after %d", k, x, last)
			}
			last = x
			n++
		}
		if n != t.Len(tx) {
			return n, fmt.Errorf("the index has %d rows of %d", n, t.Len(tx))
		}
		return n, nil
	})
	return err
}

// TestTableUnique: of two rows that want the same, one gets it, whether it has
// been somebody's before or not.
func TestTableUnique(t *testing.T) {
	for name, want := range map[string]int{"new": 15, "given up": 10} {
		t.Run(name, func(t *testing.T) {
			checkStructure(t, func(w *world) {
				table, by := tableOf(1, 2, 3)
				var errs [2]error
				w.tx("giver", func(tx *stm.Tx) error { return table.Set(tx, 1, 11) })
				for i := range errs {
					w.tx(fmt.Sprintf("T%d", i), func(tx *stm.Tx) error {
						errs[i] = table.Set(tx, 2+i, want)
						return nil
					})
				}
				w.Final(func() error {
					var taken *tvar.UniqueError
					for _, err := range errs {
						if err != nil && !errors.As(err, &taken) {
							return err
						}
					}
					if errs[0] == nil && errs[1] == nil || want == 15 && errs[0] != nil && errs[1] != nil {
						return fmt.Errorf("two rows got it, or none: %v", errs)
					}
					return fits(table, by)
				})
			})
		})
	}
}

// TestTableIndexBesideWriters: an index that is added while a row comes, one
// moves and one goes has what there is.
func TestTableIndexBesideWriters(t *testing.T) {
	checkStructure(t, func(w *world) {
		table, _ := tableOf(1, 2)
		var late *intIndex
		w.tx("index", func(tx *stm.Tx) error { late = addIndex(tx, table, "late"); return nil })
		w.tx("T0", func(tx *stm.Tx) error { return table.Set(tx, 3, 5) })
		w.tx("T1", func(tx *stm.Tx) error {
			table.Delete(tx, 1)
			return table.Set(tx, 2, 50)
		})
		w.Final(func() error { return fits(table, late) })
	})
}

// TestTableViewSeesBoth: a row and the index are of one state, in a View and in
// attempts that will fail.
func TestTableViewSeesBoth(t *testing.T) {
	for _, kind := range []string{"view", "update"} {
		t.Run(kind, func(t *testing.T) {
			checkStructure(t, func(w *world) {
				table, by := tableOf(1, 2)
				torn := false
				body := func(tx *stm.Tx) (int, error) {
					x, ok := table.Get(tx, 1)
					k, _, found := by.Get(tx, 10)
					torn = torn || found != (ok && x == 10) || found && k != 1
					return 0, nil
				}
				w.Go(kind, func() {
					if kind == "view" {
						_, err := stm.View(ctx, body)
						must(err)
					} else {
						must(stm.Atomically(ctx, func(tx *stm.Tx) error { _, err := body(tx); return err }))
					}
				})
				w.Go("writer", func() { must(table.Store(1, 15)); must(table.Store(1, 10)); table.Remove(1) })
				w.Final(func() error {
					if torn {
						return errors.New("a row was seen apart from the index")
					}
					return fits(table, by)
				})
			})
		})
	}
}
