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
		all := d.entries()
		keys, ok = present(g, all, n)
		if !ok {
			return nil, false
		}
		// The state that has been seen is not older than the last look at a
		// slot. Whatever key it has got its entry before.
		if now := d.entries(); len(now) == len(all) && (len(all) == 0 || now[0] == all[0]) {
			return keys, true
		}
	}
}

// present returns the keys that are there, of those with entries all, n or so.
func present[K comparable, V any](g *engine.Guest, all []*entry[K, V], n int) (keys []K, ok bool) {
	keys = make([]K, 0, n)
	numbers := make([]uint64, 0, n)
	sorted := true
	for _, e := range all {
		v, ok := engine.Fetch(g, &e.since)
		if !ok {
			return nil, false
		}
		if isNothing(v) || isRetired(v) {
			continue
		}
		sorted = sorted && (len(numbers) == 0 || numbers[len(numbers)-1] < v.W)
		keys = append(keys, e.key)
		numbers = append(numbers, v.W)
	}
	if !sorted {
		sortBy(keys, numbers)
	}
	return keys, true
}

// sortBy sorts keys by their numbers.
func sortBy[K any](keys []K, numbers []uint64) {
	at := make([]int, len(keys))
	for i := range at {
		at[i] = i
	}
	slices.SortFunc(at, func(i, j int) int { return cmp.Compare(numbers[i], numbers[j]) })
	old := slices.Clone(keys)
	for i, j := range at {
		keys[i] = old[j]
	}
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
