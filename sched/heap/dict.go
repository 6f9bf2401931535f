package heap

import (
	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/sched"
)

// A Dict is a hash table that remembers in which order its keys were inserted:
// a guest's dictionary, namespace, or set. The zero Dict is empty and ready to
// use; it must not be copied.
//
// # Conflicts
//
// Transactions conflict over single keys. Each has two slots, for its value and
// for whether it is there:
//
//	Get                    reads the value, also if there is none
//	Has                    reads whether the key is there
//	Set                    reads whether the key is there, writes the value
//	Set of a new key,      write both, and change the length
//	  Delete
//	Len                    reads the length: it conflicts with transactions that
//	                       insert more or fewer keys than they delete
//	Keys, All              read the length and whether each key is there
//
// What leads from keys to slots is no part of any transaction, so different keys
// never conflict, whatever the table does meanwhile.
//
// # Keys
//
// Keys are compared as those of Go's maps are, and hashed likewise. One that is
// not equal to itself, such as NaN, is never found; storing one panics. The order
// of keys is that in which they were inserted, a deleted one anew.
//
// # Cost
//
// A key takes some 100 bytes. A look-up is a hash and some three memory accesses
// beside the read of the slot, and does not allocate; but the first look at a key
// that is not there makes a place for it, in a transaction. Places without a key
// are dropped when the table is rebuilt, once no transaction can depend on them.
type Dict[K comparable, V any] struct {
	_       [0]func(K, V)
	length  engine.Cell
	inserts engine.Cell // written by each transaction that inserts, read by none: see present
	epoch   engine.Cell // newer than the emptiness of what has been retired
	table   atomics.Pointer[table[K, V]]
	mu      atomics.Mutex  // held for short, never while waiting for anybody
	order   []*entry[K, V] // in the order in which they were made; appended to, or replaced
	review  int            // at how many of them to look for those without a key
	grace   engine.Grace   // since the last purge
	version int            // of order: how often it was replaced
	numbers atomics.Uint64 // given out to insertions
}

// An entry is the place of one key.
type entry[K comparable, V any] struct {
	value engine.Cell // nothing if the key is not there
	since engine.Cell // a number of its insertion, or nothing
	key   K
	hash  uint64
	life  atomics.Uint32 // see purge
}

// NewDict returns an empty Dict. Until the transaction of t ends it is read and
// written in place.
func NewDict[K comparable, V any](t *sched.Thread) *Dict[K, V] {
	d := fresh[Dict[K, V]]()
	d.Init(t)
	return d
}

// Init makes d ready, which is a field of something that nobody shares yet. Until the
// transaction of t ends it is read and written in place, which a zero Dict is
// not.
func (d *Dict[K, V]) Init(t *sched.Thread) {
	engine.Birth(t.Engine(), &d.length, number(0))
	engine.Birth(t.Engine(), &d.inserts, number(0))
}

// TryGet returns the value of k; found is false if k is not there, and ok if
// the attempt is lost.
func (d *Dict[K, V]) TryGet(t *sched.Thread, k K) (x V, found, ok bool) {
	e := d.entry(t, k)
	if e == nil {
		return x, false, true
	}
	v, ok := engine.Fetch(t.Engine(), &e.value)
	switch {
	case !ok || isNothing(v):
		return x, false, ok && d.settle(t)
	case isRetired(v):
		if e, v, ok := d.look(t, k); !ok || e == nil || isNothing(v) {
			return x, false, ok
		}
		return d.TryGet(t, k)
	}
	return decode[V](v), true, true
}

// Get returns the value of k; found is false if k is not there.
func (d *Dict[K, V]) Get(t *sched.Thread, k K) (x V, found bool) {
	x, found, ok := d.TryGet(t, k)
	mustOK(t, ok)
	return x, found
}

// TryHas reports whether k is there; ok is false if the attempt is lost.
func (d *Dict[K, V]) TryHas(t *sched.Thread, k K) (found, ok bool) {
	e, v, ok := d.look(t, k)
	return e != nil && ok && !isNothing(v), ok
}

// Has reports whether k is there. It does not depend on its value.
func (d *Dict[K, V]) Has(t *sched.Thread, k K) bool {
	found, ok := d.TryHas(t, k)
	mustOK(t, ok)
	return found
}

// look returns the entry of k, if there is one, and what it says of whether k is
// there.
func (d *Dict[K, V]) look(t *sched.Thread, k K) (e *entry[K, V], v engine.Value, ok bool) {
	for {
		if e = d.entry(t, k); e == nil {
			return nil, v, true
		}
		v, ok = engine.Fetch(t.Engine(), &e.since)
		switch {
		case !ok:
			return e, v, false
		case isNothing(v):
			return e, v, d.settle(t)
		case !isRetired(v):
			return e, v, true
		}
		// Retired: e is gone, and the next look finds another.
	}
}

// TrySet makes x the value of k; ok is false if the attempt is lost.
func (d *Dict[K, V]) TrySet(t *sched.Thread, k K, x V) (ok bool) {
	e, v, ok := d.look(t, k)
	switch {
	case !ok:
		return false
	case e == nil:
		e = d.place(t, k)
		return d.insert(t, e, x)
	case isNothing(v):
		return d.insert(t, e, x)
	}
	engine.Put(t.Engine(), &e.value, encode(x, engine.Zero))
	return true
}

// Set makes x the value of k, which need not be there.
func (d *Dict[K, V]) Set(t *sched.Thread, k K, x V) { mustOK(t, d.TrySet(t, k, x)) }

// insert makes the key of e be there.
func (d *Dict[K, V]) insert(t *sched.Thread, e *entry[K, V], x V) (ok bool) {
	g := t.Engine()
	engine.Put(g, &e.value, encode(x, engine.Zero))
	n := number(int(d.numbers.Add(1)))
	if engine.Direct(g) {
		engine.PutDated(g, &e.since, n, &d.inserts)
	} else {
		engine.Put(g, &e.since, n)
		engine.Increase(g, &d.inserts, whole, 1)
	}
	engine.Increase(g, &d.length, whole, 1)
	return true
}

// TryDelete removes k; found is false if k was not there, and ok if the attempt
// is lost.
func (d *Dict[K, V]) TryDelete(t *sched.Thread, k K) (found, ok bool) {
	e, v, ok := d.look(t, k)
	if !ok || e == nil || isNothing(v) {
		return false, ok
	}
	g := t.Engine()
	engine.Put(g, &e.value, nothing)
	engine.Put(g, &e.since, nothing)
	engine.Increase(g, &d.length, whole, ^uint64(0))
	return true, true
}

// Delete removes k; found is false if k was not there.
func (d *Dict[K, V]) Delete(t *sched.Thread, k K) (found bool) {
	found, ok := d.TryDelete(t, k)
	mustOK(t, ok)
	return found
}

// TryLen returns the number of keys; ok is false if the attempt is lost.
func (d *Dict[K, V]) TryLen(t *sched.Thread) (n int, ok bool) {
	v, ok := engine.Fetch(t.Engine(), &d.length)
	return int(v.W), ok
}

// Len returns the number of keys.
func (d *Dict[K, V]) Len(t *sched.Thread) int {
	n, ok := d.TryLen(t)
	mustOK(t, ok)
	return n
}

// Label names the length of d in reports of conflicts. It is to be called
// before other threads know d.
func (d *Dict[K, V]) Label(name string) { engine.SetLabel(&d.length, name) }
