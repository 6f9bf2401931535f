package tvar

import (
	"hash/maphash"

	"github.com/weft-stm/weft/internal/atomics"
)

// An index leads from keys to entries. It is shared and concurrent by its own
// means, not by those of transactions. Shards are made when their first key
// comes.
type index[K comparable, V any] struct {
	seed   maphash.Seed
	shift  uint // the number of a shard is in the bits of the hash above it
	shards []atomics.Pointer[shard[K, V]]
}

// shardBits is the logarithm of the number of shards.
var shardBits = map[bool]uint{false: 6, true: 0}[atomics.Exploring]

// ready returns the index of m, made by whoever comes first.
func (m *Map[K, V]) ready() *index[K, V] {
	if ix := m.ref().index.Load(); ix != nil {
		return ix
	}
	m.index.CompareAndSwap(nil, &index[K, V]{
		seed: maphash.MakeSeed(), shift: 64 - shardBits,
		shards: make([]atomics.Pointer[shard[K, V]], 1<<shardBits),
	})
	return m.index.Load()
}

// hash returns the hash of k. Under the explorer that of a number is the same
// in each run.
func (ix *index[K, V]) hash(k K) uint64 {
	if atomics.Exploring {
		if n, ok := any(k).(int); ok {
			return uint64(n) * 0x9e3779b97f4a7c15
		}
	}
	return maphash.Comparable(ix.seed, k)
}

// find returns the entry of k, or nil if there is none.
func (ix *index[K, V]) find(h uint64, k K) *entry[K, V] {
	if s := ix.shards[h>>ix.shift].Load(); s != nil {
		return s.slots.Load().find(h, k)
	}
	return nil
}

// shardOf returns the shard of keys with hash h.
func (ix *index[K, V]) shardOf(h uint64) *shard[K, V] { return ix.shard(h >> ix.shift) }

// shard returns shard i, made if there is none.
func (ix *index[K, V]) shard(i uint64) *shard[K, V] {
	p := &ix.shards[i]
	if s := p.Load(); s != nil {
		return s
	}
	p.CompareAndSwap(nil, newShard[K, V]())
	return p.Load()
}

// slots is a table of entries with open addressing, at most three quarters
// full. Entries are added, under the lock of the shard, and never taken away.
type slots[K comparable, V any] struct {
	at []atomics.Pointer[entry[K, V]] // a power of two of them
}

// minSlots is the size of the first table that is not empty.
var minSlots = map[bool]int{false: 8, true: 4}[atomics.Exploring]

func newSlots[K comparable, V any](n int) *slots[K, V] {
	return &slots[K, V]{make([]atomics.Pointer[entry[K, V]], n)}
}

// home is where the search for hash h begins.
func (t *slots[K, V]) home(h uint64) uint32 { return uint32(h) }

func (t *slots[K, V]) get(i uint32) *entry[K, V] {
	return t.at[i&uint32(len(t.at)-1)].Load()
}

// find returns the entry of k that is not known to be retired, or nil.
func (t *slots[K, V]) find(h uint64, k K) *entry[K, V] {
	for i := t.home(h); ; i++ {
		e := t.get(i)
		if e == nil {
			return nil
		}
		if e.hash == uint32(h) && e.key == k && e.life.Load() != gone {
			return e
		}
	}
}

// fits reports whether there is room for entry number n.
func (t *slots[K, V]) fits(n int) bool { return 4*n <= 3*len(t.at) }

// add puts e where find looks for it.
func (t *slots[K, V]) add(e *entry[K, V]) {
	i := e.hash
	for t.get(i) != nil {
		i++
	}
	// Publishes e to those who look for it without the lock.
	t.at[i&uint32(len(t.at)-1)].Store(e)
}
