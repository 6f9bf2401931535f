package tvar_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// A groupMachine is a WaitGroup beside its count.
type groupMachine struct {
	w    tvar.WaitGroup
	want int
}

func (m *groupMachine) add(t testing.TB, n int, add func()) {
	if m.want+n < 0 {
		panicsWith(t, fmt.Sprintf("%d were going on, and %d ended", m.want, -n), add)
		return
	}
	add()
	m.want += n
}

func (m *groupMachine) alone(t testing.TB, s *script) {
	n := s.next(7) - 3
	if s.next(2) == 0 {
		m.add(t, -1, m.w.Finish)
		return
	}
	m.add(t, n, func() { m.w.Increase(n) })
}

func (m *groupMachine) inside(t testing.TB, s *script, tx *stm.Tx) {
	n := s.next(7) - 3
	switch s.next(3) {
	case 0:
		m.add(t, -1, func() { m.w.Done(tx) })
	case 1:
		m.add(t, n, func() { m.w.Add(tx, n) })
	case 2:
		m.look(t, s, tx)
	}
}

func (m *groupMachine) look(t testing.TB, _ *script, tx *stm.Tx) {
	require.Equal(t, m.want, m.w.Len(tx))
	require.Equal(t, m.want == 0, goesOn(tx, func() { m.w.Wait(tx) }))
}

func (m *groupMachine) save() func() {
	was := m.want
	return func() { m.want = was }
}

func (m *groupMachine) same(t testing.TB) {
	require.Equal(t, m.want, m.w.Size())
	require.Equal(t, fmt.Sprintf("%d going on", m.want), m.w.String())
	c, cancel := context.WithCancel(ctx)
	cancel()
	require.Equal(t, m.want == 0, m.w.Await(c) == nil)
}

func TestWaitGroupModel(t *testing.T) { checkMachine(t, func() machine { return new(groupMachine) }) }

func FuzzWaitGroup(f *testing.F) { fuzzMachine(f, func() machine { return new(groupMachine) }) }

// TestWaitGroupWakesAtZero, and not before.
func TestWaitGroupWakesAtZero(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w tvar.WaitGroup
		var woke, attempts tvar.Counter
		w.Increase(3)
		for range 4 {
			go func() { must(w.Await(t.Context())); woke.Increase(1) }()
			go update(t, func(tx *stm.Tx) { attempts.Increase(1); w.Wait(tx); woke.Add(tx, 1) })
		}
		synctest.Wait()
		w.Increase(2)
		w.Increase(-3)
		update(t, w.Done)
		synctest.Wait()
		require.Zero(t, woke.Load())
		require.EqualValues(t, 4, attempts.Load())
		w.Finish()
		synctest.Wait()
		require.EqualValues(t, 8, woke.Load())
	})
}

// TestWaitGroupIsUsedAgain before those who wait have looked: Await has seen it
// idle, Wait has not.
func TestWaitGroupIsUsedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w tvar.WaitGroup
		w.Increase(1)
		var awaited, waited bool
		go func() { must(w.Await(t.Context())); awaited = true }()
		go func() { update(t, w.Wait); waited = true }()
		synctest.Wait()
		w.Finish()
		w.Increase(1)
		began := time.Now()
		synctest.Wait()
		require.True(t, awaited)
		time.Sleep(time.Second)
		w.Finish() // the transaction may have looked in between, or not
		synctest.Wait()
		require.True(t, waited)
		require.Equal(t, time.Second, time.Since(began))
		w.Increase(1)
		c, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, w.Await(c), context.DeadlineExceeded)
	})
}

func TestWaitGroupUnderContention(t *testing.T) {
	var w tvar.WaitGroup
	var wg sync.WaitGroup
	sum := tvar.New(0)
	for range 4 {
		wg.Go(func() {
			for i := range 300 {
				w.Increase(1)
				sum.Modify(inc)
				if i%2 == 0 {
					w.Finish()
				} else {
					update(t, w.Done)
				}
				must(w.Await(ctx))
			}
		})
	}
	wg.Wait()
	require.Zero(t, w.Size())
	require.Equal(t, 1200, sum.Load())
}

func TestWaitGroupBadUse(t *testing.T) {
	var w tvar.WaitGroup
	panicsWith(t, "0 were going on, and 1 ended", w.Finish)
	w.Increase(math.MaxInt)
	panicsWith(t, "negative WaitGroup count", func() { w.Increase(1) })
	require.Equal(t, math.MaxInt, w.Size())
	var none *tvar.WaitGroup
	require.Equal(t, "<nil WaitGroup>", none.String())
	panicsWith(t, "nil WaitGroup", none.Finish)
}

func TestWaitGroupIsLinearizable(t *testing.T) {
	model := porcupine.Model{
		Init: func() any { return 0 },
		Step: func(state, in, out any) (bool, any) {
			now := state.(int)
			switch n := in.(int); {
			case n == 0:
				return out == now, now
			case now+n < 0:
				return out == "panic", now
			default:
				return out == "", now + n
			}
		},
		DescribeOperation: func(in, out any) string { return fmt.Sprint(in, " = ", out) },
	}
	linearizable(t, model, func() func(rng *rand.Rand) (in, out any) {
		var w tvar.WaitGroup
		return func(rng *rand.Rand) (in, out any) {
			n := rng.IntN(5) - 2
			if n == 0 {
				return 0, w.Size()
			}
			out = "panic"
			quietly(func() { w.Increase(n); out = "" })
			return n, out
		}
	})
}
