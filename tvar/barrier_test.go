package tvar_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// A barrierMachine is a Barrier beside its phase and who has arrived.
type barrierMachine struct {
	b           *tvar.Barrier
	here, phase int
}

const parties = 3

func newBarrierMachine() machine { return &barrierMachine{b: tvar.NewBarrier(parties)} }

func (m *barrierMachine) arrived(t testing.TB, phase uint64, last bool) {
	require.EqualValues(t, m.phase, phase)
	m.here++
	require.Equal(t, m.here == parties, last)
	if last {
		m.phase, m.here = m.phase+1, 0
	}
}

// withdraw takes back an arrival in the present phase, or one that has ended.
func (m *barrierMachine) withdraw(t testing.TB, s *script, withdraw func(phase uint64) bool) {
	switch phase := s.next(m.phase + 2); {
	case phase > m.phase:
		panicsWith(t, fmt.Sprintf("phase %d of a Barrier in phase %d", phase, m.phase), func() { withdraw(uint64(phase)) })
	case phase < m.phase:
		require.False(t, withdraw(uint64(phase)))
	case m.here == 0:
		panicsWith(t, "where nobody has arrived", func() { withdraw(uint64(phase)) })
	default:
		require.True(t, withdraw(uint64(phase)))
		m.here--
	}
}

func (m *barrierMachine) alone(t testing.TB, s *script) {
	c, cancel := context.WithCancel(ctx)
	defer cancel()
	switch s.next(4) {
	case 0:
		phase, last := m.b.Join()
		m.arrived(t, phase, last)
	case 1:
		m.withdraw(t, s, m.b.Cancel)
	case 2:
		if m.here < parties-1 {
			cancel()
			_, err := m.b.Meet(c)
			require.ErrorIs(t, err, context.Canceled)
			return
		}
		last, err := m.b.Meet(c)
		require.NoError(t, err)
		m.arrived(t, uint64(m.phase), last)
	case 3:
		phase := s.next(m.phase + 1)
		if phase == m.phase {
			cancel()
		}
		require.Equal(t, phase < m.phase, m.b.Await(c, uint64(phase)) == nil)
	}
}

func (m *barrierMachine) inside(t testing.TB, s *script, tx *stm.Tx) {
	switch s.next(3) {
	case 0:
		phase, last := m.b.Arrive(tx)
		m.arrived(t, phase, last)
	case 1:
		m.withdraw(t, s, func(phase uint64) bool { return m.b.Withdraw(tx, phase) })
	case 2:
		m.look(t, s, tx)
	}
}

func (m *barrierMachine) look(t testing.TB, s *script, tx *stm.Tx) {
	require.Equal(t, m.here, m.b.Len(tx))
	phase := s.next(m.phase + 1)
	require.Equal(t, phase < m.phase, goesOn(tx, func() { m.b.Wait(tx, uint64(phase)) }))
}

func (m *barrierMachine) save() func() {
	was := *m
	return func() { *m = was }
}

func (m *barrierMachine) same(t testing.TB) {
	require.Equal(t, m.here, m.b.Size())
	require.Equal(t, fmt.Sprintf("%d of %d here", m.here, parties), m.b.String())
}

func TestBarrierModel(t *testing.T) { checkMachine(t, newBarrierMachine) }

func FuzzBarrier(f *testing.F) { fuzzMachine(f, newBarrierMachine) }

// TestBarrierPhases: nobody goes on before all have come, phase for phase, and
// one of them is told that it was the last.
func TestBarrierPhases(t *testing.T) {
	const n, phases = 4, 100
	b := tvar.NewBarrier(n)
	var came [phases]atomic.Int32
	var lasts atomic.Int32
	var wg sync.WaitGroup
	for g := range n {
		wg.Go(func() {
			for phase := range phases {
				came[phase].Add(1)
				last := false
				if (g+phase)%2 == 0 {
					var err error
					last, err = b.Meet(ctx)
					must(err)
				} else {
					var p uint64
					update(t, func(tx *stm.Tx) { p, last = b.Arrive(tx) })
					update(t, func(tx *stm.Tx) { b.Wait(tx, p) })
				}
				if last {
					lasts.Add(1)
				}
				if now := came[phase].Load(); now != n {
					t.Error("phase", phase, "ended with", now)
				}
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, phases, lasts.Load())
}

// TestBarrierCancelled: who gives up is not counted, and the others wait for
// somebody else.
func TestBarrierCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := tvar.NewBarrier(3)
		c, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		met := tvar.New(0)
		meet := func() {
			_, err := b.Meet(t.Context())
			must(err)
			met.Modify(inc)
		}
		go meet()
		go func() {
			_, err := b.Meet(c)
			require.ErrorIs(t, err, context.DeadlineExceeded)
		}()
		time.Sleep(2 * time.Second)
		synctest.Wait()
		require.Equal(t, "1 of 3 here", b.String())
		go meet()
		synctest.Wait()
		require.Zero(t, met.Load())
		last, err := b.Meet(t.Context())
		require.True(t, last)
		require.NoError(t, err)
		synctest.Wait()
		require.Equal(t, 2, met.Load())
	})
}

// TestBarrierWaitsInATransaction that may do something else.
func TestBarrierWaitsInATransaction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := tvar.NewBarrier(2)
		began := time.Now()
		phase, _ := b.Join()
		chosen, err := stm.Select(t.Context(), func(tx *stm.Tx) error { b.Wait(tx, phase); return nil }, stm.After(time.Minute))
		require.NoError(t, err)
		require.Equal(t, 1, chosen)
		require.Equal(t, time.Minute, time.Since(began))
		require.True(t, b.Cancel(phase))
	})
}

func TestBarrierBadUse(t *testing.T) {
	panicsWith(t, "NewBarrier for 0", func() { tvar.NewBarrier(0) })
	panicsWith(t, "use tvar.NewBarrier", func() { new(tvar.Barrier).Join() })
	var none *tvar.Barrier
	require.Equal(t, "<nil Barrier>", none.String())
	b := tvar.NewBarrier(1)
	panicsWith(t, "Await for phase 3 of a Barrier in phase 0", func() { _ = b.Await(ctx, 3) })
	_, last := b.Join()
	require.True(t, last, "one alone never waits")
	require.NoError(t, b.Await(ctx, 0))
}
