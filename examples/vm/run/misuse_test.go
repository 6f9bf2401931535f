package run_test

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/examples/vm/run"
	"github.com/weft-stm/weft/examples/vm/syntax"
	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/stm"
)

// misuse has two accounts that must sum up to 100, whatever ends the thread that
// moves money between them half-way.
const misuse = `
let a = 60
let b = 40
let guard = lock()
fn sum() { return a + b }
fn deep(n) { return deep(n + 1) }
fn wrong(how) {
	if how == "zero" { return 1 / 0 }
	if how == "text" { return "x" / 2 }
	if how == "index" { return [1][7] }
	if how == "field" { return guard.x }
	if how == "deep" { return deep(0) }
	if how == "throw" { throw "thrown" }
	if how == "lock" { with guard { with guard { } } }
	if how == "join" { (spawn sum()).join() }
	if how == "native" { return math.sqrt(nil) }
	while true { host.reached() }
}
fn half_way(how) {
	with guard {
		atomic {
			a -= 10
			wrong(how)
			b += 10
		}
	}
}
fn run(how) { (spawn half_way(how)).join() }
`

// TestGuestErrorHalfWay: a guest error has a position and the calls that led to
// it, and what its atomic block did is undone.
func TestGuestErrorHalfWay(t *testing.T) {
	for how, want := range map[string][2]string{
		"zero":   {"test.w:8 in wrong: division by zero", "test.w:8 in wrong"},
		"text":   {"test.w:9 in wrong: / of string and int is not possible", "test.w:9 in wrong"},
		"index":  {"test.w:10 in wrong: index out of range: 7", "test.w:10 in wrong"},
		"field":  {"test.w:11 in wrong: lock has no field x", "test.w:11 in wrong"},
		"deep":   {"test.w:6 in deep: stack overflow", "test.w:6 in deep"},
		"throw":  {"test.w:13 in wrong: uncaught: thrown", "test.w:13 in wrong"},
		"lock":   {"test.w:14 in wrong: " + sched.ErrMutexHeld.Error(), "test.w:14 in wrong"},
		"join":   {"test.w:15 in wrong: this atomic block has made the thread, which starts after it: wait for it then", "test.w:15 in wrong"},
		"native": {"test.w:16 in wrong: math.sqrt: a number is needed, not nil", "test.w:16 in wrong"},
	} {
		t.Run(how, func(t *testing.T) {
			inModes(t, func(t *testing.T, machine []sched.MachineOption) {
				var out bytes.Buffer
				in := load(t, misuse+`try { run("`+how+`") } catch e { print(sum()) }
run("`+how+`")`, &out, run.Options{Machine: machine, MaxDepth: 100, Natives: reached(func() {})})
				err := in.Run(context.Background())
				require.EqualError(t, err, want[0])
				var guest *run.GuestError
				require.ErrorAs(t, err, &guest)
				require.Regexp(t, "(?s)^  at "+want[1]+"\n.*  at test.w:23 in half_way\n$", guest.Stack())
				require.Equal(t, "100\n", out.String())
				consistent(t, in)
			})
		})
	}
}

// reached is a native function that tells the host where the guest is.
func reached(f func()) []sched.Native[run.Value] { return reachedBy(func(*sched.Thread) { f() }) }

func reachedBy(f func(t *sched.Thread)) []sched.Native[run.Value] {
	return []sched.Native[run.Value]{{Name: "host.reached", Effect: sched.Pure, Call: func(t *sched.Thread, _ []run.Value) (run.Value, error) {
		f(t)
		return run.Nil, nil
	}}}
}

// consistent checks the heap of misuse, with another thread: that no lock is held
// included.
func consistent(t *testing.T, in *run.Interp) {
	ctx := context.Background()
	v, err := in.Call(ctx, "sum")
	require.NoError(t, err)
	n, _ := v.Int()
	require.EqualValues(t, 100, n)
	_, err = in.Call(ctx, "half_way", run.String("throw"))
	require.ErrorContains(t, err, "thrown")
	require.Zero(t, in.Machine().Threads())
}

// TestTimeout: the end of the context ends an endless loop in an atomic block,
// whose effects are undone.
func TestTimeout(t *testing.T) {
	inModes(t, func(t *testing.T, machine []sched.MachineOption) {
		ctx, cancel := context.WithCancelCause(context.Background())
		defer cancel(nil)
		var out bytes.Buffer
		in := load(t, misuse+"atomic { a += 1; wrong(\"loop\") }", &out, run.Options{
			Machine: machine, Natives: reached(func() { cancel(run.ErrTimeout) }),
		})
		err := in.Run(ctx)
		require.ErrorIs(t, err, run.ErrTimeout)
		require.ErrorContains(t, err, "test.w:17 in wrong: timeout")
		consistent(t, in)
		require.ErrorIs(t, in.Run(ctx), run.ErrTimeout)
	})
}

// TestTimeoutOfMany: all threads end, wherever they are: in a loop, waiting for a
// change, for a lock, for one another, asleep.
func TestTimeoutOfMany(t *testing.T) {
	inModes(t, func(t *testing.T, machine []sched.MachineOption) {
		ctx, cancel := context.WithCancelCause(context.Background())
		defer cancel(nil)
		var out bytes.Buffer
		in := load(t, misuse+`
fn wait() { atomic { if a > 0 { retry } } }
fn want() { with guard { } }
fn sleep() { time.sleep(1000.0) }
fn join(t) { t.join() }
guard.acquire()
let t = spawn wait()
let ts = [t, spawn want(), spawn sleep(), spawn join(t), spawn wrong("loop")]
for t in ts { t.join() }
`, &out, run.Options{Machine: machine, Natives: reached(func() { cancel(run.ErrTimeout) })})
		require.ErrorIs(t, in.Run(ctx), run.ErrTimeout)
		require.Zero(t, in.Machine().Threads())
	})
}

