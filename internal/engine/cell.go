package engine

import (
	"unsafe"

	"github.com/weft-stm/weft/internal/atomics"
)

// A Cell is one versioned transactional variable, untyped: 32 bytes on a
// 64-bit machine. The zero Cell holds the zero value of any type at version 0.
//
// Every field is atomic. A committer writes w and p only while it holds the
// lock bit of word; a reader trusts them only when word was unlocked and the
// same before and after. So w and p may be mismatched for an instant, but
// nobody acts on it.
type Cell struct {
	word atomics.Uint64         // lock, version, kind: see word.go
	w    atomics.Uint64         // scalar bits, or a string's length
	p    atomics.Pointer[byte]  // a pointer, a string's data, or a box
	x    atomics.Pointer[annex] // what few cells need; nil for the others
}

// A Value is what a Cell holds, in transit.
type Value struct {
	W    uint64
	P    unsafe.Pointer
	Kind Kind
}

// Init gives a cell that nobody shares yet its first value.
func Init(c *Cell, v Value) {
	c.put(v)
	c.word.Store(uint64(v.Kind) << kindShift)
}

// Shape reports how values of c are stored, and whether writes compare first.
func Shape(c *Cell) (k Kind, equal bool) {
	l := c.word.Load()
	return kindOf(l), l&equalBit != 0
}

// Compares reports whether a cell with that word compares before a write.
func Compares(word uint64) bool { return word&equalBit != 0 }

// address identifies c without keeping it alive.
func (c *Cell) address() uintptr { return uintptr(unsafe.Pointer(c)) }

// put stores v. The caller holds the lock bit or is the only one to know c.
func (c *Cell) put(v Value) {
	switch v.Kind {
	case Scalar:
		c.w.Store(v.W)
	case String:
		c.w.Store(v.W)
		c.p.Store((*byte)(v.P))
	case Pair:
		c.w.Store(v.W)
		if p := (*byte)(v.P); p != c.p.Load() { // often a type, which stays
			c.p.Store(p)
		}
	case Pointer, Box:
		c.p.Store((*byte)(v.P))
	}
}

// get loads both value fields. It proves nothing by itself: see Cell.
func (c *Cell) get(word uint64) Value {
	return Value{W: c.w.Load(), P: unsafe.Pointer(c.p.Load()), Kind: kindOf(word)}
}

// sample returns the value of c and the unlocked word it belongs to. It waits
// while c is locked: holders never wait, so this ends.
func (c *Cell) sample() (Value, uint64) {
	for round := 0; ; round++ {
		l := c.word.Load()
		if l&lockBit == 0 {
			v := c.get(l)
			if c.word.Load() == l {
				return v, l
			}
			continue
		}
		c.pause(round)
	}
}

// unlocked waits until no committer holds c and returns its word.
func (c *Cell) unlocked() uint64 {
	for round := 0; ; round++ {
		if l := c.word.Load(); l&lockBit == 0 {
			return l
		}
		c.pause(round)
	}
}

// pause lets the holder of c move on.
func (c *Cell) pause(round int) {
	atomics.Pause(round, func() bool { return c.word.Load()&lockBit == 0 })
}

// tryLock takes the lock bit and returns the word before it. It gives up
// after a bounded number of polls: the caller then lets go of every lock that
// it has, so nobody waits for a lock while holding one, and no order among
// cells is needed.
func (c *Cell) tryLock(polls int) (old uint64, ok bool) {
	for round := 0; round < polls; round++ {
		l := c.word.Load()
		// Pairs with every reader's two loads: from here on they see the
		// lock bit and discard what they read of w and p.
		if l&lockBit == 0 && c.word.CompareAndSwap(l, l|lockBit) {
			return l, true
		}
		c.pause(round)
	}
	return 0, false
}

// unlock gives c back as it was found, waiters included.
func (c *Cell) unlock(old uint64) { c.word.Store(old) }
