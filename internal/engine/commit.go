package engine

import "github.com/weft-stm/weft/internal/invariants"

// lockPolls bounds the wait for one lock at commit, and commitTries how often
// a commit that lacks a lock lets go of the others and begins again. It does
// so rather than lose the attempt at once: the holder may have written what
// this transaction has not read, as with Set and Add.
const (
	lockPolls   = 32
	commitTries = 8
)

// commit publishes the write set, or signals a conflict. Nothing of the
// transaction is visible before publish, everything is afterwards; no user
// code runs between the first lock and the last unlock.
//
//	apply → lock all → gate open? → draw version → validate reads → publish → wake
//	  ↑         |          |                              |
//	  └─────────┴──────────┘ unlock all, wait             conflict: unlock all
//
// A transaction that wrote nothing has nothing to do: it is serialized at its
// snapshot.
func (tx *Tx) commit() {
	if len(tx.writes) == 0 {
		return
	}
	var newest uint64
	for try := 1; ; try++ {
		if tx.deferred {
			tx.apply()
		}
		var c *Cell
		switch c, newest = tx.lockAll(); {
		case c == nil:
			if !tx.serial && gateClosed() {
				// Checked with all locks held: whoever closes the gate later
				// finds them and waits until they are published (gate.go).
				tx.unlockAll(len(tx.writes))
				awaitGate()
				continue
			}
		case tx.serial || try < commitTries:
			c.unlocked()
			continue
		default:
			tx.lose(c)
			tx.poison(conflict)
			return
		}
		break
	}
	step()
	wv := tx.block.draw(versionOf(newest))
	unlucky := tx.unlucky()
	past := snapshotsPresent()
	if past {
		// Views go by versions, so while there are some a commit that depends
		// on this one, or overwrites what it read, must get a later version.
		show(wv)
	}
	c := tx.validate()
	if unlucky {
		c = tx.writes[0].c
	}
	if c != nil {
		tx.unlockAll(len(tx.writes))
		tx.lose(c)
		tx.poison(conflict)
		return
	}
	tx.wv = wv
	tx.publish(wv, past)
	if tx.plan.Name != "" {
		tx.remember()
	}
}

// lockAll locks the cells of the write set and returns the newest word that it
// found. If it cannot it locks none and returns the cell that it failed at.
func (tx *Tx) lockAll() (failed *Cell, newest uint64) {
	polls := lockPolls
	if tx.serial {
		polls = 1 << 30 // other holders publish, or see the gate and let go
	}
	for i := range tx.writes {
		e := &tx.writes[i]
		old := e.c.word.Load()
		ok := old&lockBit == 0 && e.c.word.CompareAndSwap(old, old|lockBit)
		if !ok {
			old, ok = e.c.tryLock(polls)
		}
		if ok && e.op == opApply && old&^waitBit != e.old {
			e.c.unlock(old)
			ok = false
		}
		if !ok {
			tx.unlockAll(i)
			return e.c, 0
		}
		e.old = old
		newest = max(newest, old)
	}
	return nil, newest
}

// unlockAll restores the lock words of the first n writes.
func (tx *Tx) unlockAll(n int) {
	for i := range tx.writes[:n] {
		e := &tx.writes[i]
		e.c.unlock(e.old)
	}
}

// validate returns a cell that changed since it was read, or nil. It runs with
// all locks held and the version drawn. A commit that is serialized before this
// one and wrote what it read had its lock then, so it shows here.
func (tx *Tx) validate() *Cell {
	if tx.serial {
		if invariants.Enabled {
			tx.mustBeCurrent()
		}
		return nil // see gate.go
	}
	if tx.alone() {
		return nil
	}
	for i := range tx.reads {
		r := &tx.reads[i]
		l := r.c.word.Load()
		if l&^waitBit == r.word {
			continue
		}
		if l&lockBit != 0 {
			if e := tx.lockedHere(i, r.c); e != nil && e.old&^waitBit == r.word {
				continue
			}
		}
		return r.c
	}
	return nil
}

// lockedHere returns the write entry of c, which is probably the i-th.
func (tx *Tx) lockedHere(i int, c *Cell) *write {
	if i < len(tx.writes) && tx.writes[i].c == c {
		return &tx.writes[i]
	}
	return tx.find(c)
}

// alone reports whether it is certain that nobody has committed since the
// snapshot. It is if all versions before our block are shown, so that nobody
// can use them any more, and none have been given out after it.
//
// Somebody who has locked what we read but draws only now is serialized after
// us, or finds what we write locked.
func (tx *Tx) alone() bool {
	if len(tx.reads) <= fewReads || !tx.block.latest() {
		return false
	}
	if tx.limit >= limitAt(tx.block.base) {
		return true
	}
	show(tx.block.base) // next time
	return false
}

// publish makes the writes visible at version wv and wakes who waited. past
// says that there are Views, which may want what is overwritten.
func (tx *Tx) publish(wv uint64, past bool) {
	if past {
		tx.keepPast(wv)
	}
	woken := false
	for i := range tx.writes {
		e := &tx.writes[i]
		if e.op == opAdd {
			e.val = scalar(e.number.plus(e.c.w.Load(), e.val.W))
		}
		e.c.put(e.val)
		step()
		// Publishes the value: pairs with the reader's loads of word around
		// those of w and p. Also unlocks, and takes down the wait bit.
		word := wordAt(wv, e.val.Kind, e.old)
		if e.old&waitBit != 0 {
			woken = true
			word |= e.c.stillWaited()
		}
		e.c.word.Store(word)
	}
	if past {
		sweepAfterCommit()
	}
	if woken {
		tx.wake()
	}
}

// wordAt is the unlocked word of a value of kind k written at version wv into
// a cell whose word was old.
func wordAt(wv uint64, k Kind, old uint64) uint64 {
	return wv<<versionShift | uint64(k)<<kindShift | old&equalBit
}

// wake wakes who waited for a cell of the write set. Everything is published:
// a woken transaction sees all of this commit.
func (tx *Tx) wake() {
	step()
	for i := range tx.writes {
		if e := &tx.writes[i]; e.old&waitBit != 0 {
			e.c.wake(&tx.activity.slot)
		}
	}
}
