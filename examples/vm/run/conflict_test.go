package run_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/examples/vm/run"
	"github.com/weft-stm/weft/sched"
)

// sized is how much a test does: atNight if WEFT_TEST_LARGE is set.
func sized(usually, atNight int) int {
	if os.Getenv("WEFT_TEST_LARGE") != "" {
		return atNight
	}
	return usually
}

// together runs work(i) of a program in so many threads, which begin at once.
// Their transactions are short, and host.pause lets others run in the middle of
// one, so that they overlap on a single processor too.
func together(t *testing.T, threads int, program string) (out string, in *run.Interp) {
	var b bytes.Buffer
	var start sync.WaitGroup
	start.Add(threads)
	native := func(name string, e sched.Effect, f func()) sched.Native[run.Value] {
		return sched.Native[run.Value]{Name: name, Effect: e, Call: func(*sched.Thread, []run.Value) (run.Value, error) {
			f()
			return run.Nil, nil
		}}
	}
	in = load(t, `
fn begin(i) { host.meet(); work(i) }
`+program+`
let ts = []
for i in 0..threads() { ts.append(spawn begin(i)) }
for t in ts { t.join() }
if check() { print("ok") }
`, &b, run.Options{
		Threads: threads,
		Natives: []sched.Native[run.Value]{
			native("host.meet", sched.Outside, func() { start.Done(); start.Wait() }),
			native("host.pause", sched.Pure, runtime.Gosched),
			native("host.call", sched.Irrevocable, func() {}),
		},
		Machine: []sched.MachineOption{sched.AlwaysTransact(), sched.Lengths(16, 256)},
	})
	require.NoError(t, in.Run(context.Background()))
	require.Zero(t, in.Machine().Stats().Internal, in.Machine().Conflicts())
	return b.String(), in
}

// TestNoConflicts: what does not depend on one another never makes a transaction
// begin again; and, so that this says something, what does depend on one another
// is found to, by programs of the same kind.
func TestNoConflicts(t *testing.T) {
	for _, test := range []struct {
		name, program string
		conflicts     bool
	}{
		{"keys that differ", `
let d = {}
fn work(i) { for n in 0..N { let k = n % 4096 * 8 + i; if k in d { d[k] = d[k] + 1 } else { d[k] = 1 }; host.pause() } }
fn check() { let sum = 0; for k in d { sum += d[k] }; return sum == N * threads() }`, false},
		{"one key", `
let d = {0: 0}
fn work(i) { for n in 0..N { atomic { let x = d[0]; host.pause(); d[0] = x + 1 } } }
fn check() { return d[0] == N * threads() }`, true},

		{"length beside changes that keep it", `
let d = {-1: 0}
fn work(i) {
	for n in 0..N {
		if i == 0 { atomic { let x = len(d); host.pause(); if x != 1 { print("in between", x) } } } else {
			atomic { let k = (n * 8 + i) * 4; for m in 0..3 { d[k + m] = n }; host.pause(); for m in 0..3 { d.delete(k + m) } }
		}
	}
}
fn check() { return len(d) == 1 }`, false},
		{"length beside changes of it", `
let d = {}
fn work(i) { for n in 0..N { atomic { let x = len(d); host.pause(); d[n * 8 + i] = x } } }
fn check() { return len(d) == N * threads() }`, true},

		{"parts of a list", `
let l = list(1000 * threads(), 0)
fn work(i) { for n in 0..N { let k = 1000 * i + n % 1000; atomic { let x = l[k]; host.pause(); l[k] = x + 1 } } }
fn check() { let sum = 0; for x in l { sum += x }; return sum == N * threads() }`, false},

		{"a counter", `
let c = counter()
fn work(i) { for n in 0..N { atomic { c.add(1); host.pause(); c.add(2) } } }
fn check() { return c.get() == 3 * N * threads() }`, false},

		{"one class, objects that differ", `
class P { fn init(n) { self.n = n }; fn add(k) { self.n += k; return self.n } }
class Q { fn add(k) { return k } }
fn work(i) { let p = P(0); let q = Q(); for n in 0..N { for x in [p, q] { x.add(1); host.pause() } }; assert(p.n == N, "lost") }
fn check() { return true }`, false},

		{"numbers, clocks and locals", `
let mine = local(0)
fn work(i) { let last = -1; for n in 0..N { atomic {
	let id = new_id(); host.pause(); assert(id != last, "twice"); last = id; time.now(); mine.set(mine.get() + 1) } }; assert(mine.get() == N, "lost") }
fn check() { return true }`, false},

		{"a flag that is set again", `
let flag = true
class O { fn init() { self.done = true }; fn finish() { self.done = true } }
let o = O()
let l = [nil, true]
let d = {0: false}
fn work(i) { o.finish(); for n in 1..N { atomic { flag = true; o.finish(); l[1] = l[1]; d[0] = false; host.pause(); assert(flag and o.done, "not set") } } }
fn check() { return flag and o.done }`, false},

		{"objects that all read", `
class P { fn init(n) { self.n = n }; fn next() { return self.n + 1 } }
let p = P(1)
let l = [p, p]
fn work(i) { for n in 0..N { atomic { assert(l[n % 2].next() == 2, "wrong"); host.pause(); assert(p.n == 1, "wrong") } } }
fn check() { return true }`, false},

		{"a queue", `
let q = queue()
let taken = counter()
fn work(i) { for n in 0..N { q.put(i); host.pause() } }
fn check() { let n = 0; while q.take(nil) != nil { n += 1 }; return n == N * threads() }`, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			n := sized(100, 20_000)
			out, in := together(t, 4, fmt.Sprintf("const N = %d\n", n)+test.program)
			require.Equal(t, "ok\n", out)
			s := in.Machine().Stats()
			require.Greater(t, s.Commits, uint64(n/20), "%v", s)
			if test.conflicts {
				require.NotZero(t, s.Aborts, "%v", s)
			} else {
				require.Zero(t, s.Aborts, "%v: %v", s, in.Machine().Conflicts())
			}
		})
	}
}

