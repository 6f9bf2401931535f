package engine

import "github.com/weft-stm/weft/internal/atomics"

// line keeps what is written often away from its neighbours: two cache lines,
// since processors prefetch in pairs.
type line [128]byte

// clock counts update commits. It is the only word that unrelated commits
// share.
var clock struct {
	_  line
	at atomics.Uint64
	_  line
}

// now is the version of the latest commit that may have begun to publish.
func now() uint64 { return clock.at.Load() }

// draw returns the version of a commit that holds all its locks. unique is
// false when a concurrent commit carries the same version.
//
// This is GV4 of TL2 (Dice, Shalev, Shavit 2006): one attempt to advance the
// clock; who loses it borrows the winner's value. That is sound because the
// loser took its locks before it read the clock here, hence before the winner
// advanced it: a reader that sees the new time finds the loser's cells locked
// or published.
func draw() (version uint64, unique bool) {
	c := clock.at.Load()
	if clock.at.CompareAndSwap(c, c+1) {
		return c + 1, true
	}
	return clock.at.Load(), false
}
