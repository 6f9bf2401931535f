package sched

import "errors"

// fail ends m.unit because of err. Only the first failure of a Run counts; the
// units of others go back into the queue, and so does that of err if err is
// the end of the context. None of them has changed anything.
func (m *member) fail(err error) {
	c := m.crew
	c.q.mu.Lock()
	defer c.q.mu.Unlock()
	u := m.unit
	m.unit = unit{}
	end := c.ctx.Err()
	switch {
	case c.stopped.Load():
		c.q.units.push(u)
	case end != nil && errors.Is(err, end):
		c.q.units.push(u)
		c.ended = end
		c.stop(end)
	default:
		c.culprits = append(c.culprits, u)
		c.failed = &UnitError{u.index, c.nameOf(&u), err}
		c.stop(c.failed)
	}
}

func (c *crew) nameOf(u *unit) string {
	return NewWorker(c.q.opts...).plan(u.options()).Name
}

// leave ends m, whatever made it end.
func (m *member) leave() {
	c := m.crew
	var p *UnitPanic
	if !m.clean {
		if m.startOver() {
			return
		}
		if value := recover(); value != nil {
			p = &UnitPanic{m.unit.index, c.nameOf(&m.unit), value, stack(), nil}
		}
	}
	c.q.mu.Lock()
	defer c.q.mu.Unlock()
	if !m.clean {
		m.brokeOut(p)
	}
	m.setState(resting)
	m.account()
	m.batch.giveBack(&c.q.units)
	last := len(c.members) - 1
	c.members[m.index], c.members[last].index = c.members[last], m.index
	c.members = c.members[:last]
	if last == 0 {
		c.caller.wake()
	}
}

// brokeOut notes that m.unit has panicked or, if p is nil, ended its goroutine.
func (m *member) brokeOut(p *UnitPanic) {
	c := m.crew
	if c.failed != nil && c.panicked == nil && !c.exited {
		c.q.units.push(c.culprits[0]) // its error will not be told
		c.culprits = c.culprits[:0]
	}
	switch {
	case p == nil:
		c.exited = true
	case c.panicked == nil:
		c.panicked = p
	default:
		c.panicked.Also = append(c.panicked.Also, p)
	}
	c.culprits = append(c.culprits, m.unit)
	c.stop(nil)
}
