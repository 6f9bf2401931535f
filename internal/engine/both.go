package engine

// A Supply has versions for steps that begin by locking the same cell. Steps
// of different Supplies share no cache line of the clock: see clock.go.
type Supply struct {
	versions block // guarded by the lock of that cell
}

// A Change is what a step makes of one cell: it becomes Val if it still has
// the word that was sampled.
type Change struct {
	Cell *Cell
	Seen uint64
	Val  Value
}

// InstallBoth is Install for two different cells at one instant: both change,
// or none does because one of them has been written since it was sampled.
//
// It is a commit whose read set is its write set: once both locks are taken,
// with the words that were seen, nothing is left to validate. It takes three
// locked instructions more than Install.
func InstallBoth(a, b Change) bool {
	if !lockBoth(&a, &b) {
		return false
	}
	step()
	publishBoth(&a, &b, drawOne())
	return true
}

// InstallBoth is the function, with a version of s, which belongs to the cell
// of a. It takes a locked instruction less, and leaves the clock alone.
func (s *Supply) InstallBoth(a, b Change) bool {
	if !lockBoth(&a, &b) {
		return false
	}
	step()
	publishBoth(&a, &b, s.versions.draw(versionOf(max(a.Seen, b.Seen))))
	return true
}

// lockBoth locks both cells with the words that were seen, or none.
func lockBoth(a, b *Change) bool {
	if !a.Cell.word.CompareAndSwap(a.Seen, a.Seen|lockBit) {
		return false
	}
	if !b.Cell.word.CompareAndSwap(b.Seen, b.Seen|lockBit) {
		a.Cell.unlock(a.Seen)
		return false
	}
	if gateClosed() { // with all locks held: see gate.go
		b.Cell.unlock(b.Seen)
		a.Cell.unlock(a.Seen)
		awaitGate()
		return false
	}
	return true
}

// publishBoth ends a step that took effect when wv was drawn, with both locks
// held.
func publishBoth(a, b *Change, wv uint64) {
	past := snapshotsPresent()
	if past {
		show(wv) // as Tx.commit does
		keepBoth(a, b, wv)
	}
	a.put(wv)
	b.put(wv)
	if past {
		sweepAfterCommit()
	}
	if (a.Seen|b.Seen)&waitBit != 0 {
		a.wake()
		b.wake()
	}
}

func keepBoth(a, b *Change, wv uint64) {
	var h horizon
	if h.look(); h.empty() {
		clearPresence(wv)
		return
	}
	a.Cell.keepPast(a.Seen, wv, &h)
	b.Cell.keepPast(b.Seen, wv, &h)
}

// put publishes the value and unlocks: see Tx.publish.
func (x *Change) put(wv uint64) {
	x.Cell.put(x.Val)
	step()
	word := wordAt(wv, x.Val.Kind, x.Seen)
	if x.Seen&waitBit != 0 {
		word |= x.Cell.stillWaited()
	}
	x.Cell.word.Store(word)
}

// wake wakes who waited for the cell. Both are published by then.
func (x *Change) wake() {
	if x.Seen&waitBit != 0 {
		x.Cell.wake(others)
	}
}
