package engine

import "context"

// Steps on one cell that need no descriptor. They obey the same protocol as
// commits: each is an update transaction of one write.

// others counts what happens outside of descriptors.
var others = func() *activity { return &activities.acquire().slot }()

// Load returns the latest committed value of c.
func Load(c *Cell) Value {
	l := c.word.Load()
	if l&lockBit == 0 {
		v := c.get(l)
		if c.word.Load() == l {
			return v
		}
	}
	v, _ := c.sample()
	return v
}

// Sample returns the latest committed value of c with the word to hand to
// Install.
func Sample(c *Cell) (v Value, seen uint64) { return c.sample() }

// Install makes v the value of c if c has not been written since seen was
// sampled.
func Install(c *Cell, seen uint64, v Value) bool {
	if !c.lockAs(seen) {
		return false
	}
	c.publish(seen, v)
	return true
}

// Install is the function, with a version of s, which belongs to c. It takes a
// locked instruction less, and leaves the clock alone.
func (s *Supply) Install(c *Cell, seen uint64, v Value) bool {
	if !c.lockAs(seen) {
		return false
	}
	step()
	c.publishAt(seen, v, s.versions.draw(versionOf(seen)))
	return true
}

// lockAs locks c if it still has the word seen, and the gate is open.
func (c *Cell) lockAs(seen uint64) bool {
	if !c.word.CompareAndSwap(seen, seen|lockBit) {
		return false
	}
	if gateClosed() {
		c.unlock(seen)
		awaitGate()
		return false
	}
	return true
}

// Store makes v the value of c.
func Store(c *Cell, v Value) {
	for {
		// The holder never waits, but it may be descheduled: in the end the
		// polls yield to it, which the few of a commit do not.
		old, ok := c.tryLock(1 << 30)
		if !ok {
			continue
		}
		if !gateClosed() {
			c.publish(old, v)
			return
		}
		c.unlock(old)
		awaitGate()
	}
}

// publish replaces the value of c, which the caller has locked.
func (c *Cell) publish(old uint64, v Value) {
	step()
	c.publishAt(old, v, drawOne())
}

func (c *Cell) publishAt(old uint64, v Value, wv uint64) {
	past := snapshotsPresent()
	if past {
		show(wv) // as Tx.commit does
		var h horizon
		if h.look(); h.empty() {
			clearPresence(wv)
		} else {
			c.keepPast(old, wv, &h)
		}
	}
	c.put(v)
	step()
	// Publishes and unlocks: see Tx.publish.
	word := wordAt(wv, v.Kind, old)
	if old&waitBit != 0 {
		word |= c.stillWaited()
	}
	c.word.Store(word)
	if past {
		sweepAfterCommit()
	}
	if old&waitBit != 0 {
		c.wake(others)
	}
}

// Serially runs f, a sequence of steps on single cells, while no other update
// commits: the last resort of a step that keeps losing. f installs by
// InstallSerially.
func Serially(f func()) {
	var a attendance
	_ = acquireToken(context.Background(), nil, &a)
	defer releaseToken(&a, 0)
	others.count(escalations)
	f()
}

// InstallSerially is Install for the holder of the token.
func InstallSerially(c *Cell, seen uint64, v Value) bool {
	if !c.word.CompareAndSwap(seen, seen|lockBit) {
		return false
	}
	c.publish(seen, v)
	return true
}