// TestKilledHalfWay: a thread that is killed in an atomic block leaves nothing of it behind, and what surrounds the block still runs.
func TestKilledHalfWay(t *testing.T) {
	inModes(t, func(t *testing.T, machine []sched.MachineOption) {
		var out bytes.Buffer
		in := load(t, misuse+`
let log = []
fn victim() {
	let x = 1
	try {
		with guard {
			atomic {
				x = 2
				a -= 10
				try { wrong("loop") } catch e { log.append("caught") } finally { log.append("inside") }
			}
		}
	} catch e {
		log.append("caught")
	} finally {
		log.append(x)
	}
}
let v = spawn victim()
try { v.join() } catch e { print(e, e.where, log, v.done()) }
`, &out, run.Options{Machine: machine, Natives: reachedBy(func(t *sched.Thread) { t.Doom(run.ErrKilled) })})
		require.NoError(t, in.Run(context.Background()))
		require.Equal(t, "killed test.w:17 in wrong [1] true\n", out.String())
		consistent(t, in)
	})
}

// TestKilledInALoop: a loop is at its first instruction when it looks around,
// which is the first of what surrounds it, too.
func TestKilledInALoop(t *testing.T) {
	inModes(t, func(t *testing.T, machine []sched.MachineOption) {
		require.Equal(t, "killed true killed\nthe lock is free\n", printed(t, `
let guard = lock()
let there = false
let cleaned = false
fn locked() { with guard { while true { there = true } } }
fn surrounded() { try { while true { there = true } } finally { cleaned = true } }
fn ends(t) {
	atomic { if not there { retry } }
	there = false
	t.kill()
	try { t.join() } catch e { return e }
}
let first = ends(spawn surrounded())
print(first, cleaned, ends(spawn locked()))
with guard { print("the lock is free") }`, machine))
	})
}

// TestTooManyThreads is an error of who wants one more.
func TestTooManyThreads(t *testing.T) {
	inModes(t, func(t *testing.T, machine []sched.MachineOption) {
		var out bytes.Buffer
		in := load(t, misuse+`
let gate = false
fn wait() { atomic { if not gate { retry } } }
let ts = []
try {
	for i in 0..1000000 { ts.append(spawn wait()) }
} catch e { print(e, len(ts)) }
gate = true
for t in ts { t.join() }
`, &out, run.Options{Machine: append([]sched.MachineOption{sched.MaxThreads(20)}, machine...), Natives: reached(func() {})})
		require.NoError(t, in.Run(context.Background()))
		require.Equal(t, sched.ErrTooManyThreads.Error()+" 19\n", out.String())
		consistent(t, in)
	})
}

// TestWaitForNothing: a block that can wait for nothing is told so, as is a retry
// outside of a block.
func TestWaitForNothing(t *testing.T) {
	var out bytes.Buffer
	in := load(t, `
let x = 1
try { retry } catch e { print(e) }
try { atomic { retry } } catch e { print(e, e.where) }
try { atomic { if x == 1 { irrevocable(); retry } } } catch e { print(e, e.where) }
`, &out, run.Options{Machine: modes["transact"]})
	require.NoError(t, in.Run(context.Background()))
	require.Equal(t, "retry is possible inside atomic only\n"+
		stm.ErrNothingRead.Error()+" test.w:4 in main\n"+
		stm.ErrIrrevocableRetry.Error()+" test.w:5 in main\n", out.String())
}

// TestLockInAtomic: a block that wants a lock which another thread holds waits as
// if it had not begun, so that the other can go on.
func TestLockInAtomic(t *testing.T) {
	require := require.New(t)
	inModes(t, func(t *testing.T, machine []sched.MachineOption) {
		require.Equal("true 3\n", printed(t, `
let l = lock()
let asked = false
let x = 0
fn holder() {
	with l {
		x = 1
		atomic { if not asked { retry } }
		x = 2
	}
}
let h = spawn holder()
atomic { if x == 0 { retry } }
asked = true
let seen = 0
atomic {
	with l { seen = x; x += 1 }
}
h.join()
print(seen == 2, x)
`, machine))
	})
}

// TestErrorsOfThreads: whoever is not waited for is reported at the end.
func TestErrorsOfThreads(t *testing.T) {
	inModes(t, func(t *testing.T, machine []sched.MachineOption) {
		var out bytes.Buffer
		in := load(t, `
fn fail(x) { throw x }
spawn fail("one")
let t = spawn fail("two")
try { t.join() } catch e { print(e) }
spawn fail("three")
`, &out, run.Options{Machine: machine})
		err := in.Run(context.Background())
		require.Equal(t, "two\n", out.String())
		require.ErrorContains(t, err, "test.w:2 in fail: uncaught: one")
		require.ErrorContains(t, err, "test.w:2 in fail: uncaught: three")
		require.NotContains(t, err.Error(), "two")
	})
}

func TestNoProgram(t *testing.T) {
	_, err := run.New("test.w", "fn f() {\n\treturn undefined\n}", run.Options{})
	var e *syntax.Error
	require.ErrorAs(t, err, &e)
	require.EqualError(t, err, "test.w:2: undefined: undefined")
	require.False(t, errors.Is(err, run.ErrNoFunction))
}
