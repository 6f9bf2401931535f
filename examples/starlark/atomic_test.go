package starstm

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"

	"github.com/weft-stm/weft/stm"
)

// An attempt that loses leaves nothing behind: no output, no steps, no frames,
// no iterator on a list.
func TestRestartIsUnnoticed(t *testing.T) {
	var s *script
	rt := new(Runtime)
	s = load(t, rt, `
c = shared.counter()
d = shared.dict()

def bump():
    c.add(100)

def body(c, d, n):
    mine = [1, 2, 3]
    for x in mine:                # an open iterator when the attempt ends
        print("at", x)
        d.add("sum", x)
        before = c.value()
        meddle()
        if c.value() != before:   # never: the attempt has ended
            fail("torn")
    mine.append(4)
    c.set(before + n)
    return len(mine)
`, meddler(&s, 3, "bump"))
	thread := s.thread()
	before := stm.ReadStats()
	v, err := rt.Call(t.Context(), thread, s.globals["body"], nil, nil)
	require.ErrorContains(t, err, "missing 3 arguments") // a thread that has failed once is none the worse
	require.Nil(t, v)

	plain := &starlark.Thread{Print: thread.Print}
	calls := func(thread *starlark.Thread) uint64 {
		steps := thread.Steps
		_, err := rt.Exec(t.Context(), thread, "main.star", "got = atomic(body, c, d, 1)", s.globals)
		require.NoError(t, err, "%s", backtrace(err))
		require.Zero(t, thread.CallStackDepth())
		return thread.Steps - steps
	}
	with := calls(thread)
	require.Equal(t, []string{"at 1", "at 2", "at 3"}, s.output)
	require.Equal(t, uint64(3), rt.Stats().Restarts)
	require.GreaterOrEqual(t, stm.ReadStats().Sub(before).Conflicts, uint64(3))
	require.Zero(t, stm.ReadStats().Sub(before).Swallowed)
	require.Positive(t, rt.Stats().Lost)
	require.Equal(t, with, calls(plain), "steps with and without restarts")

	c, err := s.globals["c"].(*Counter).Value(t.Context())
	require.NoError(t, err)
	require.Equal(t, starlark.MakeInt(302), c)
	d, err := s.globals["d"].(*Dict).Snapshot(t.Context())
	require.NoError(t, err)
	require.Equal(t, `{"sum": 12}`, d.String())
}

// Whether a script exceeds its step limit does not depend on conflicts.
func TestStepLimitIgnoresRestarts(t *testing.T) {
	run := func(conflicts int, limit uint64) (steps uint64, err error) {
		var s *script
		s = load(t, new(Runtime), `
c = shared.counter()
def bump(): c.add(1)
def body(c):
    for _ in range(100):
        c.value()
    meddle()
    return c.value()
def main(): return atomic(body, c)
`, meddler(&s, conflicts, "bump"))
		thread := s.thread()
		thread.SetMaxExecutionSteps(limit)
		_, err = s.rt.Call(t.Context(), thread, s.globals["main"], nil, nil)
		require.LessOrEqual(t, s.rt.Stats().Restarts, uint64(conflicts))
		return thread.Steps, err
	}
	need, err := run(0, 1e6)
	require.NoError(t, err)
	for _, conflicts := range []int{0, 5} {
		steps, err := run(conflicts, need+1)
		require.NoError(t, err)
		require.Equal(t, need, steps)
		_, err = run(conflicts, need)
		require.ErrorContains(t, err, "too many steps")
	}
}

func TestErrorRollsBack(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		s := load(t, rt, `
d, c, cell, l = shared.dict(), shared.counter(7), shared.cell("old"), shared.list([1])
d.set("kept", 1)

def body(d, c, cell, l):
    d["new"] = 1
    d["kept"] = 2
    d.add("sum", 3)
    c.add(1)
    cell.set("new")
    l.append(2)
    l[0] = 5
    print("never seen")
    inner()

def inner():
    [][1]

def main(): atomic(body, d, c, cell, l)
def state(): return [d.items(), c.value(), cell.get(), l.snapshot()]
`, nil)
		_, err := s.try(t.Context(), "main")
		var e *starlark.EvalError
		require.ErrorAs(t, err, &e)
		require.Equal(t, `Traceback (most recent call last):
  test.star:19:19: in main
  <builtin>: in atomic
  test.star:14:10: in body
  test.star:17:7: in inner
Error: index 1 out of range: empty list`, e.Backtrace())
		require.Equal(t, `[[("kept", 1)], 7, "old", [1]]`, s.call("state").String())
		require.Empty(t, s.output)
		require.Equal(t, uint64(1), rt.Stats().Failures)
	})
}

