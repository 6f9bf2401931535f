package heap

import (
	"cmp"
	"iter"
	"slices"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/sched"
)

// TryKeys returns the keys, in the order in which they were inserted; ok is
// false if the attempt is lost. It is a snapshot: what happens to d later does
// not change it, so that a guest's loop over it may span many transactions.
func (d *Dict[K, V]) TryKeys(t *sched.Thread) (keys []K, ok bool) {
	g := t.Engine()
	// The length comes first: who inserts a key whose entry is missing from the
	// list, or that has none yet, changes it, unless it also deletes a key that
	// is found here.
	v, ok := engine.Fetch(g, &d.length)
	if !ok {
		return nil, false
	}
	n := int(v.W)
	for {
		all, version := d.entries()
		keys, ok = present(g, all, n)
		if !ok {
			return nil, false
		}
		// The state that has been seen is not older than the last look at a
		// slot. Whatever key it has got its entry before.
		if now, v := d.entries(); len(now) == len(all) && v == version {
			return keys, true
		}
	}
}

// present returns the keys that are there, of those with entries all, n or so, in
// the order in which they were inserted.
//
// That is the order of the commits that inserted them. All of these write one
// cell, so their versions ascend; keys of one transaction go by their numbers,
// and so do those that were inserted in place after it, which bear the version
// of the latest commit then.
func present[K comparable, V any](g *engine.Guest, all []*entry[K, V], n int) (keys []K, ok bool) {
	found := make([]insertion[K], 0, n)
	sorted := true
	for _, e := range all {
		e.want()
		v, version, ok := engine.FetchDated(g, &e.since)
		if !ok {
			return nil, false
		}
		if isNothing(v) || isRetired(v) {
			continue
		}
		x := insertion[K]{e.key, version, v.W}
		sorted = sorted && (len(found) == 0 || found[len(found)-1].compare(x) < 0)
		found = append(found, x)
	}
	if !sorted {
		slices.SortFunc(found, insertion[K].compare)
	}
	keys = make([]K, len(found))
	for i := range found {
		keys[i] = found[i].key
	}
	return keys, true
}

// An insertion is a key with what it is ordered by.
type insertion[K any] struct {
	key             K
	version, number uint64
}

func (x insertion[K]) compare(y insertion[K]) int {
	return cmp.Or(cmp.Compare(x.version, y.version), cmp.Compare(x.number, y.number))
}

// Keys returns the keys, in the order in which they were inserted: see TryKeys.
func (d *Dict[K, V]) Keys(t *sched.Thread) []K {
	keys, ok := d.TryKeys(t)
	mustOK(t, ok)
	return keys
}

// All yields the keys that d has when the loop begins, in the order in which
// they were inserted, with the values that they have when it comes to them. A
// key that has been deleted meanwhile is left out.
func (d *Dict[K, V]) All(t *sched.Thread) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		for _, k := range d.Keys(t) {
			if x, found := d.Get(t, k); found && !yield(k, x) {
				return
			}
		}
	}
}

// Clear removes all keys.
func (d *Dict[K, V]) Clear(t *sched.Thread) {
	for _, k := range d.Keys(t) {
		d.Delete(t, k)
	}
}

// AddTo adds delta to the value of k once the transaction commits, or inserts k
// with that value if it is not there. Additions to a key that is there do not
// conflict with one another, nor with [Dict.Has].
func AddTo[K comparable, V Number](t *sched.Thread, d *Dict[K, V], k K, delta V) {
	e, v, ok := d.look(t, k)
	mustOK(t, ok)
	if e == nil || isNothing(v) {
		mustOK(t, d.TrySet(t, k, delta))
		return
	}
	engine.Increase(t.Engine(), &e.value, adding[V](), bits(delta))
}
