package starstm

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

func TestParallel(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		s := load(t, rt, `
c, log = shared.counter(), shared.list()
def add(c, n):
    c.add(n)
    log.append(n)
    return n * n
def task(n): return atomic(add, c, n)
got = parallel([lambda: task(1), (task, 2), (atomic, add, c, 3), lambda: None])
after = [c.value(), sorted(log.snapshot()), parallel([])]
doubled = each(range(5), lambda x, c: c.add(x) or 2 * x, c)
sum = c.value()
def nested(): return parallel([(parallel, [(task, 1), (task, 2)]), (each, [3], lambda x: x)])
`, nil)
		require.Equal(t, `[1, 4, 9, None]`, s.globals["got"].String())
		require.Equal(t, `[6, [1, 2, 3], []]`, s.globals["after"].String())
		require.Equal(t, `[0, 2, 4, 6, 8]`, s.globals["doubled"].String())
		require.Equal(t, `16`, s.globals["sum"].String())
		require.Equal(t, `[[1, 4], [3]]`, s.call("nested").String())
	})
}

// Threads print as the one that started them does, also those that threads start,
// and what they print in a block appears once.
func TestTasksPrint(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		s := load(t, rt, `
c = shared.counter()
def body(c, n):
    c.set(c.value() + 1)
    print("block", n)
def inner(n):
    print("inner", n)
    atomic(body, c, n)
def outer(n): parallel([(inner, 2 * n), (inner, 2 * n + 1)])
def main():
    parallel([(outer, 0), (outer, 1)])
    each([4, 5], lambda n, c: body(c, n), c)
`, nil)
		s.call("main")
		want := []string{"block 4", "block 5"}
		for n := range 4 {
			want = append(want, fmt.Sprint("block ", n), fmt.Sprint("inner ", n))
		}
		require.ElementsMatch(t, want, s.output)
	})
}

// Tasks of parallel exist at the same time: each may wait for any other.
func TestTasksWaitForOneAnother(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		s := load(t, rt, `
token, turns = shared.cell(0), shared.list()
def turn(token, turns, me, n):
    if token.get() != me: retry()
    turns.append(me)
    token.set((me + 1) % n)
def run(me, n):
    for _ in range(5): atomic(turn, token, turns, me, n)
def main(n):
    parallel([(run, me, n) for me in range(n)])
    return turns.snapshot() == list(range(n)) * 5
`, nil)
		require.Equal(t, starlark.True, s.call("main", starlark.MakeInt(7)))
	})
}

// The first error is raised, says where, and ends the other tasks; what they
// did not commit is undone.
func TestErrorOfATask(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		s := load(t, rt, `
c = shared.counter()
def forever(c):
    c.add(1)
    if c.value() > 0: retry()
def wait(): atomic(forever, c)
def spin():
    for _ in range(1 << 40): pass
def bad(): 1 // 0
def main(): parallel([wait, spin, bad])
def in_each(): each([1, 0, 1], lambda x: 1 // x)
def value(): return c.value()
`, nil)
		_, err := s.try(t.Context(), "main")
		require.ErrorContains(t, err, "parallel: task 2: test.star:9:14: in bad: floored division by zero")
		require.Contains(t, backtrace(err), "in main")
		_, err = s.try(t.Context(), "in_each")
		require.ErrorContains(t, err, "each: task 1: test.star:11:44: in lambda: floored division by zero")
		require.Equal(t, "0", s.call("value").String())
	})
}

func TestCancelEndsTasks(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		synctest.Test(t, func(t *testing.T) {
			s := load(t, rt, `
c = shared.counter()
def wait(): atomic(lambda c: c.value() or retry(), c)
def main(): parallel([wait, wait])
`, nil)
			ctx, cancel := context.WithCancelCause(t.Context())
			got := make(chan error)
			go func() {
				_, err := s.try(ctx, "main")
				got <- err
			}()
			synctest.Wait()
			why := errors.New("closing time")
			cancel(why)
			require.ErrorIs(t, <-got, why)
		})
	})
}

func TestPanicOfATask(t *testing.T) {
	rt := new(Runtime)
	boom := errors.New("boom")
	s := load(t, rt, `
def main(): parallel([explode])
`, builtin("explode", func() error { panic(boom) }))
	require.PanicsWithValue(t, boom, func() { _, _ = s.try(t.Context(), "main") })
}

func TestParallelMisuse(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		s := load(t, rt, `
def nothing(): parallel()
def called(): parallel([len([])])
def many(): parallel([len] * 20000)
def inside(): atomic(lambda: parallel([len]))
def each_inside(): view(lambda: each([], len))
def each_few(): each([])
def each_int(): each(3, len)
def each_called(): each([1], 2)
def captured():
    xs = []
    parallel([lambda: xs.append(1)])
def argument(): parallel([(lambda xs: xs.append(1), [])])
def element(): each([[]], lambda xs: xs.append(1))
`, nil)
		for fn, want := range map[string]string{
			"nothing":     "parallel: missing argument for tasks",
			"called":      "parallel: got int, want a function or a tuple (fn, args...)",
			"many":        "parallel: 20000 tasks, and at most 10000 may run at once: use each(seq, fn) for many",
			"inside":      "parallel: an atomic block runs on one thread: start others outside of it",
			"each_inside": "each: an atomic block runs on one thread: start others outside of it",
			"each_few":    "each: missing arguments: each(seq, fn, args...)",
			"each_int":    "each: got int, want something to iterate over",
			"each_called": "each: got int, want a function",
			"captured":    "cannot append to frozen list",
			"argument":    "cannot append to frozen list",
			"element":     "cannot append to frozen list",
		} {
			_, err := s.try(t.Context(), fn)
			require.ErrorContains(t, err, want, fn)
		}
	})
}

// Steps of tasks are the caller's, and the host gives each thread its limit.
func TestStepsOfTasks(t *testing.T) {
	rt := &Runtime{Syntax: dialect, NewThread: func(parent *starlark.Thread) *starlark.Thread {
		thread := &starlark.Thread{Name: "task of " + parent.Name}
		thread.SetMaxExecutionSteps(10000)
		return thread
	}}
	s := load(t, rt, `
def loop(n):
    for _ in range(n): pass
def main(n): parallel([(loop, n), (loop, n)])
`, nil)
	thread := s.thread()
	_, err := rt.Call(t.Context(), thread, s.globals["main"], starlark.Tuple{starlark.MakeInt(100)}, nil)
	require.NoError(t, err)
	require.Greater(t, thread.Steps, uint64(200))
	_, err = s.try(t.Context(), "main", starlark.MakeInt(100000))
	require.ErrorContains(t, err, "too many steps")
	require.ErrorContains(t, err, "in loop")
}
