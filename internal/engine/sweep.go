package engine

import (
	"math"

	"github.com/weft-stm/weft/internal/atomics"
)

// The cells that have history, so that it goes when the snapshots that wanted
// it have ended, also on cells that are never written again. Empty while
// nobody runs a View.
var withPast atomics.Pointer[pastNode]

type pastNode struct {
	c    *Cell
	next *pastNode
}

// pasts counts the cells in withPast, roughly; a sweep that would find Views
// still running waits until there are sweepAt of them. So sweeping costs a
// constant per version kept, however the Views overlap.
var pasts, sweepAt atomics.Uint64

const sweepSlack = 256

// rememberPast adds c, which is not listed yet.
func rememberPast(c *Cell) {
	pasts.Add(1)
	n := &pastNode{c: c}
	for {
		n.next = withPast.Load()
		// Publishes n; whoever takes the list sees the whole chain.
		if withPast.CompareAndSwap(n.next, n) {
			return
		}
	}
}

// sweepAfterView drops the history that a View leaves behind.
func sweepAfterView() {
	if withPast.Load() == nil {
		return
	}
	var h horizon
	if h.look(); h.empty() || pasts.Load() >= sweepAt.Load() {
		sweep(&h)
	}
}

// sweepAfterCommit does the same for a commit that kept history for a View
// which ended meanwhile: the sweep of that View may have come too early.
func sweepAfterCommit() {
	if withPast.Load() == nil {
		return
	}
	var h horizon
	if h.look(); h.empty() {
		sweep(&h)
	}
}

// sweep drops the history that no snapshot can want any more. It takes the
// whole list, so every cell is swept by one goroutine at a time.
//
// A cell whose commit is under way keeps its history, and that commit may have
// found the list taken. So as long as something was kept and no View runs, the
// sweep goes on.
func sweep(h *horizon) {
	for kept := uint64(1); kept > 0; {
		n := withPast.Swap(nil)
		pasts.Store(0)
		for kept = 0; n != nil; n = n.next {
			if n.c.sweep(h) {
				kept++
			}
		}
		sweepAt.Store(2*kept + sweepSlack)
		if kept > 0 {
			if h.look(); !h.empty() {
				return
			}
		}
	}
}

// sweep reports whether history is left.
func (c *Cell) sweep(h *horizon) bool {
	c.unlocked() // without the annex, which a committer may need to go on
	a := c.lockAnnex()
	l := c.word.Load()
	newer := versionOf(l)
	if p := a.past.Load(); l&lockBit != 0 && p != nil && p.version == newer {
		newer = math.MaxUint64 // being replaced, by a version not known here
	}
	a.trim(h, newer)
	left := a.past.Load() != nil
	a.listed = left
	c.unlockAnnex(a)
	if left {
		rememberPast(c)
	}
	return left
}
