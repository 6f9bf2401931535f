package starstm

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

const waitSource = `
d, c = shared.dict(), shared.counter()

def take(d, c):
    c.add(1)                 # undone while the block waits
    print("looking")
    if d.get("n", 0) == 0:
        retry()
    d["n"] -= 1
    return c.value()

def taker(): return atomic(take, d, c)
def give(): d.add("n", 1)
def other(): d.add("m", 1)
def state(): return [d.get("n"), c.value()]
def fail_to_give():
    def body(d):
        d.add("n", 1)
        fail("no")
    atomic(body, d)
`

// retry sleeps until something that the block has read changes.
func TestRetryWakes(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		synctest.Test(t, func(t *testing.T) {
			s := load(t, rt, waitSource, nil)
			taker := &script{t: t, rt: rt, globals: s.globals}
			type result struct {
				v   starlark.Value
				err error
			}
			got := make(chan result)
			go func() {
				v, err := taker.try(t.Context(), "taker")
				got <- result{v, err}
			}()
			synctest.Wait()
			require.Equal(t, "[None, 0]", s.call("state").String())
			s.call("other")
			_, err := s.try(t.Context(), "fail_to_give")
			require.ErrorContains(t, err, "no")
			synctest.Wait()
			select {
			case <-got:
				t.Fatal("the block went on although nothing was given")
			default:
			}
			s.call("give")
			require.Equal(t, result{starlark.MakeInt(1), nil}, <-got)
			require.Equal(t, "[0, 1]", s.call("state").String())
			require.Equal(t, []string{"looking"}, taker.output)
			require.GreaterOrEqual(t, rt.Stats().Retries, uint64(1))
			require.Zero(t, rt.Stats().Restarts)
			require.Zero(t, rt.Stats().Lost, "a wait is no loss")
		})
	})
}

// Every thread that waits gets its turn: a ring of threads hands on a token.
func TestRetryRing(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		s := load(t, rt, `
token = shared.cell(0)
turns = shared.list()
def turn(token, turns, me, n):
    if token.get() != me: retry()
    turns.append(me)
    token.set((me + 1) % n)
def run(me, n, rounds):
    for _ in range(rounds): atomic(turn, token, turns, me, n)
def result(): return turns.snapshot()
`, nil)
		const n, rounds = 4, 50
		errs := make(chan error, n)
		for me := range n {
			go func() {
				_, err := s.rt.Call(t.Context(), new(starlark.Thread), s.globals["run"], starlark.Tuple{starlark.MakeInt(me), starlark.MakeInt(n), starlark.MakeInt(rounds)}, nil)
				errs <- err
			}()
		}
		for range n {
			require.NoError(t, <-errs)
		}
		turns := s.call("result").(*starlark.List)
		require.Equal(t, n*rounds, turns.Len())
		for i := range turns.Len() {
			require.Equal(t, starlark.MakeInt(i%n), turns.Index(i))
		}
	})
}

func TestCancelEndsAWait(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		synctest.Test(t, func(t *testing.T) {
			s := load(t, rt, waitSource, nil)
			ctx, cancel := context.WithCancelCause(t.Context())
			waiter := &script{t: t, rt: rt, globals: s.globals}
			got := make(chan error)
			go func() {
				_, err := waiter.try(ctx, "taker")
				got <- err
			}()
			synctest.Wait()
			why := errors.New("closing time")
			cancel(why)
			err := <-got
			require.ErrorIs(t, err, why)
			var e *starlark.EvalError
			require.ErrorAs(t, err, &e)
			require.Contains(t, e.Backtrace(), "in taker")
			require.Empty(t, waiter.output)
			s.call("give")
			require.Equal(t, "[1, 0]", s.call("state").String())
		})
	})
}

// A script that computes for ever is ended too, inside of a block and outside.
func TestCancelEndsALoop(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		started := make(chan struct{}, 1)
		s := load(t, rt, `
c = shared.counter()
def loop():
    for _ in range(1 << 40):
        started()
def body(c):
    c.add(1)
    loop()
def inside(): atomic(body, c)
def value(): return c.value()
`, builtin("started", func() error {
			select {
			case started <- struct{}{}:
			default:
			}
			return nil
		}))
		for _, fn := range []string{"loop", "inside"} {
			ctx, cancel := context.WithCancel(t.Context())
			got := make(chan error)
			go func() {
				_, err := s.try(ctx, fn)
				got <- err
			}()
			<-started
			cancel()
			err := <-got
			select {
			case <-started: // once more before it noticed
			default:
			}
			require.ErrorIs(t, err, context.Canceled)
			require.ErrorContains(t, err, "Starlark computation cancelled: context canceled")
			var e *starlark.EvalError
			require.ErrorAs(t, err, &e)
			require.Contains(t, e.Backtrace(), "in loop")
		}
		require.Equal(t, starlark.MakeInt(0), s.call("value"))
	})
}

func TestCancelledBeforeItStarts(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		s := load(t, rt, waitSource, nil)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := s.try(ctx, "give")
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, "[None, 0]", s.call("state").String())
	})
}
