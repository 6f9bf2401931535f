package sched

import (
	"errors"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// Running a unit ahead of its turn. Unless the attempt commits, whatever it
// comes to is void: it may have no cause when its turn has come.

// errAhead ends an attempt ahead of its turn that comes to nothing.
var errAhead = errors.New("sched: internal error: an attempt ahead of its turn told its outcome")

// mayTry reports whether to run m.unit ahead of its turn.
func (m *member) mayTry() bool {
	s := &m.seat
	return m.unit.body != nil && !s.again && s.pos != m.crew.order.turn.Load() &&
		!m.worker.plan(m.unit.options()).Irrevocable
}

// mayTryAgain notes that an attempt was for nothing, and reports whether to make
// another.
func (m *member) mayTryAgain() bool {
	c := m.crew
	c.q.mu.Lock()
	defer c.q.mu.Unlock()
	c.order.pace.lost()
	return m.seat.clash && c.order.near(m.seat.pos) && m.seat.pos != c.order.turn.Load()
}

// try runs m.unit ahead of its turn and reports whether it has committed.
func (m *member) try() (committed bool) {
	s := &m.seat
	defer m.survive()
	s.early, s.clash = true, false
	s.parts[0] = m.unit.body
	err := s.ahead.Atomically(m.ctx, s.beforeTurn, m.oneAttempt()...)
	s.early = false
	s.clash = errors.As(err, new(*stm.ContentionError))
	return err == nil
}

// oneAttempt is the options of m.unit, limited to one attempt.
func (m *member) oneAttempt() []stm.Option {
	s := &m.seat
	s.opts = append(append(s.opts[:0], m.crew.q.opts...), m.unit.options()...)
	s.opts = append(s.opts, stm.MaxAttempts(1))
	return s.opts
}

// runAhead is the body of a transaction ahead of its turn.
func (m *member) runAhead(tx *stm.Tx) error {
	s := &m.seat
	s.version = engine.Version(tx.Engine())
	if err := tx.OrElse(s.parts[:]...); err != nil {
		return err
	}
	if !m.awaitTurn() {
		return errAhead
	}
	// Without a write the attempt would be serialized when it began. With one,
	// the commit makes sure that what it read is still so.
	s.mark.Set(tx, true)
	return nil
}

// survive makes an attempt void that its body has broken out of. If the attempt
// has committed it was a hook, and m breaks out as well.
func (m *member) survive() {
	s := &m.seat
	if !s.early || s.misused || engine.Version(s.ahead.tx.Engine()) != s.version {
		return
	}
	s.again = recover() == nil // the goroutine is ending: see startOver
	s.early = s.again
}

// startOver lets another goroutine go on for one that ends because of something
// that may have no cause when its turn has come.
func (m *member) startOver() bool {
	if !m.seat.again {
		return false
	}
	m.seat.early = false
	spawn(m.work)
	return true
}

// refuseToken panics if this attempt has become irrevocable: it would wait for
// units that cannot commit before it does.
func (m *member) refuseToken() {
	defer func() {
		if recover() != nil {
			m.seat.misused = true
			panic("sched: Tx.Irrevocable in a unit of an ordered queue ahead of its turn: add the unit with the option stm.Irrevocable")
		}
	}()
	m.seat.probe.Store(true) // the holder of the token must not
}
