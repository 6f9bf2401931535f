package heap

import (
	"hash/maphash"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/sched"
)

// A table leads from keys to entries by open addressing, at most three quarters
// full. Entries are added under the lock of the Dict, and never taken away: a
// table that has too many is replaced.
type table[K comparable, V any] struct {
	seed  maphash.Seed
	slots []atomics.Pointer[entry[K, V]] // a power of two of them
}

// minSlots is the size of the first table. The explorer wants to see it grow.
var minSlots = map[bool]int{false: 8, true: 2}[atomics.Exploring]

// Lives of an entry beside 0: see purge.
const (
	wanted = 1         // somebody may depend on what it says
	gone   = 1<<32 - 1 // out of use
)

// hash returns the hash of k. Under the explorer that of a number is the same
// in each run.
func (b *table[K, V]) hash(k K) uint64 {
	if atomics.Exploring {
		if n, ok := any(k).(int); ok {
			return uint64(n) * 0x9e3779b97f4a7c15 >> 32
		}
	}
	return maphash.Comparable(b.seed, k)
}

func (b *table[K, V]) find(h uint64, k K) *entry[K, V] {
	for i := h; ; i++ {
		e := b.slots[i&uint64(len(b.slots)-1)].Load()
		if e == nil {
			return nil
		}
		if e.hash == h && e.key == k && e.life.Load() != gone {
			return e
		}
	}
}

func (b *table[K, V]) add(e *entry[K, V]) {
	i := e.hash
	for b.slots[i&uint64(len(b.slots)-1)].Load() != nil {
		i++
	}
	// Publishes e to those who look for it without the lock.
	b.slots[i&uint64(len(b.slots)-1)].Store(e)
}

// entry returns the entry of k. If there is none it returns nil in direct
// access, and makes one in a transaction, which has to depend on something.
func (d *Dict[K, V]) entry(t *sched.Thread, k K) *entry[K, V] {
	if b := d.table.Load(); b != nil {
		if e := b.find(b.hash(k), k); e != nil && e.want() {
			return e
		}
	}
	if engine.Direct(t.Engine()) || k != k {
		return nil
	}
	return d.place(t, k)
}

// place returns the entry of k, made if there is none.
func (d *Dict[K, V]) place(t *sched.Thread, k K) *entry[K, V] {
	if k != k {
		panic("heap: key not equal to itself, such as NaN: it would never be found")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	b := d.table.Load()
	if b == nil {
		b = &table[K, V]{maphash.MakeSeed(), make([]atomics.Pointer[entry[K, V]], minSlots)}
	}
	h := b.hash(k)
	if e := b.find(h, k); e != nil {
		e.want()
		return e
	}
	e := fresh[entry[K, V]]()
	e.key, e.hash = k, h
	e.want()
	if g := t.Engine(); engine.Newborn(g, &d.length) {
		engine.Birth(g, &e.value, nothing)
		engine.Birth(g, &e.since, nothing)
	}
	if full(b, len(d.order)) || len(d.order) >= d.review {
		b = d.rebuild(t, b)
	}
	b.add(e)
	d.order = append(d.order, e)
	d.table.Store(b)
	return e
}

// full reports whether b has no room beside n entries.
func full[K comparable, V any](b *table[K, V], n int) bool { return 4*(n+1) > 3*len(b.slots) }

// rebuild returns a table with room for another entry, and leaves out entries
// without a key if there are many.
func (d *Dict[K, V]) rebuild(t *sched.Thread, old *table[K, V]) *table[K, V] {
	g := t.Engine()
	order := d.order
	if live := int(engine.FetchOwn(&d.length).W); 2*live < len(order) {
		switch {
		case engine.Direct(g):
			order = d.sweep(g)
		case !engine.HasToken(g): // else it would have to wait for itself
			order = d.purge(g)
		}
	}
	d.review = len(order) + len(order)/4 + minSlots
	if len(order) == len(d.order) && !full(old, len(order)) {
		return old
	}
	n := minSlots
	for 2*(len(order)+1) > n { // or the next rebuild would be soon
		n *= 2
	}
	b := &table[K, V]{old.seed, make([]atomics.Pointer[entry[K, V]], n)}
	for _, e := range order {
		b.add(e)
	}
	if len(order) < len(d.order) {
		d.version++
	}
	d.order = order
	return b
}

// sweep returns the entries that have a key, or may have it back by an undo. The
// caller has the heap to itself.
func (d *Dict[K, V]) sweep(g *engine.Guest) (left []*entry[K, V]) {
	kept := map[*engine.Cell]bool{}
	engine.Kept(g, func(c *engine.Cell) { kept[c] = true })
	left = make([]*entry[K, V], 0, len(d.order))
	for _, e := range d.order {
		if !isNothing(engine.FetchOwn(&e.since)) || kept[&e.since] {
			left = append(left, e)
		}
	}
	return left
}

// settle makes sure that a key whose entry holds nothing was absent from the state
// that the transaction sees: see purge.
func (d *Dict[K, V]) settle(t *sched.Thread) (ok bool) {
	if engine.Direct(t.Engine()) {
		return true
	}
	_, ok = engine.Glance(t.Engine(), &d.epoch)
	return ok
}

// entries returns the entries that there are, in the order in which they were
// made, and a number that changes when some are taken out.
func (d *Dict[K, V]) entries() (all []*entry[K, V], version int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.order, d.version
}
