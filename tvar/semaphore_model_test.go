package tvar_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// A semaphoreMachine is a Semaphore beside the tickets that there were, in the
// order of arrival, and the permits that are in use without a ticket.
type semaphoreMachine struct {
	s       *tvar.Semaphore
	loose   int
	tickets []place
}

type place struct {
	t     *tvar.Ticket
	n     int
	state string
}

const places = 5 // the capacity

func newSemaphoreMachine() machine { return &semaphoreMachine{s: tvar.NewSemaphore(places)} }

// free is how many permits are left, and whether somebody queues.
func (m *semaphoreMachine) free() (n int, queue bool) {
	n = places - m.loose
	for _, p := range m.tickets {
		if p.state == "granted" {
			n -= p.n
		}
		queue = queue || p.state == "waits"
	}
	return n, queue
}

func (m *semaphoreMachine) fits(n int) bool {
	free, queue := m.free()
	return !queue && n <= free
}

// serve grants the first in the queue what they want, while there is enough.
func (m *semaphoreMachine) serve() {
	for i, p := range m.tickets {
		if free, _ := m.free(); p.state == "waits" {
			if p.n > free {
				return
			}
			m.tickets[i].state = "granted"
		}
	}
}

func (m *semaphoreMachine) join(t *tvar.Ticket, n int) {
	m.tickets = append(m.tickets, place{t, n, "waits"})
	m.serve()
}

func (m *semaphoreMachine) alone(t testing.TB, s *script) {
	op, n := s.next(6), s.next(places+1)
	switch op {
	case 0:
		ok := m.fits(n)
		require.Equal(t, ok, m.s.TryEnter(n))
		m.take(ok, n)
	case 1:
		c, cancel := context.WithCancel(ctx)
		if !m.fits(n) {
			cancel()
			require.ErrorIs(t, m.s.Enter(c, n), context.Canceled)
		} else {
			require.NoError(t, m.s.Enter(c, n))
			m.take(true, n)
		}
		cancel()
	case 2:
		if n > m.loose {
			free, _ := m.free()
			panicsWith(t, "more than are in use", func() { m.s.Leave(places - free + 1) })
			return
		}
		m.s.Leave(n)
		m.loose -= n
		m.serve()
	case 3:
		m.join(m.s.Apply(n), n)
	default:
		m.useTicket(t, s, (*tvar.Ticket).Cancel, func(p *tvar.Ticket) bool {
			c, cancel := context.WithCancel(ctx)
			defer cancel()
			return p.Await(c) == nil
		}, op == 4)
	}
}

func (m *semaphoreMachine) take(ok bool, n int) {
	if ok {
		m.loose += n
	}
}

// useTicket withdraws a ticket, or waits for one that is granted.
func (m *semaphoreMachine) useTicket(t testing.TB, s *script, withdraw, wait func(*tvar.Ticket) bool, away bool) {
	if len(m.tickets) == 0 {
		return
	}
	i := s.next(len(m.tickets))
	p := &m.tickets[i]
	switch {
	case away && p.state == "claimed":
		panicsWith(t, "after Wait", func() { withdraw(p.t) })
	case away:
		require.Equal(t, p.state != "gone", withdraw(p.t))
		p.state = "gone"
		m.serve()
	case p.state == "gone":
		panicsWith(t, "has been withdrawn", func() { wait(p.t) })
	case p.state != "waits":
		require.True(t, wait(p.t))
		if p.state == "granted" {
			m.loose += p.n
		}
		p.state = "claimed"
	}
}

func (m *semaphoreMachine) inside(t testing.TB, s *script, tx *stm.Tx) {
	op, n := s.next(7), s.next(places+1)
	ok := m.fits(n)
	switch op {
	case 0:
		require.Equal(t, ok, m.s.TryAcquire(tx, n))
		m.take(ok, n)
	case 1:
		require.Equal(t, ok, goesOn(tx, func() { m.s.Acquire(tx, n) }))
		m.take(ok, n)
	case 2:
		n = min(n, m.loose)
		m.s.Release(tx, n)
		m.loose -= n
		m.serve()
	case 3:
		m.join(m.s.Request(tx, n), n)
	case 4:
		m.look(t, s, tx)
	default:
		m.useTicket(t, s, func(p *tvar.Ticket) bool { return p.Withdraw(tx) }, func(p *tvar.Ticket) bool {
			return goesOn(tx, func() { p.Wait(tx) })
		}, op == 5)
	}
}

// goesOn runs f, and reports whether it did not wait.
func goesOn(tx *stm.Tx, f func()) (ok bool) {
	_ = tx.OrElse(func(*stm.Tx) error { f(); ok = true; return nil }, func(*stm.Tx) error { ok = false; return nil })
	return ok
}

func (m *semaphoreMachine) look(t testing.TB, _ *script, tx *stm.Tx) {
	free, _ := m.free()
	require.Equal(t, free, m.s.Free(tx))
}

func (m *semaphoreMachine) save() func() {
	loose, tickets := m.loose, slices.Clone(m.tickets)
	return func() { m.loose, m.tickets = loose, tickets }
}

func (m *semaphoreMachine) same(t testing.TB) {
	free, queue := m.free()
	require.Equal(t, free, m.s.Available())
	require.Equal(t, fmt.Sprintf("%d of %d free", free, places), m.s.String())
	if queue {
		require.False(t, m.s.TryEnter(0))
	}
	for _, p := range m.tickets {
		if p.state == "waits" {
			update(t, func(tx *stm.Tx) { require.False(t, goesOn(tx, func() { p.t.Wait(tx) })) })
		}
	}
}

func TestSemaphoreModel(t *testing.T) { checkMachine(t, newSemaphoreMachine) }

func FuzzSemaphore(f *testing.F) { fuzzMachine(f, newSemaphoreMachine) }
