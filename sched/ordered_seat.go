package sched

import (
	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// A seat is what a member needs in an ordered queue.
type seat struct {
	pos    uint64 // of m.unit
	passed bool   // its turn is over, and to be handed on
	kept   bool   // what was done ahead of it was committed

	// A Worker remembers what it lost on, and then begins by queueing up for
	// it. Attempts ahead of their turn have one of their own, which loses only
	// what is not run again on it: so none of them has a place in a queue while
	// it waits for those before.
	ahead   Worker
	opts    []stm.Option
	early   bool   // an attempt ahead is under way
	clash   bool   // the last one lost a conflict
	version uint64 // what ahead had committed before it
	misused bool   // it must not be made void
	again   bool   // it has ended its goroutine: another goes on

	inTurn, beforeTurn Body    // the bodies of the transactions
	parts              [2]Body // that of m.unit, and what to do when it calls Retry

	mark, probe tvar.Var[bool] // see runAhead and refuseToken
}

func (m *member) sit() {
	s := &m.seat
	s.beforeTurn = m.runAhead
	s.inTurn = func(tx *stm.Tx) error { return tx.OrElse(s.parts[:]...) }
	s.parts[1] = func(*stm.Tx) error {
		if s.early {
			return errAhead
		}
		return ErrOrderedRetry
	}
}

// takeInOrder takes the unit at the next position, if it may begin.
func (m *member) takeInOrder() (ok bool) {
	c := m.crew
	if !c.available() {
		return false
	}
	m.unit, ok = c.q.units.pop()
	m.seat.pos = c.order.taken
	c.order.taken++
	c.roomMade()
	c.want() // the turn may have brought others within reach
	return ok
}

// doInOrder runs m.unit, first ahead of its turn if there is hope.
func (m *member) doInOrder() {
	s := &m.seat
	for try := m.mayTry(); try; try = m.mayTryAgain() {
		if m.try() {
			s.passed, s.kept = true, true
			m.finish()
			return
		}
	}
	s.again = false
	if m.awaitTurn() {
		s.passed = m.doInTurn()
	} else {
		m.putBack()
	}
}

// doInTurn runs m.unit for good and reports whether it has succeeded.
func (m *member) doInTurn() (ok bool) {
	steps := m.unit.steps()
	if steps == nil {
		ok = m.transact(m.unit.body)
	} else {
		ok = m.transactAll(steps)
	}
	if ok {
		m.finish()
	}
	return ok
}

func (m *member) transactAll(s *steps) bool {
	for body := s.body(); body != nil; body = s.body() {
		if m.crew.stopped.Load() {
			m.putBack()
			return false
		}
		if !m.transact(body) {
			return false
		}
		s.committed()
	}
	return true
}

// transact runs body in the turn of m.unit.
func (m *member) transact(body Body) (ok bool) {
	s := &m.seat
	if !m.crew.q.outside {
		s.parts[0], body = body, s.inTurn
	}
	err := m.worker.Atomically(m.ctx, body, m.unit.options()...)
	if err != nil {
		m.fail(err)
	}
	return err == nil
}

// handOn gives the turn to the next unit if that of m.unit is over.
func (m *member) handOn() {
	s := &m.seat
	if !s.passed {
		return
	}
	m.crew.order.advance(s.kept)
	s.passed, s.kept = false, false
}

// turnSpins is how many times a member looks for its turn before it sleeps.
// The explorer has it sleep at once.
var turnSpins = map[bool]int{false: 20, true: 0}[atomics.Exploring]

// awaitTurn returns true once all units before m.unit have been committed, or
// false if the crew has been stopped.
func (m *member) awaitTurn() bool {
	c := m.crew
	for round := 0; round < turnSpins; round++ {
		if over, mine := m.turn(); over {
			return mine
		}
		atomics.Pause(round, func() bool { over, _ := m.turn(); return over })
	}
	if m.seat.early {
		m.refuseToken()
	}
	c.q.mu.Lock()
	defer c.q.mu.Unlock()
	if over, mine := m.turn(); over {
		return mine
	}
	m.parker = atomics.NewParker()
	c.order.waiting = append(c.order.waiting, m)
	m.setState(blocked)
	c.want()
	c.q.mu.Unlock()
	m.parker.Park(nil)
	c.q.mu.Lock()
	_, mine := m.turn()
	return mine
}

// turn reports whether the wait is over, and if so whether the turn has come.
func (m *member) turn() (over, mine bool) {
	if m.crew.order.turn.Load() == m.seat.pos {
		return true, true
	}
	return m.crew.stopped.Load(), false
}