// A panic of a built-in passes through untouched, and nothing stays held.
func TestPanicRollsBack(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		boom := errors.New("boom")
		s := load(t, rt, `
c = shared.counter()
def body(c):
    c.add(1)
    explode()
def main(): atomic(body, c)
def value(): return c.value()
`, builtin("explode", func() error { panic(boom) }))
		require.PanicsWithValue(t, boom, func() { _, _ = s.try(t.Context(), "main") })
		require.Equal(t, starlark.MakeInt(0), s.call("value"))
	})
}

func TestNestedBlocksAreOne(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		s := load(t, rt, `
d = shared.dict()
def inner(d, k):
    d[k] = True
    return d
def outer(d):
    same = atomic(inner, d, "view") == d     # a view goes in and comes out
    atomic(inner, whole, "object")           # so does an object that the block finds elsewhere
    whole.set("method", True)
    return [same, d.keys()]
def failing(d):
    atomic(inner, d, "gone")
    fail("outer")
whole = d
got = atomic(outer, d)
def main(): atomic(failing, d)
def keys(): return d.keys()
`, nil)
		require.Equal(t, `[True, ["view", "object", "method"]]`, s.globals["got"].String())
		_, err := s.try(t.Context(), "main")
		require.ErrorContains(t, err, "outer")
		require.Equal(t, `["view", "object", "method"]`, s.call("keys").String())
	})
}

func TestView(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		s := load(t, rt, `
d, c, cell, l = shared.dict(), shared.counter(2), shared.cell(3), shared.list([4])
d.set("a", 1)
def sum(d, c, cell, l): return d["a"] + c.value() + cell.get() + l[0]
got = view(sum, d, c, cell, l)
nested = atomic(lambda *args: view(sum, *args), d, c, cell, l)

def setitem(d, c, cell, l): d["a"] = 2
def dadd(d, c, cell, l): d.add("a")
def cadd(d, c, cell, l): c.add(2)
def cset(d, c, cell, l): cell.set(2)
def append(d, c, cell, l): l.append(2)
def setindex(d, c, cell, l): l[0] = 2
def deep(d, c, cell, l): atomic(setitem, d, c, cell, l)
def wait(d, c, cell, l):
    d["a"]
    retry()
def main(f): view(f, d, c, cell, l)
`, nil)
		require.Equal(t, "10", s.globals["got"].String())
		require.Equal(t, "10", s.globals["nested"].String())
		for fn, kind := range map[string]string{"setitem": "dict", "dadd": "dict", "cadd": "counter", "cset": "cell", "append": "list", "setindex": "list", "deep": "dict"} {
			_, err := s.try(t.Context(), "main", s.globals[fn])
			require.ErrorContains(t, err, "cannot change shared."+kind+" in a view: use atomic(fn, ...)", fn)
		}
		_, err := s.try(t.Context(), "main", s.globals["wait"])
		require.ErrorContains(t, err, "retry: a view does not wait: use atomic(fn, ...)")
	})
}

// A view sees one moment while others commit, and is never run again.
func TestViewIsASnapshot(t *testing.T) {
	var s *script
	rt := new(Runtime)
	s = load(t, rt, `
d = shared.dict()
def bump(): atomic(bump2, d)
def bump2(d):
    d.add("a")
    d.add("b")
    d["new"] = 1
def look(d):
    a = d.get("a", 0)
    meddle()
    return [a, d.get("b", 0), len(d), "new" in d]
bump()
d.pop("new")
def main(): return view(look, d)
`, meddler(&s, 1, "bump"))
	require.Equal(t, "[1, 1, 2, False]", s.call("main").String())
	require.Zero(t, rt.Stats().Restarts)
	require.Equal(t, "[2, 2, 3, True]", s.call("main").String())
}

func TestOutputAppearsOncePerCommitInOrder(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		s := load(t, rt, `
c = shared.counter()
def body(c):
    print("in", 1)
    c.add(1)
    print("in", 2, sep = "-")
print("before")
atomic(body, c)
print("between")
view(lambda c: print("view", c.value()), c)
print("after")
`, nil)
		require.Equal(t, []string{"before", "in 1", "in-2", "between", "view 1", "after"}, s.output)
	})
}

