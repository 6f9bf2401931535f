package tvar

import (
	"testing"

	"github.com/weft-stm/weft/internal/engine"
)

// What tests need to see and to set of the inside.

// PurgeAlways makes Maps purge as soon as there is anything to purge, for the
// time of a test.
func PurgeAlways(t testing.TB) {
	was, life := minPurge, firstLife
	minPurge, firstLife = 1, 0
	t.Cleanup(func() { minPurge, firstLife = was, life })
}

// Entries counts the entries that m keeps, of keys that are there or not.
func Entries[K comparable, V any](m *Map[K, V]) (n int) {
	for s := range m.made() {
		n += int(s.used.Load())
	}
	return n
}

// Slots counts the places for entries.
func Slots[K comparable, V any](m *Map[K, V]) (n int) {
	for s := range m.made() {
		n += len(s.slots.Load().at)
	}
	return n
}

// Purged reports whether m has been purged.
func Purged[K comparable, V any](m *Map[K, V]) (purged bool) {
	for s := range m.made() {
		_, never := engine.Sample(&newShard[K, V]().root.cell)
		_, now := engine.Sample(&s.root.cell)
		purged = purged || now != never
	}
	return purged
}

func (m *Map[K, V]) made() func(yield func(*shard[K, V]) bool) {
	return func(yield func(*shard[K, V]) bool) {
		ix := m.index.Load()
		if ix == nil {
			return
		}
		for i := range ix.shards {
			if s := ix.shards[i].Load(); s != nil && !yield(s) {
				return
			}
		}
	}
}
