package heap

import (
	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/sched"
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
// which then may be lost like any other that depends on the absence of a key.
// In order not to lose it again and again, entries survive as many purges as
// somebody has asked for who found them absent: two, or more if he had to come
// back; and few entries are not purged at all. Nothing here waits for anybody, since others may wait for the lock.

// purge retires entries, and returns those that are left. The caller holds the
// lock; what it is about to insert itself stays.
func (d *Dict[K, V]) purge(g *engine.Guest) (left []*entry[K, V]) {
	var empty []emptiness[K, V]
	for _, e := range d.order {
		if life := e.life.Load(); life > 0 {
			e.life.CompareAndSwap(life, life-1) // or somebody has touched it
			continue
		}
		v, value := engine.Sample(&e.value)
		w, since := engine.Sample(&e.since)
		if isNothing(w) && (isNothing(v) || isRetired(v)) && !engine.Pending(g, &e.since) {
			empty = append(empty, emptiness[K, V]{e, value, since})
		}
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

// retire takes the entry out of use, unless it has been written meanwhile.
func (x *emptiness[K, V]) retire() {
	if engine.InstallNow(&x.e.value, x.value, retired) && engine.InstallNow(&x.e.since, x.since, retired) {
		x.e.life.Store(gone)
	}
}

// firstLife is how many purges a first attempt asks for. The explorer wants to
// see the end.
var firstLife = map[bool]uint32{false: 2, true: 0}[atomics.Exploring]

// touch makes e survive some purges: t has found that its key is absent.
func (e *entry[K, V]) touch(t *sched.Thread) {
	want := firstLife + uint32(1)<<min(engine.Attempt(engine.TxOf(t.Engine()))-1, 20) - 1
	for life := e.life.Load(); life < want; life = e.life.Load() {
		if e.life.CompareAndSwap(life, want) {
			return
		}
	}
}
