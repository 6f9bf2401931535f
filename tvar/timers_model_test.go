package tvar_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// A timersMachine is a Delay and a Ticker beside when they are due, zero while
// they are stopped.
type timersMachine struct {
	delay     tvar.Delay
	ticker    tvar.Ticker
	due, next time.Time
	every     time.Duration
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

func (m *timersMachine) isDue() bool { return !m.due.IsZero() && !time.Now().Before(m.due) }

// tick is the latest tick, if there is one that nobody took.
func (m *timersMachine) tick() (at time.Time, ok bool) {
	if m.every == 0 || time.Now().Before(m.next) {
		return at, false
	}
	for at = m.next; !time.Now().Before(at.Add(m.every)); at = at.Add(m.every) {
	}
	return at, true
}

func (m *timersMachine) setDelay(n int) { m.due = time.Now().Add(seconds(n)) }

func (m *timersMachine) setTicker(n int) {
	m.next, m.every = time.Now().Add(seconds(n)), seconds(n)
}

func (m *timersMachine) alone(t testing.TB, s *script) {
	n := s.next(6)
	switch s.next(6) {
	case 0:
		m.delay.Store(seconds(n))
		m.setDelay(n)
	case 1:
		m.ticker.Store(seconds(n + 1))
		m.setTicker(n + 1)
	case 2:
		m.delay.Cancel()
		m.due = time.Time{}
	case 3:
		m.ticker.Cancel()
		m.every = 0
	case 4:
		if !m.due.IsZero() {
			due := m.due
			if time.Now().After(due) {
				due = time.Now()
			}
			require.NoError(t, m.delay.Await(ctx))
			require.Equal(t, due, time.Now())
		}
	case 5:
		time.Sleep(seconds(n))
	}
}

func (m *timersMachine) inside(t testing.TB, s *script, tx *stm.Tx) {
	n := s.next(6)
	switch s.next(5) {
	case 0:
		m.delay.Set(tx, seconds(n))
		m.setDelay(n)
	case 1:
		m.ticker.Set(tx, seconds(n+1))
		m.setTicker(n + 1)
	case 2:
		m.delay.Stop(tx)
		m.due = time.Time{}
	case 3:
		m.ticker.Stop(tx)
		m.every = 0
	case 4:
		want, due := m.tick()
		var at time.Time
		require.Equal(t, due, goesOn(tx, func() { at = m.ticker.Wait(tx) }))
		if due {
			require.True(t, want.Equal(at))
			m.next = want.Add(m.every)
		}
	}
}

func (m *timersMachine) look(t testing.TB, _ *script, tx *stm.Tx) {
	require.Equal(t, m.isDue(), goesOn(tx, func() { m.delay.Wait(tx) }))
	at, running := m.delay.Get(tx)
	require.Equal(t, !m.due.IsZero(), running)
	require.True(t, at.Equal(m.due))
}

func (m *timersMachine) save() func() {
	due, next, every := m.due, m.next, m.every
	return func() { m.due, m.next, m.every = due, next, every }
}

func (m *timersMachine) same(t testing.TB) {
	at, running := m.delay.Load()
	require.Equal(t, !m.due.IsZero(), running)
	require.True(t, at.Equal(m.due))
	text := "stopped"
	if m.every > 0 {
		text = "every " + m.every.String()
	}
	require.Equal(t, text, m.ticker.String())
}

func TestTimersModel(t *testing.T) {
	scripts := rapid.SliceOfN(rapid.Byte(), 50, 200)
	rapid.Check(t, func(rt *rapid.T) { playTimers(t, scripts.Draw(rt, "script")) })
}

func FuzzTimers(f *testing.F) {
	f.Add([]byte("a transaction here, a View there"))
	f.Fuzz(playTimers)
}

// playTimers plays in a bubble, where an hour is over at once.
func playTimers(t *testing.T, data []byte) {
	synctest.Test(t, func(t *testing.T) { play(t, data, new(timersMachine)) })
}
