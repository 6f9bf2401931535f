package sched

import (
	"context"
	"math"

	"github.com/weft-stm/weft/internal/atomics"
)

// A member is one goroutine of a crew, and the Worker on which it runs units.
type member struct {
	crew   *crew
	worker Worker
	ctx    context.Context
	unit   unit // being run
	batch  batch
	count  int  // units run to their end that the queue has not counted yet
	quota  int  // how large count may become
	clean  bool // work returns because there is nothing to do
	seat   seat // in an ordered queue

	state   state          // guarded by the lock of the queue
	parker  atomics.Parker // of a member that rests or waits for its turn
	index   int            // in the crew
	stocked bool           // in the list of the crew
}

func newMember(c *crew) *member {
	m := &member{crew: c, quota: math.MaxInt, worker: Worker{defaults: c.q.opts}}
	m.ctx = &unitContext{c.ctx, m}
	if c.q.every > 0 {
		m.quota = max(1, c.q.every/c.limit)
	}
	if c.q.ordered {
		m.sit()
	}
	return m
}

// work runs units until there is nothing to do.
func (m *member) work() {
	defer m.leave()
	for m.seat.again || m.next() {
		if m.crew.q.ordered {
			m.doInOrder()
		} else {
			m.do()
		}
	}
	m.clean = true
}

// next takes the unit to be run next.
func (m *member) next() (ok bool) {
	if m.crew.stopped.Load() {
		return false
	}
	if m.unit, ok = m.batch.pop(); ok {
		return true
	}
	return m.refill()
}

// refill takes more units, or rests until there are some.
func (m *member) refill() (ok bool) {
	c := m.crew
	c.q.mu.Lock()
	defer c.q.mu.Unlock()
	m.setState(busy)
	m.account()
	m.handOn()
	for !c.stopped.Load() && !c.finished {
		if c.counts[busy] <= c.limit && m.take() {
			return true
		}
		if !m.rest() {
			return false
		}
	}
	return false
}

// take takes units, from the queue or else from others.
func (m *member) take() (ok bool) {
	c := m.crew
	if c.q.ordered {
		return m.takeInOrder()
	}
	if n := c.q.units.len(); n > 0 {
		m.batch.fill(&c.q.units, 1+n/(4*c.limit))
		c.roomMade()
	} else if b := c.stock(); b != nil {
		m.batch.steal(b)
	}
	if m.unit, ok = m.batch.pop(); ok && !m.stocked {
		m.stocked = true
		c.stocked = append(c.stocked, m)
	}
	return ok
}

// rest sleeps until the crew wants m to work. It returns false if m is to leave.
func (m *member) rest() bool {
	c := m.crew
	m.setState(resting)
	c.finishIfDone()
	if c.finished || len(c.resting) >= c.limit {
		return false
	}
	m.parker = atomics.NewParker()
	c.resting = append(c.resting, m)
	c.q.mu.Unlock()
	m.parker.Park(nil)
	c.q.mu.Lock()
	return true
}

// do runs m.unit, or the next transaction of it.
func (m *member) do() {
	body, steps := m.unit.body, m.unit.steps()
	if steps != nil {
		if body = steps.body(); body == nil {
			m.finish()
			return
		}
	}
	err := m.worker.Atomically(m.ctx, body, m.unit.options()...)
	switch {
	case err != nil:
		m.fail(err)
	case steps != nil:
		steps.committed()
		m.putBack()
	default:
		m.finish()
	}
}

// finish counts m.unit as done.
func (m *member) finish() {
	m.unit = unit{}
	if m.count++; m.count >= m.quota {
		m.crew.q.mu.Lock()
		m.account()
		m.crew.q.mu.Unlock()
	}
}

// account tells the queue how many units have been done.
func (m *member) account() {
	c := m.crew
	c.q.done += m.count
	m.count = 0
	if c.progressed() {
		c.caller.wake()
	}
}

// putBack queues m.unit again: it has not ended. If anybody rests m has no
// other unit, and takes this one itself.
func (m *member) putBack() {
	c := m.crew
	c.q.mu.Lock()
	c.q.units.push(m.unit)
	m.unit = unit{}
	c.q.mu.Unlock()
}
