package starstm

import (
	"hash/maphash"
	"sync"
	"sync/atomic"
)

// An index finds the entries of a varDict by key. Entries come and stay, so a
// look-up needs no lock:
//
//	find:    table → slot, slot, … until the key or an empty slot
//	create:  lock → find again → entry into log → entry into a slot of table → unlock
//
// A table that is half full is replaced by a copy of twice the size. A look-up
// in the old one may miss a key, and then takes the lock and looks again.
type index struct {
	table atomic.Pointer[slots]

	mu  sync.Mutex  // held to create entries
	log []*varEntry // in order of creation
}

// slots are an open-addressed hash table; the length is a power of two.
type slots []slot

// A slot is free while it has no entry. The hash is written before the entry and
// read after it; it keeps a look-up from going to the memory of other entries.
type slot struct {
	hash uint64
	e    atomic.Pointer[varEntry]
}

const minSlots = 16

var seed = maphash.MakeSeed()

// hash returns the hash of a key.
func (k *key) hash() uint64 {
	if k.canon == nil {
		return maphash.String(seed, string(k.text))
	}
	return maphash.Comparable(seed, k.canon)
}

// entry returns the entry of k, whose hash is h.
func (x *index) entry(k *key, h uint64) *varEntry {
	if t := x.table.Load(); t != nil {
		if e := t.find(k, h); e != nil {
			return e
		}
	}
	return x.create(k, h)
}

func (x *index) create(k *key, h uint64) *varEntry {
	x.mu.Lock()
	defer x.mu.Unlock()
	t := x.roomy()
	if e := t.find(k, h); e != nil {
		return e
	}
	e := &varEntry{hash: h, key: *k}
	x.log = append(x.log, e) // before the table: nobody can commit to an entry that scans miss
	t.insert(e)
	return e
}

// entries returns the entries so far. The log only grows, so what is returned
// does not change.
func (x *index) entries() []*varEntry {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.log
}

// roomy returns a table with room for one more entry. x.mu is held.
func (x *index) roomy() *slots {
	t := x.table.Load()
	if t != nil && 2*len(x.log) < len(*t) {
		return t
	}
	bigger := make(slots, max(minSlots, 4*len(x.log)))
	for _, e := range x.log {
		bigger.insert(e)
	}
	// Pairs with the load in entry: a look-up sees every slot filled before.
	x.table.Store(&bigger)
	return &bigger
}

func (t *slots) find(k *key, h uint64) *varEntry {
	mask := uint64(len(*t) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		s := &(*t)[i]
		e := s.e.Load()
		if e == nil || s.hash == h && e.key.equal(k) {
			return e
		}
	}
}

// insert puts e, which is not there, into a free slot. Only the owner of
// index.mu inserts. The store publishes the entry: pairs with the load in find.
func (t *slots) insert(e *varEntry) {
	mask := uint64(len(*t) - 1)
	i := e.hash & mask
	for (*t)[i].e.Load() != nil {
		i = (i + 1) & mask
	}
	(*t)[i].hash = e.hash
	(*t)[i].e.Store(e)
}
