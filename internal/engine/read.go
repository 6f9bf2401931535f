package engine

import "github.com/weft-stm/weft/internal/invariants"

// Read returns the value of c in the transaction's snapshot, or what the
// transaction itself wrote.
//
// The fast path is three loads of one cache line: the value lies between two
// loads of the lock word that agree, are unlocked and no newer than the
// snapshot, or our own. The linearization point of the read is the snapshot
// itself: no commit with a version up to the limit can still write c, since it
// took its lock before the clock showed that version (see draw).
func Read(tx *Tx, c *Cell) Value {
	if invariants.Enabled {
		tx.check()
	}
	if tx.filter&filterBit(c) == 0 {
		l := c.word.Load()
		if l < tx.limit || l-tx.first < tx.span {
			v := c.get(l)
			if c.word.Load() == l {
				if tx.mode == viewing {
					return v
				}
				if n := len(tx.reads); n < cap(tx.reads) {
					tx.reads = tx.reads[:n+1]
					tx.reads[n] = read{c, l &^ waitBit}
					return v
				}
			}
		}
	}
	return readSlow(tx, c)
}

func readSlow(tx *Tx, c *Cell) Value {
	tx.check()
	if e := tx.find(c); e != nil {
		if e.op != opSet {
			tx.settle(e)
		}
		return e.val
	}
	v, l := tx.consistent(c)
	if tx.mode != viewing {
		tx.reads = append(tx.reads, read{c, l &^ waitBit})
	}
	return v
}

// Peek is Read without an entry in the read set: a later commit to c does not
// disturb this transaction. The value belongs to the snapshot all the same.
func Peek(tx *Tx, c *Cell) Value {
	tx.check()
	if e := tx.find(c); e != nil {
		return readSlow(tx, c)
	}
	v, _ := tx.consistent(c)
	return v
}

// consistent returns the value of c in the snapshot, extending the snapshot
// when c is newer. A View takes the older version from the history instead.
func (tx *Tx) consistent(c *Cell) (Value, uint64) {
	for {
		v, l := c.sample()
		if l < tx.limit || l-tx.first < tx.span {
			return v, l
		}
		if tx.mode == viewing {
			return tx.past(c), l
		}
		if !tx.extend() {
			tx.raise(conflict)
		}
		// Now v may have been overwritten between its sample and the
		// extension. If not it belongs to the snapshot, also if its version
		// is not shown yet.
		if c.word.Load()&^waitBit == l&^waitBit {
			return v, l
		}
	}
}

// An extension makes all versions so far readable for everybody, by a write to
// the clock, which every transaction reads. One with few reads does so only now
// and then: it is cheap to look at them again when the next version turns up.
const (
	fewReads  = 8
	showEvery = 16
)

// extend moves the snapshot to the present if every read is still current.
// An entry found unlocked with its old version after the clock was sampled
// holds at that instant: so do all of them, which makes it one state (Riegel,
// Felber, Fetzer: A Lazy Snapshot Algorithm, 2006).
func (tx *Tx) extend() bool {
	if n := len(tx.reads); n > 0 && tx.unlucky() {
		tx.lose(tx.reads[n-1].c)
		return false
	}
	t := shown()
	if tx.unshown++; len(tx.reads) > fewReads || tx.unshown > showEvery {
		tx.unshown = 0
		t = show(issued())
	}
	for i := range tx.reads {
		r := &tx.reads[i]
		if !tx.current(r) {
			tx.lose(r.c)
			return false
		}
	}
	tx.limit = limitAt(t)
	tx.activity.slot.count(extensions)
	return true
}

// current reports whether r still holds. A locked cell is waited for: its
// holder may yet give up, and holders never wait.
func (tx *Tx) current(r *read) bool {
	l := r.c.word.Load()
	if l&lockBit != 0 {
		l = r.c.unlocked()
	}
	return l&^waitBit == r.word
}
