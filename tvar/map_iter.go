package tvar

import (
	"iter"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// Len returns the number of keys in the transaction, which then depends on
// which keys there are. It costs a read for each of the 64 shards.
func (m *Map[K, V]) Len(tx *stm.Tx) (n int) {
	for s := range m.all(tx) {
		n += s.count.Get(tx)
	}
	return n
}

// all yields the shards that keys may be in.
func (m *Map[K, V]) all(tx *stm.Tx) iter.Seq[*shard[K, V]] {
	return func(yield func(*shard[K, V]) bool) {
		mustRun(tx)
		views := engine.PlanOf(tx.Engine()).Mode == engine.Viewing
		ix := m.ref().index.Load()
		if ix == nil {
			if views {
				return // nothing has ever been stored
			}
			ix = m.ready()
		}
		for i := range ix.shards {
			s := ix.shards[i].Load()
			if s == nil {
				if views {
					continue
				}
				s = ix.shard(uint64(i)) // so that an insertion is noticed
			}
			if !yield(s) {
				return
			}
		}
	}
}

// entries yields the keys that are there in the transaction, which then
// depends on which these are, but not on their values.
//
// The slots are looked at after the count and before the root: an entry that
// they lack had lost its value before the root that is looked at then, so the
// count is of that state or a later one, or the attempt is lost.
func (m *Map[K, V]) entries(tx *stm.Tx) iter.Seq2[position[K, V], engine.Value] {
	views := engine.PlanOf(tx.Engine()).Mode == engine.Viewing
	return func(yield func(position[K, V], engine.Value) bool) {
		for s := range m.all(tx) {
			var at *slots[K, V]
			if views {
				at = s.root.Peek(tx).present()
			} else {
				s.count.Get(tx)
				at = s.slots.Load()
				s.root.Peek(tx)
			}
			for i := range at.at {
				e := at.at[i].Load()
				if e == nil {
					continue
				}
				if v := look(tx, &e.cell, views); stateOf(v) == something && !yield(position[K, V]{s, e}, v) {
					return
				}
			}
		}
	}
}

// look returns what c holds, without a dependence on it. Nothing depends on
// what a View reads.
func look(tx *stm.Tx, c *engine.Cell, views bool) engine.Value {
	if views {
		return engine.Read(tx.Engine(), c)
	}
	return engine.Peek(tx.Engine(), c)
}

// All yields keys and values in the transaction, in no order, each key once.
// The transaction depends on which keys there are, and on the values that were
// yielded. The loop may change the Map: a key that it deletes before it was
// yielded is not, one that it inserts may be.
func (m *Map[K, V]) All(tx *stm.Tx) iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		for p := range m.entries(tx) {
			if x, ok := p.e.get(tx); ok && !yield(p.e.key, x) {
				return
			}
		}
	}
}

// Keys yields the keys in the transaction, as [Map.All] does. The transaction
// depends on which keys there are, and not on their values.
func (m *Map[K, V]) Keys(tx *stm.Tx) iter.Seq[K] {
	return func(yield func(K) bool) {
		for p := range m.entries(tx) {
			if !yield(p.e.key) {
				return
			}
		}
	}
}

// Clear removes all keys. It costs a write for each.
func (m *Map[K, V]) Clear(tx *stm.Tx) {
	engine.CheckWrite(tx.Engine())
	for p := range m.entries(tx) {
		p.remove(tx)
	}
}
