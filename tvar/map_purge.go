package tvar

import (
	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// Entries of keys that are not there are taken out of a shard once they are
// the larger part of it. A purge is four steps:
//
//	1 look for entries that hold nothing, and that nobody has asked for lately
//	2 make a new table the root; it stands for the old one
//	3 retire the entries, one by one, unless they have been written since 1
//	4 fill the new table with those that are left, and take it from then on
//
// Between 3 and 4 a key may already get a new entry, beside its retired one.
//
// An update transaction that depends on an entry finds it retired, as it
// would find any other write. One that finds the new entry has looked at the
// root, see Map.at: so what it sees comes after 2, and the key was absent
// since 1. A View from before 2 goes by the old table, which keeps all that it
// had. One from after 2 goes by the new table: it misses the retired entries
// and needs none, since they have been empty since 1.
//
// Nobody waits for a purge, and it waits for nobody, except that its writes
// wait at the gate; it holds no lock then. A purge that dies half-way leaves a
// root that stands for the old table, and a few retired entries.

// minPurge is the number of entries from which purging is worth it.
var minPurge = map[bool]int{false: 16, true: 1}[atomics.Exploring]

// crowded reports whether a purge may help: half of the entries at least hold
// nothing, and there are noticeably more of them than the last purge had to
// leave, so that looking at all costs a constant for each that is made. deleted
// is the number of keys that are about to go.
func (s *shard[K, V]) crowded(deleted int) bool {
	used := int(s.used.Load())
	empty := used - s.count.Load() + deleted
	return used >= minPurge && 2*empty >= used && empty >= int(s.left.Load())+used/4
}

// tidyAfter has the shard purged after the attempt of tx, if it is crowded. It
// cannot be during the attempt: purging writes, and an irrevocable transaction
// would wait for itself.
func (s *shard[K, V]) tidyAfter(tx *stm.Tx, deleted int) {
	if s.crowded(deleted) && s.asked.CompareAndSwap(false, true) {
		s.purgeAfter(tx)
	}
}

func (s *shard[K, V]) purgeAfter(tx *stm.Tx) {
	attempt := engine.Running(tx.Engine())
	tx.OnCommit(s.purge)
	tx.OnRollback(func() {
		if engine.Running(tx.Engine()) == attempt { // only a part of it was undone
			s.purgeAfter(tx)
		} else {
			s.purge()
		}
	})
}

// purge takes out what is of no use.
func (s *shard[K, V]) purge() {
	s.asked.Store(false)
	if !s.purging.CompareAndSwap(false, true) {
		return
	}
	defer s.purging.Store(false)
	if !s.crowded(0) {
		return
	}
	old := s.table
	used, found := int(s.used.Load()), old.slots.Load().useless()
	if 4*len(found) < used {
		s.left.Store(uint32(used - s.count.Load()))
		return
	}
	next := new(table[K, V])
	next.before.Store(old)
	s.root.Store(next)
	for _, c := range found {
		if engine.Install(&c.e.cell, c.seen, retirement) {
			c.e.life.Store(gone)
		}
	}
	s.replace(old, next)
}

// A candidate is an entry that held nothing when it was seen.
type candidate[K comparable, V any] struct {
	e    *entry[K, V]
	seen uint64
}

// useless returns the entries that might be retired. The others grow older.
func (t *slots[K, V]) useless() (found []candidate[K, V]) {
	for i := range t.at {
		e := t.at[i].Load()
		if e == nil {
			continue
		}
		if v, seen := engine.Sample(&e.cell); stateOf(v) == nothing && e.age() {
			found = append(found, candidate[K, V]{e, seen})
		}
	}
	return found
}

// replace makes next what slots are in from now on, with the entries of old
// that are not retired.
func (s *shard[K, V]) replace(old, next *table[K, V]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := old.slots.Load()
	n := 0
	for i := range all.at {
		if e := all.at[i].Load(); e != nil && e.life.Load() != gone {
			n++
		}
	}
	size := minSlots
	for size < 2*n {
		size *= 2
	}
	kept := newSlots[K, V](size)
	for i := range all.at {
		if e := all.at[i].Load(); e != nil && e.life.Load() != gone {
			kept.add(e)
		}
	}
	next.slots.Store(kept)
	next.before.Store(nil) // complete
	s.table = next
	s.slots.Store(kept)
	s.used.Store(uint32(n))
	s.left.Store(uint32(max(0, n-s.count.Load())))
}
