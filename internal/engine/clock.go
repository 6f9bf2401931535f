package engine

import "github.com/weft-stm/weft/internal/atomics"

// line keeps what is written often away from its neighbours: two cache lines,
// since processors prefetch in pairs.
type line [128]byte

// The clock is two numbers. issued is the last version that anybody may use:
// each descriptor takes a block of versions from it and hands them to its own
// commits, so that commits which share no cell share no cache line. shown is
// how far readers have looked: a version up to it belongs to a commit that had
// its locks by the time shown got there, and so to every snapshot taken since.
//
//	          shown          issued
//	────────────┼──────────────┼────→ versions
//	 old enough │ of blocks in │ not yet
//	  to read   │     use      │ given out
//
// A commit uses a version above shown, and never moves it. Only a reader that
// needs newer versions in its snapshot does. So versions of different
// descriptors are not ordered by time; those of one cell are.
//
// Deferring the clock is GV5 of TL2 (Dice, Shalev, Shavit 2006), where it costs
// an abort each time that a thread reads what it wrote itself. Blocks make
// one's own versions known by their number.
var clock struct {
	_      line
	shown  atomics.Uint64
	_      line
	issued atomics.Uint64
	_      line
}

// shown is the version up to which every snapshot from now on may read.
func shown() uint64 { return clock.shown.Load() }

// issued is at least the version of every commit that has begun to publish.
func issued() uint64 { return clock.issued.Load() }

// show makes versions up to v readable, and returns up to which they now are.
func show(v uint64) uint64 {
	for {
		s := clock.shown.Load()
		if s >= v {
			return s
		}
		// Pairs with draw: a commit that uses a version up to v had its
		// locks before this.
		if clock.shown.CompareAndSwap(s, v) {
			return v
		}
	}
}

// A block is the versions above base up to end. Those up to last are used up.
type block struct {
	base, last, end uint64
	size            uint64 // of the next block
}

// maxBlock bounds how far the clock can run ahead of what it counts.
var maxBlock = map[bool]uint64{false: 1024, true: 2}[atomics.Exploring]

// draw returns a version for a commit that holds all its locks, newer than what
// it overwrites. No other commit gets the same.
//
// It is above shown at an instant at which the locks are held. So whoever
// finds shown to have reached it later finds the cells locked or published.
func (b *block) draw(overwritten uint64) uint64 {
	floor := max(overwritten, shown(), b.last)
	if floor >= b.end {
		b.refill()
		floor = b.last
	}
	b.last = floor + 1
	return b.last
}

// refill takes a new block. It is larger than the old one if that was used up,
// and smaller if readers overtook it.
func (b *block) refill() {
	switch {
	case b.last == b.end:
		b.size = min(2*b.size, maxBlock)
	default:
		b.size = b.last - b.base
	}
	b.size = max(b.size, 1)
	b.end = clock.issued.Add(b.size)
	b.base = b.end - b.size
	b.last = b.base
}

// own returns the words of the versions that b gave out, as the smallest and
// how many follow it: one comparison tells whether a word is among them.
func (b *block) own() (first, span uint64) {
	return (b.base + 1) << versionShift, (b.last - b.base) << versionShift
}

// drawOne is draw for a commit without a descriptor.
func drawOne() uint64 { return clock.issued.Add(1) }

// latest reports whether nobody has taken versions since b was filled.
func (b *block) latest() bool { return issued() == b.end }
