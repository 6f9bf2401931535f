package tvar_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// A latchMachine is a Latch beside the number of events that are missing.
type latchMachine struct {
	l    *tvar.Latch
	left int
}

func newLatchMachine() machine { return &latchMachine{tvar.NewLatch(5), 5} }

func (m *latchMachine) done(t testing.TB, done func()) {
	if m.left == 0 {
		panicsWith(t, "a Latch that is open", done)
		return
	}
	done()
	m.left--
}

func (m *latchMachine) alone(t testing.TB, s *script) {
	if s.next(3) == 0 {
		m.done(t, m.l.Finish)
		return
	}
	if n := s.next(64); n < 8 && m.left == 0 { // a Latch serves once
		m.l, m.left = tvar.NewLatch(n), n
	}
}

func (m *latchMachine) inside(t testing.TB, s *script, tx *stm.Tx) {
	if s.next(3) == 0 {
		m.done(t, func() { m.l.Done(tx) })
		return
	}
	m.look(t, s, tx)
}

func (m *latchMachine) look(t testing.TB, _ *script, tx *stm.Tx) {
	require.Equal(t, m.left, m.l.Len(tx))
	require.Equal(t, m.left == 0, goesOn(tx, func() { m.l.Wait(tx) }))
}

func (m *latchMachine) save() func() {
	was := m.left
	return func() { m.left = was }
}

func (m *latchMachine) same(t testing.TB) {
	require.Equal(t, m.left, m.l.Size())
	text := "open"
	if m.left > 0 {
		text = fmt.Sprintf("shut for %d more", m.left)
	}
	require.Equal(t, text, m.l.String())
	c, cancel := context.WithCancel(ctx)
	cancel()
	require.Equal(t, m.left == 0, m.l.Await(c) == nil)
}

func TestLatchModel(t *testing.T) { checkMachine(t, newLatchMachine) }

func FuzzLatch(f *testing.F) { fuzzMachine(f, newLatchMachine) }

// TestLatchWakesOnce, for the last event.
func TestLatchWakesOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := tvar.NewLatch(3)
		var open tvar.Counter
		var attempts tvar.Counter
		for range 4 {
			go func() { must(l.Await(t.Context())); open.Increase(1) }()
			go update(t, func(tx *stm.Tx) { attempts.Increase(1); l.Wait(tx); open.Add(tx, 1) })
		}
		synctest.Wait()
		l.Finish()
		update(t, l.Done)
		synctest.Wait()
		require.Zero(t, open.Load())
		require.EqualValues(t, 4, attempts.Load())
		l.Finish()
		synctest.Wait()
		require.EqualValues(t, 8, open.Load())
		require.EqualValues(t, 8, attempts.Load())
	})
}

func TestLatchUnderContention(t *testing.T) {
	const n = 1000
	l := tvar.NewLatch(4 * n)
	result := 0
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range n {
				if i%2 == 0 {
					l.Finish()
				} else {
					update(t, l.Done)
				}
			}
		})
	}
	wg.Go(func() { must(l.Await(ctx)); result = l.Size() + 1 })
	wg.Wait()
	require.Equal(t, 1, result)
	panicsWith(t, "a Latch that is open", l.Finish)
}

func TestLatchBadUse(t *testing.T) {
	panicsWith(t, "negative count -1", func() { tvar.NewLatch(-1) })
	var zero tvar.Latch
	require.NoError(t, zero.Await(ctx))
	require.Equal(t, "open", zero.String())
	var none *tvar.Latch
	require.Equal(t, "<nil Latch>", none.String())
	panicsWith(t, "nil Latch", func() { none.Finish() })
}
