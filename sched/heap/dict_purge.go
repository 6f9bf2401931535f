package heap

import (
	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/engine"
)

// Places without a key are taken out of use while transactions run, since a
// guest that keeps inserting new keys and deleting them would need more and
// more memory.
//
// A transaction may depend on a key being absent, which it has read in both
// slots of the entry. So an entry is retired by a write, which such
// transactions notice like any other:
//
//	1 take the lock; pick entries whose slots hold nothing
//	2 write the epoch
//	3 write "retired" into the slot of the value, and then into the other,
//	  if they have not changed since 1
//	4 replace the table by one without those that have it in both
//
// A key gets a new entry once its old one is retired in both slots, so who has
// found the key absent in the old one has been told by then. An entry that is
// retired in the slot of its value only is one without a value, in use as ever.
//
// Who looks for the key later makes a new entry. Then its state must be one in
// which the old entry was empty already: it looks at the epoch, which is newer
// than the emptiness, and so moves its snapshot there, or is lost (settle).
//
// The purge belongs to no transaction. The thread that does it may be in one,
// which then may be lost like any other that depends on the absence of a key. So
// that none is, an entry is spared that somebody has looked at since the last
// purge, or in an attempt that was running then: there is no purge before all of
// these have ended. Nothing here waits for anybody, since others may wait for the
// lock.

// purge retires entries, and returns those that are left. The caller holds the
// lock; what it is about to insert itself stays.
func (d *Dict[K, V]) purge(g *engine.Guest) (left []*entry[K, V]) {
	if !d.grace.Over() {
		return d.order
	}
	var empty []emptiness[K, V]
	for _, e := range d.order {
		if e.life.Load() == wanted {
			e.life.CompareAndSwap(wanted, 0)
			continue
		}
		v, value := engine.Sample(&e.value)
		w, since := engine.Sample(&e.since)
		if isNothing(w) && (isNothing(v) || isRetired(v)) && !engine.Pending(g, &e.since) {
			empty = append(empty, emptiness[K, V]{e, value, since})
		}
	}
	if !atomics.Exploring { // the explorer wants to see what happens to those who do depend on it
		d.grace = engine.NewGrace()
	}
	if len(empty) == 0 {
		return d.order
	}
	if _, epoch := engine.Sample(&d.epoch); !engine.InstallNow(&d.epoch, epoch, number(0)) {
		return d.order
	}
	for i := range empty {
		empty[i].retire()
	}
	left = make([]*entry[K, V], 0, len(d.order))
	for _, e := range d.order {
		if e.life.Load() != gone {
			left = append(left, e)
		}
	}
	return left
}

// An emptiness is an entry that held nothing, with the words of its slots.
type emptiness[K comparable, V any] struct {
	e            *entry[K, V]
	value, since uint64
}

// retire takes the entry out of use, unless it has been written meanwhile, or
// somebody wants it. Who looks for its key in between waits for the lock.
func (x *emptiness[K, V]) retire() {
	if !x.e.life.CompareAndSwap(0, gone) {
		return
	}
	if !engine.InstallNow(&x.e.value, x.value, retired) || !engine.InstallNow(&x.e.since, x.since, retired) {
		x.e.life.Store(0)
	}
}

// want reports whether e is in use. If so it survives the next purge. It is to be
// called before the slots of e are read.
func (e *entry[K, V]) want() bool {
	life := e.life.Load()
	if life == 0 && !atomics.Exploring {
		return e.life.CompareAndSwap(0, wanted) || e.life.Load() != gone
	}
	return life != gone
}