// TestLongBlock: a block that is nested three deep, and long, is committed
// beside threads that change what it reads all the time.
func TestLongBlock(t *testing.T) {
	out, in := together(t, 4, fmt.Sprintf(`
let l = list(64, 0)
let over = false
fn long() { atomic { atomic { atomic {
	let sum = 0
	for n in 0..%d { sum += l[n & 63] }
	over = true
	return sum
} } } }
fn work(i) {
	if i == 0 { long() } else { let n = 0; while not over { let k = (i + 3 * n) %% 64; l[k] += 1; n += 1; host.pause() } }
}
fn check() { return over }`, sized(20_000, 100_000_000)))
	require.Equal(t, "ok\n", out)
	require.NotZero(t, in.Machine().Stats().Commits)
}

// TestLinesOfManyThreads: each line that threads print in blocks is there once,
// those of a thread in their order. Outside of blocks, and with a lock, too.
func TestLinesOfManyThreads(t *testing.T) {
	const threads = 8
	n := sized(50, 20_000)
	out, _ := together(t, threads, fmt.Sprintf(`
let l = lock()
let x = 0
fn work(i) { for n in 0..%d {
	if n %% 4 == 0 { print(i, n) }
	if n %% 4 == 1 { atomic { x += 1; print(i, n); host.pause() } }
	if n %% 4 == 2 { with l { print(i, n) } }
	if n %% 4 == 3 { atomic { with l { x += 1; host.pause() }; print(i, n) } }
} }
fn check() { return x == %d / 4 * 2 * threads() }`, n, n))
	var next [threads]int
	lines := strings.Split(strings.TrimSuffix(out, "ok\n"), "\n")
	require.Len(t, lines, threads*n+1)
	for _, line := range lines[:threads*n] {
		var i, k int
		_, err := fmt.Sscan(line, &i, &k)
		require.NoError(t, err, line)
		require.Equal(t, next[i], k, "thread %d", i)
		next[i]++
	}
}

// TestSmallIrrevocableCalls of one transaction make it irrevocable once.
func TestSmallIrrevocableCalls(t *testing.T) {
	n := sized(3000, 1_000_000)
	_, in := together(t, 2, fmt.Sprintf(`
fn work(i) { for n in 0..%d { host.call() } }
fn check() { return true }`, n/2))
	s := in.Machine().Stats()
	require.NotZero(t, s.Irrevocables)
	require.Less(t, s.Irrevocables, uint64(n/10), "%v", s)
	t.Logf("%d calls: %v", n, s)
}
