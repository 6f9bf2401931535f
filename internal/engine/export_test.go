package engine

import "errors"

// What tests need to see of the inside. They run while no transaction does.

// Leftover describes what is left of transactions when none runs: nothing
// should be.
func Leftover() error {
	switch {
	case gate.closed.Load() || gate.holder.Load() != 0:
		return errors.New("the gate is closed")
	case token.held() || len(token.queue) > 0:
		return errors.New("the serial token is held")
	case admission.running.Load() != 0:
		return errors.New("a restart counts as running")
	}
	for i := range rivals {
		if q := &rivals[i]; q.held() || len(q.queue) > 0 {
			return errors.New("somebody has a turn on a variable")
		}
	}
	for e := activities.head.Load(); e != nil; e = e.next {
		if e.slot.serial.Load()&1 != 0 {
			return errors.New("an attempt counts as running")
		}
	}
	for e := snapshots.head.Load(); e != nil; e = e.next {
		if e.slot.at.Load() != noSnapshot {
			return errors.New("a snapshot is registered")
		}
	}
	for i := range bodies {
		bodies[i].mu.Lock()
		n := len(bodies[i].on)
		bodies[i].mu.Unlock()
		if n > 0 {
			return errors.New("a body counts as running")
		}
	}
	return nil
}

// LeftoverOf is Leftover for one cell.
func LeftoverOf(c *Cell) error {
	if c.word.Load()&lockBit != 0 {
		return errors.New("a variable is locked")
	}
	if Waiters(c) > 0 {
		return errors.New("somebody waits for a variable")
	}
	return nil
}

// Waiters counts the places in the list of those who sleep until c changes.
func Waiters(c *Cell) (n int) {
	a := c.x.Load()
	if a == nil {
		return 0
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for w := a.newest; w != nil; w = w.next {
		n++
	}
	return n
}

// PastNodes counts the older versions that c keeps.
func PastNodes(c *Cell) (n int) {
	if a := c.x.Load(); a != nil {
		for p := a.past.Load(); p != nil; p = p.next.Load() {
			n++
		}
	}
	return n
}

// Annexed reports whether c carries what few cells need.
func Annexed(c *Cell) bool { return c.x.Load() != nil }

// ListedPasts counts the cells that a sweep would visit.
func ListedPasts() (n int) {
	for p := withPast.Load(); p != nil; p = p.next {
		n++
	}
	return n
}

// SnapshotsPresent reports whether writers look for snapshots.
func SnapshotsPresent() bool { return snapshotsPresent() }

// Slots counts the activity slots in use or free.
func Slots() (n int) {
	for e := activities.head.Load(); e != nil; e = e.next {
		n++
	}
	return n
}

// Queued counts who waits for the serial token.
func Queued() int {
	token.mu.Lock()
	defer token.mu.Unlock()
	return len(token.queue)
}

// GateClosed reports whether commits have to wait.
func GateClosed() bool { return gateClosed() }

// Clock is the latest version that somebody may use.
func Clock() uint64 { return issued() }

// SetClock moves the clock forward, as if that many commits had been made.
func SetClock(version uint64) {
	clock.issued.Store(version)
	show(version)
}

// LastVersion is the highest version that fits into a word.
const LastVersion = 1<<(63-versionShift) - 1

// VersionOf is the version of the value that c holds.
func VersionOf(c *Cell) uint64 { return versionOf(c.word.Load()) }

// Logs are the lengths and capacities of what a descriptor keeps.
func Logs(tx *Tx) (reads, readCap, writes, writeCap, slots int) {
	return len(tx.reads), cap(tx.reads), len(tx.writes), cap(tx.writes), cap(tx.index.slots)
}

// Plus adds two numbers given by their bits.
func (n Number) Plus(a, b uint64) uint64 { return n.plus(a, b) }
