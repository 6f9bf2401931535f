package tvar_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

var errBroken = errors.New("broken")

// A promiseMachine is a Promise beside its result: "" while there is none, "!"
// for an error.
type promiseMachine struct {
	p    tvar.Promise[string]
	want string
}

// make draws a result.
func (*promiseMachine) make(s *script) (want, x string, err error) {
	if s.next(4) == 0 {
		return "!", "", errBroken
	}
	x = fmt.Sprint(s.next(256))
	return x, x, nil
}

func (m *promiseMachine) set(t testing.TB, want string, first bool) {
	require.Equal(t, m.want == "", first)
	if first {
		m.want = want
	}
}

func (m *promiseMachine) got(t testing.TB, x string, err error) {
	if m.want == "!" {
		require.Empty(t, x)
		require.ErrorIs(t, err, errBroken)
	} else {
		require.NoError(t, err)
		require.Equal(t, m.want, x)
	}
}

func (m *promiseMachine) alone(t testing.TB, s *script) {
	switch s.next(4) {
	case 0:
		want, x, err := m.make(s)
		m.set(t, want, m.p.Settle(x, err))
	case 1:
		c, cancel := context.WithCancel(ctx)
		defer cancel()
		if m.want == "" {
			cancel()
			_, err := m.p.Await(c)
			require.ErrorIs(t, err, context.Canceled)
			return
		}
		x, err := m.p.Await(c)
		m.got(t, x, err)
	case 2:
		if m.want != "" && s.next(2) == 0 { // else a script would be over soon
			m.p, m.want = tvar.Promise[string]{}, ""
		}
	}
}

func (m *promiseMachine) inside(t testing.TB, s *script, tx *stm.Tx) {
	if s.next(4) != 0 {
		m.look(t, s, tx)
		return
	}
	want, x, err := m.make(s)
	m.set(t, want, m.p.Resolve(tx, x, err))
}

func (m *promiseMachine) look(t testing.TB, _ *script, tx *stm.Tx) {
	require.Equal(t, m.want != "", m.p.Resolved(tx))
	var x string
	var err error
	require.Equal(t, m.want != "", goesOn(tx, func() { x, err = m.p.Wait(tx) }))
	if m.want != "" {
		m.got(t, x, err)
	}
}

func (m *promiseMachine) save() func() {
	was := m.want
	return func() { m.want = was }
}

func (m *promiseMachine) same(t testing.TB) {
	require.Equal(t, m.want != "", m.p.Settled())
	text := map[string]string{"": "open", "!": "failed: broken"}[m.want]
	if text == "" {
		text = m.want
	}
	require.Equal(t, text, m.p.String())
}

func newPromiseMachine() machine { return new(promiseMachine) }

func TestPromiseModel(t *testing.T) { checkMachine(t, newPromiseMachine) }

func FuzzPromise(f *testing.F) { fuzzMachine(f, newPromiseMachine) }

// TestPromiseWakesAll who wait, in whichever way.
func TestPromiseWakesAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p tvar.Promise[int]
		var got tvar.Counter
		for i := range 10 {
			go func() {
				if i%2 == 0 {
					x, err := p.Await(t.Context())
					must(err)
					got.Increase(int64(x))
					return
				}
				must(stm.Atomically(t.Context(), func(tx *stm.Tx) error {
					x, err := p.Wait(tx)
					got.Add(tx, int64(x))
					return err
				}))
			}()
		}
		c, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := p.Await(c)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.True(t, p.Settle(3, nil))
		require.False(t, p.Settle(4, errBroken))
		synctest.Wait()
		require.EqualValues(t, 30, got.Load())
	})
}

// TestPromiseErrorEndsTheTransaction that returns it.
func TestPromiseErrorEndsTheTransaction(t *testing.T) {
	var p tvar.Promise[int]
	v := tvar.New(0)
	p.Settle(0, errBroken)
	require.ErrorIs(t, stm.Atomically(ctx, func(tx *stm.Tx) error {
		v.Set(tx, 1)
		_, err := p.Wait(tx)
		return err
	}), errBroken)
	require.Zero(t, v.Load())
}

func TestPromiseOfNil(t *testing.T) {
	var none *tvar.Promise[int]
	require.Equal(t, "<nil Promise>", none.String())
	panicsWith(t, "nil Promise", func() { none.Settle(1, nil) })
}

func TestPromiseIsLinearizable(t *testing.T) {
	model := porcupine.Model{
		Init: func() any { return 0 },
		Step: func(state, in, out any) (bool, any) {
			now := state.(int)
			if in == nil {
				return out == now, now
			}
			if now == 0 {
				return out == true, in.(int)
			}
			return out == false, now
		},
		DescribeOperation: func(in, out any) string { return fmt.Sprint(in, " = ", out) },
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	linearizable(t, model, func() func(rng *rand.Rand) (in, out any) {
		var p tvar.Promise[int]
		return func(rng *rand.Rand) (any, any) {
			if rng.IntN(3) > 0 {
				x, _ := p.Await(ended)
				return nil, x
			}
			x := 1 + rng.IntN(100)
			return x, p.Settle(x, nil)
		}
	})
}
