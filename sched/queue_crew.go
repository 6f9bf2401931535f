package sched

import (
	"context"

	"github.com/weft-stm/weft/internal/atomics"
)

// A crew is the goroutines of one Run, up to limit busy ones and any number
// that wait inside a unit.
//
//	          want            no unit            no unit, enough resting
//	(none) ─────────→ busy ─────────────→ resting ──────────────→ gone
//	                  ↑  ↑      want         │                      ↑
//	                  │  └───────────────────┘                      │
//	                  └──→ blocked: in a Retry, or before           │
//	                       its turn in an ordered queue             │
//	                                          finished or stopped ──┘
//
// The Run has finished when nobody is busy or blocked and nothing is left. A
// member goes to rest only if it finds no unit anywhere, and whoever puts one
// somewhere calls want; so no unit is left to lie.
type crew struct {
	q       *Queue
	ctx     context.Context // of the units; ends when the crew is stopped
	cancel  context.CancelCauseFunc
	limit   int
	stopped atomics.Bool // nothing more begins

	// Guarded by the lock of the queue.
	members  []*member // all that are not gone, by index
	resting  []*member // those that sleep
	stocked  []*member // those whose batch may not be empty
	counts   [states]int
	open     bool // units may come from outside: Run does not finish
	finished bool
	failed   *UnitError // the first of the next four says what Run does
	panicked *UnitPanic
	exited   bool
	ended    error  // of the context
	culprits []unit // have failed
	caller   caller
	reported int // progress, in multiples of what was asked for

	order order
}

// A state says what a member does.
type state uint8

const (
	busy state = iota
	blocked
	resting
	states
)

// setState moves m, and keeps the counts.
func (m *member) setState(s state) {
	if m.state == s {
		return
	}
	m.crew.counts[m.state]--
	m.crew.counts[s]++
	m.state = s
}

// available reports whether there is a unit that may begin.
func (c *crew) available() bool {
	if c.q.ordered {
		return c.q.units.len() > 0 && c.order.near(c.order.taken)
	}
	return c.q.units.len() > 0 || c.stock() != nil
}

// stock returns a batch with units that have not begun, or nil.
func (c *crew) stock() *batch {
	for last := len(c.stocked) - 1; last >= 0; last-- {
		m := c.stocked[last]
		if m.batch.len() > 0 {
			return &m.batch
		}
		m.stocked = false
		c.stocked = c.stocked[:last]
	}
	return nil
}

// want makes one more member work if there is a unit for it.
func (c *crew) want() {
	if c.counts[busy] >= c.limit || c.finished || c.stopped.Load() || !c.available() {
		return
	}
	if last := len(c.resting) - 1; last >= 0 {
		m := c.resting[last]
		c.resting = c.resting[:last]
		m.setState(busy)
		m.parker.Unpark()
		return
	}
	m := newMember(c)
	m.index = len(c.members)
	c.members = append(c.members, m)
	c.counts[busy]++
	spawn(m.work)
}

// spawn starts a goroutine.
var spawn = func(f func()) { go f() }

// finishIfDone ends the Run if there is nothing left to do.
func (c *crew) finishIfDone() {
	if c.open || c.counts[busy]+c.counts[blocked] > 0 || c.finished || c.available() {
		return
	}
	c.finished = true
	c.wakeAll()
}

// stop keeps further units from beginning, and ends the waits of those that
// have begun. The first call counts.
func (c *crew) stop(cause error) {
	if c.stopped.Load() {
		return
	}
	c.stopped.Store(true)
	c.cancel(cause)
	c.wakeAll()
	for _, m := range c.order.waiting {
		m.setState(busy)
		m.parker.Unpark()
	}
	c.order.waiting = nil
}

func (c *crew) wakeAll() {
	for _, m := range c.resting {
		m.parker.Unpark()
	}
	c.resting = nil
	c.caller.wake()
}
