package sched

import "context"

// A unitContext is the context of the units that one member runs. A transaction
// that is about to sleep asks its context when to give up: this is how the crew
// learns that m is going to be blocked, and lets somebody else work.
//
// The code of a unit may ask too, since it can have the context; m then counts
// as blocked until the unit has ended, and one unit more is run meanwhile.
type unitContext struct {
	context.Context
	m *member
}

// Done is called by whoever waits for something or the end of the context.
func (x *unitContext) Done() <-chan struct{} {
	x.m.block()
	return x.Context.Done()
}

// block notes that m may not go on for a while. It loses its batch: others may
// take it, and m may be one too many when it comes back.
func (m *member) block() {
	c := m.crew
	c.q.mu.Lock()
	defer c.q.mu.Unlock()
	if m.state == busy {
		m.setState(blocked)
		m.batch.giveBack(&c.q.units)
		c.want()
	}
}
