//go:build stmexplore

package engine

import "errors"

// ResetForExploration gives all state that outlives a transaction its first
// value, so that each explored run begins in the same state, also after one
// that was abandoned half-way. Nothing runs meanwhile.
func ResetForExploration() {
	clock.shown.Store(0)
	clock.issued.Store(0)
	gate.closed.Store(false)
	gate.holder.Store(0)
	token.reset()
	for i := range rivals {
		if rivals[i].issued > 0 || rivals[i].last.Load() != nil {
			rivals[i].reset()
		}
	}
	admission.running.Store(0)
	admission.limit.Store(0)
	orders.Store(0)
	presence.is.Store(absent)
	withPast.Store(nil)
	pasts.Store(0)
	sweepAt.Store(0)
	activities.reset()
	snapshots.reset()
	others = &activities.acquire().slot
	for i := range recent {
		if recent[i].version.Load() != 0 {
			recent[i].version.Store(0)
			recent[i].name.Store(nil)
		}
	}
	for i := range bodies {
		clear(bodies[i].on)
	}
}

func (q *turns) reset() {
	q.state.Store(0)
	q.last.Store(nil)
	q.served.Store(0)
	q.queue, q.issued = nil, 0
	q.changed()
}

func (r *registry[S]) reset() {
	r.head.Store(nil)
	r.free = nil
}

// Residue describes what is left of transactions when none runs: nothing
// should be. Nothing runs meanwhile.
func Residue() error {
	switch {
	case gate.closed.Load() || gate.holder.Load() != 0:
		return errors.New("the gate is closed")
	case token.held() || len(token.queue) > 0:
		return errors.New("the serial token is held")
	case admission.running.Load() != 0:
		return errors.New("a restart counts as running")
	case rivals[0].held() || len(rivals[0].queue) > 0 || rivals[1].held() || len(rivals[1].queue) > 0:
		return errors.New("somebody has a turn on a variable")
	case presence.is.Load()&presenceMask == clearing:
		return errors.New("the presence of snapshots is being cleared")
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
		if len(bodies[i].on) > 0 {
			return errors.New("a body counts as running")
		}
	}
	return nil
}

// ResidueOf is Residue for one cell.
func ResidueOf(c *Cell) error {
	if c.word.Load()&lockBit != 0 {
		return errors.New("a variable is locked")
	}
	if a := c.x.Load(); a != nil && a.newest != nil {
		return errors.New("somebody waits for a variable")
	}
	return nil
}

// HistoryOf counts the older versions that c keeps.
func HistoryOf(c *Cell) (n int) {
	if a := c.x.Load(); a != nil {
		for p := a.past.Load(); p != nil; p = p.next.Load() {
			n++
		}
	}
	return n
}
