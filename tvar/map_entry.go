package tvar

import (
	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// An entry is the variable of one key: it holds the value, or nothing. Once
// retired it is replaced by another when the key is asked for again; there is
// never more than one that is not.
type entry[K comparable, V any] struct {
	optional[V]
	key  K
	hash uint32
	life atomics.Uint32 // see touch
}

// gone is the life of an entry that is known to be retired. The cell knows
// first; this spares others the look.
const gone = 1<<32 - 1

// touch notes that a transaction in its n-th attempt depends on the absence of
// the key: e survives that many purges. Whoever has to come back, since e was
// retired all the same, asks for twice as many.
func (e *entry[K, V]) touch(attempt int) {
	want := lifeFor(attempt)
	for l := e.life.Load(); l < want; l = e.life.Load() {
		if e.life.CompareAndSwap(l, want) {
			return
		}
	}
}

func lifeFor(attempt int) uint32 {
	return firstLife + 1<<min(attempt-1, 20) - 1
}

// firstLife is the life that a first attempt gives. The explorer wants to see
// the end.
var firstLife = map[bool]uint32{false: 1, true: 0}[atomics.Exploring]

// age takes one purge off the life of e, and reports whether it is over.
func (e *entry[K, V]) age() (over bool) {
	l := e.life.Load()
	if l != 0 && l != gone {
		e.life.CompareAndSwap(l, l-1) // or somebody has touched it
	}
	return l == 0
}

// A position is where a transaction found a key.
type position[K comparable, V any] struct {
	s *shard[K, V]
	e *entry[K, V] // nil if the key cannot be stored
}

// put makes x the value of the key, whose entry holds v in the transaction.
func (p position[K, V]) put(tx *stm.Tx, v engine.Value, x V) {
	if p.e == nil {
		panic("tvar: key not equal to itself, such as NaN: it would never be found")
	}
	if stateOf(v) == nothing {
		Add(tx, &p.s.count, 1)
	}
	engine.Write(tx.Engine(), &p.e.cell, encode(x, like(v)))
}

// remove deletes the key, which is there.
func (p position[K, V]) remove(tx *stm.Tx) {
	p.e.clear(tx)
	Add(tx, &p.s.count, -1)
	p.s.tidyAfter(tx, 1)
}

// at returns the entry of k, made if there is none, and what it holds in the
// transaction, which from then on depends on it.
//
// If that is nothing, k has to be absent from the state that the transaction
// sees. It is by this entry. But k may have had another one before, retired
// since, in which that state has a value. Then the shard got a new root before
// that entry was retired, and after it had become empty for good: so a state
// that has the root has the emptiness, and looking at the root moves the
// transaction to such a state, or ends the attempt.
func (m *Map[K, V]) at(tx *stm.Tx, k K) (p position[K, V], v engine.Value) {
	ix := m.ready()
	h := ix.hash(k)
	p.s = ix.shardOf(h)
	for {
		if p.e = p.s.entry(h, k, tx); p.e == nil {
			mustRun(tx)
			return p, v
		}
		v = engine.Read(tx.Engine(), &p.e.cell)
		switch stateOf(v) {
		case something:
			return p, v
		case nothing:
			p.e.touch(tx.Attempt())
			p.s.root.Peek(tx)
			return p, v
		case retired:
			p.e.life.Store(gone)
		}
	}
}

// past returns what k has in the View of tx. It makes no entry: what there was
// at the instant of the View is in the table of that instant, and whatever
// else has come since was absent then.
func (m *Map[K, V]) past(tx *stm.Tx, k K) (v engine.Value) {
	var s *shard[K, V]
	var h uint64
	if ix := m.index.Load(); ix != nil {
		h = ix.hash(k)
		s = ix.shards[h>>ix.shift].Load()
	}
	if s == nil {
		mustRun(tx)
		return v
	}
	at := s.root.Peek(tx).present()
	for i := at.home(h); ; i++ {
		e := at.get(i)
		if e == nil {
			return v
		}
		// The table may have two of one key: one retired, and its successor.
		if e.hash == uint32(h) && e.key == k {
			if v = engine.Read(tx.Engine(), &e.cell); stateOf(v) == something {
				return v
			}
		}
	}
}
