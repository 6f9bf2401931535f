package tvar_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

type counterMachine struct {
	c    tvar.Counter
	want int64
}

func (m *counterMachine) alone(t testing.TB, s *script) {
	if s.next(3) == 0 {
		require.Equal(t, m.want, m.c.Load())
		return
	}
	n := int64(s.next(256) - 128)
	m.c.Increase(n)
	m.want += n
}

func (m *counterMachine) inside(t testing.TB, s *script, tx *stm.Tx) {
	if s.next(3) == 0 {
		m.look(t, s, tx)
		return
	}
	n := int64(s.next(256) - 128)
	m.c.Add(tx, n)
	m.want += n
}

func (m *counterMachine) look(t testing.TB, _ *script, tx *stm.Tx) {
	require.Equal(t, m.want, m.c.Get(tx))
}

func (m *counterMachine) save() func() {
	was := m.want
	return func() { m.want = was }
}

func (m *counterMachine) same(t testing.TB) { require.Equal(t, m.want, m.c.Load()) }

func TestCounterModel(t *testing.T) { checkMachine(t, func() machine { return new(counterMachine) }) }

func FuzzCounter(f *testing.F) { fuzzMachine(f, func() machine { return new(counterMachine) }) }

// TestCounterAddsDoNotConflict, whatever they are made with, and a transaction
// that has added does not start over because of others.
func TestCounterAddsDoNotConflict(t *testing.T) {
	var c tvar.Counter
	attempts := 0
	update(t, func(tx *stm.Tx) {
		attempts++
		c.Add(tx, 1)
		elsewhere(func() { c.Increase(10); update(t, func(tx *stm.Tx) { c.Add(tx, 100) }) })
		c.Increase(1000)
	})
	require.Equal(t, 1, attempts)
	require.EqualValues(t, 1111, c.Load())
}

// TestCounterSumIsExact: a transaction that has read the sum depends on it.
func TestCounterSumIsExact(t *testing.T) {
	var c tvar.Counter
	out := tvar.New(int64(0))
	attempts := 0
	update(t, func(tx *stm.Tx) {
		attempts++
		n := c.Get(tx)
		if attempts == 1 {
			elsewhere(func() { c.Increase(5) })
		}
		out.Set(tx, n)
	})
	require.Equal(t, 2, attempts)
	require.EqualValues(t, 5, out.Load())
}

// TestCounterAmongOthers: a counter and a variable that transactions change
// together are never seen apart, in a View either, and not by Load.
func TestCounterAmongOthers(t *testing.T) {
	var c tvar.Counter
	twin := tvar.New(int64(0))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 500 {
				update(t, func(tx *stm.Tx) { c.Add(tx, int64(i%7)); tvar.Add(tx, twin, int64(i%7)) })
				if i%10 == 0 {
					_, err := stm.View(ctx, func(tx *stm.Tx) (int, error) {
						if a, b := c.Get(tx), twin.Get(tx); a != b {
							t.Error(a, b)
						}
						return 0, nil
					})
					if err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	require.Equal(t, twin.Load(), c.Load())
}

func TestCounterUnderContention(t *testing.T) {
	var c tvar.Counter
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range 2000 {
				if i%2 == 0 {
					c.Increase(1)
				} else {
					update(t, func(tx *stm.Tx) { c.Add(tx, 1) })
				}
				if i%100 == 0 {
					c.Load()
				}
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 16_000, c.Load())
}

func TestCounterWraps(t *testing.T) {
	var c tvar.Counter
	c.Increase(math.MaxInt64)
	elsewhere(func() { c.Increase(1) })
	require.Equal(t, int64(math.MinInt64), c.Load())
	require.Equal(t, fmt.Sprint(int64(math.MinInt64)), c.String())
	var none *tvar.Counter
	require.Equal(t, "<nil Counter>", none.String())
	panicsWith(t, "nil pointer", func() { none.Load() })
}

func TestCounterIsLinearizable(t *testing.T) {
	model := porcupine.Model{
		Init: func() any { return int64(0) },
		Step: func(state, in, out any) (bool, any) {
			if in == nil {
				return out == state, state
			}
			return true, state.(int64) + in.(int64)
		},
		DescribeOperation: func(in, out any) string { return fmt.Sprint("add ", in, " = ", out) },
	}
	linearizable(t, model, func() func(rng *rand.Rand) (in, out any) {
		var c tvar.Counter
		return func(rng *rand.Rand) (in, out any) {
			if rng.IntN(2) == 0 {
				return nil, c.Load()
			}
			n := rng.Int64N(100)
			c.Increase(n)
			return n, nil
		}
	})
}