// The error below would be raised by a state that never was: x and y differ.
// Between the two reads of the first attempts another block changes both.
func TestErrorOfADoomedAttemptIsNotRaised(t *testing.T) {
	var s *script
	s = load(t, new(Runtime), `
d = shared.dict()
d.set("x", 0)
d.set("y", 0)
def write(d):
    d["x"] += 1
    d["y"] += 1
def bump(): atomic(write, d)
def read(d):
    x = d["x"]
    meddle()
    return [x][x - d["y"]]
def main(): return atomic(read, d)
`, meddler(&s, 3, "bump"))
	require.Equal(t, starlark.MakeInt(3), s.call("main"))
	require.Equal(t, uint64(3), s.rt.Stats().Restarts)
	require.Zero(t, s.rt.Stats().Failures)
}

// The same at random, under both engines.
func TestErrorsComeFromOneState(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		s := load(t, rt, `
d = shared.dict()
d.set("x", 0)
d.set("y", 0)
def write(d):
    d["x"] += 1
    d["y"] += 1
def read(d):
    x = d["x"]
    for _ in range(50): pass
    y = d["y"]
    return [0][x - y]
def writer(n):
    for _ in range(n): atomic(write, d)
def reader(n):
    for _ in range(n): atomic(read, d)
`, nil)
		n := starlark.MakeInt(2000)
		errs := make(chan error, 2)
		for _, fn := range []string{"writer", "reader"} {
			go func() {
				_, err := s.try(t.Context(), fn, n)
				errs <- err
			}()
		}
		require.NoError(t, <-errs)
		require.NoError(t, <-errs)
	})
}

func TestMisuseOfBuiltins(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		s := load(t, rt, `
def f(): pass
def nothing(): atomic()
def called(): atomic(f())
def alone(): retry()
def blind(): atomic(lambda: retry())
def args(): atomic(lambda: retry(1))
`, nil)
		for fn, want := range map[string]string{
			"nothing": "atomic: missing function: atomic(fn, args...)",
			"called":  "atomic: got NoneType, want a function: atomic(fn, args...), not atomic(fn(args...))",
			"alone":   "retry: no atomic block to run again: call retry inside atomic(fn, ...)",
			"blind":   "retry: this block has read nothing shared, so nothing could end the wait",
			"args":    "retry: got 1 arguments, want at most 0",
		} {
			_, err := s.try(t.Context(), fn)
			require.ErrorContains(t, err, want, fn)
		}
	})
}

func TestThreadsThatAreNoGuests(t *testing.T) {
	rt, other := new(Runtime), new(Runtime)
	s := load(t, rt, `
c = shared.counter()
def main(): return atomic(lambda c: c.value(), c)
`, nil)
	thread := new(starlark.Thread)
	_, err := starlark.Call(thread, s.globals["main"], nil, nil)
	require.ErrorContains(t, err, "atomic: this thread is no guest: start it with Runtime.Call or Runtime.Exec")

	_, err = rt.Call(t.Context(), thread, s.globals["main"], nil, nil)
	require.NoError(t, err)
	_, err = other.Call(t.Context(), thread, s.globals["main"], nil, nil)
	require.ErrorContains(t, err, "this thread is a guest of another Runtime")
	_, err = other.Call(t.Context(), new(starlark.Thread), s.globals["main"], nil, nil)
	require.ErrorContains(t, err, "shared.counter belongs to another Runtime")
}

func TestSwallowedAbortStillRestarts(t *testing.T) {
	var s *script
	rt := new(Runtime)
	env := meddler(&s, 1, "bump")
	env["swallow"] = starlark.NewBuiltin("swallow", func(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (v starlark.Value, err error) {
		defer func() {
			if recover() != nil {
				v = starlark.None
			}
		}()
		return starlark.Call(thread, args[0], nil, nil)
	})
	s = load(t, rt, `
c = shared.counter()
d = shared.dict()
def bump(): c.add(1)
def body(c, d):
    x = c.value()
    meddle()
    swallow(lambda: c.value())
    d.add("runs")
    c.set(x + 10)
def main():
    atomic(body, c, d)
    return [c.value(), d.get("runs")]
`, env)
	require.Equal(t, "[11, 1]", s.call("main").String())
}
