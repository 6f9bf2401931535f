package tvar

import (
	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// A shard is a part of the keys.
//
// slots leads to all entries that are in use; whoever looks for one takes it
// from there, whatever the state that its transaction sees, since an entry has
// the values of all states. What slots no longer has, a state of the past may
// need. So a shard also has a root, which is a variable: it says, for each
// state, which table has all the entries that the state has values in. It
// changes when entries are retired (map_purge.go), and who holds on to an old
// state, a View, holds on to an old table.
type shard[K comparable, V any] struct {
	slots   atomics.Pointer[slots[K, V]]
	root    Var[*table[K, V]]
	asked   atomics.Bool // somebody will purge soon
	purging atomics.Bool // somebody does
	_       [64]byte     // who looks for keys does not share a line with who makes them

	count Var[int]       // keys that are there
	used  atomics.Uint32 // entries in slots
	left  atomics.Uint32 // entries without a value that the last purge left
	mu    atomics.Mutex  // held for short, never while waiting for anybody
	table *table[K, V]   // that slots belongs to; written by who holds mu and purging
}

// A table is a succession of slots, each larger than the one before.
//
// It is made while the table before is in use still, and stands for it until
// it takes its place.
type table[K comparable, V any] struct {
	slots  atomics.Pointer[slots[K, V]]
	before atomics.Pointer[table[K, V]] // nil once slots is complete
}

// present returns the slots of t.
func (t *table[K, V]) present() *slots[K, V] {
	if b := t.before.Load(); b != nil {
		return b.slots.Load()
	}
	return t.slots.Load()
}

func newShard[K comparable, V any]() *shard[K, V] {
	s, none := &freshSlice[shard[K, V]](1)[0], newSlots[K, V](1)
	s.table = new(table[K, V])
	s.table.slots.Store(none)
	s.slots.Store(none)
	engine.Init(&s.root.cell, encode(s.table, engine.Zero))
	return s
}

// entry returns the entry of k, made if there is none, or nil if k is not
// equal to itself. tx is who asks for it.
func (s *shard[K, V]) entry(h uint64, k K, tx *stm.Tx) *entry[K, V] {
	if e := s.slots.Load().find(h, k); e != nil {
		return e
	}
	if k != k {
		return nil
	}
	e := s.add(h, k, lifeFor(tx.Attempt()))
	s.tidyAfter(tx, 0)
	return e
}

// add makes the entry of k unless somebody has made it meanwhile.
func (s *shard[K, V]) add(h uint64, k K, life uint32) *entry[K, V] {
	e := fresh[entry[K, V]]()
	e.key, e.hash = k, uint32(h)
	e.life.Store(life)
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.slots.Load()
	if other := now.find(h, k); other != nil {
		return other
	}
	n := int(s.used.Load()) + 1
	if !now.fits(n) {
		now = s.grow(now)
	}
	now.add(e)
	s.used.Store(uint32(n))
	return e
}

// grow doubles the slots. Who still looks in the old ones misses nothing but
// what is added from now on.
func (s *shard[K, V]) grow(old *slots[K, V]) *slots[K, V] {
	next := newSlots[K, V](max(minSlots, 2*len(old.at)))
	for i := range old.at {
		if e := old.at[i].Load(); e != nil {
			next.add(e)
		}
	}
	s.table.slots.Store(next)
	s.slots.Store(next)
	return next
}
