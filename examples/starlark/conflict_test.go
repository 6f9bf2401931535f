package starstm

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// What a block does, what another one does meanwhile, and whether the first
// must run again.
func TestConflicts(t *testing.T) {
	tests := []struct {
		body, meddle string
		restarts     uint64
	}{
		{`d["k"]`, `d["k"] = 2`, 1},
		{`d["k"]`, `d["j"] = 2`, 0},
		{`d["k"]`, `d["new"] = 2`, 0},
		{`d["k"]`, `d["k"]`, 0},
		{`d["k"] = 1`, `d["k"] = 2`, 0},       // the later one stays
		{`d["k"] += 1`, `d["k"] += 1`, 1},     // nobody's update is lost
		{`d["k"] += 1`, `d.add("k")`, 1},      // the same
		{`d["s"]`, `d["s"] = "y"`, 1},         // a string, which is kept elsewhere than ints
		{`d["s"]`, `d["s"] = 7`, 1},           //
		{`d["k"]`, `d["k"] = "y"`, 1},         //
		{`d["s"] = "z"`, `d["s"] = "y"`, 0},   //
		{`d.get("new")`, `d["new"] = 2`, 1},   // what was not there is there
		{`d.get("new")`, `d.add("new")`, 1},   //
		{`d.get("new")`, `d["other"] = 2`, 0}, // a new key is nothing to other keys
		{`d.get("new")`, `d.get("new")`, 0},   //
		{`"new" in d`, `d["new"] = 2`, 1},     //
		{`d.get("k")`, `d.pop("k")`, 1},       //
		{`d.setdefault("new", 1)`, `d.setdefault("new", 2)`, 1},

		{`d.add("k")`, `d.add("k")`, 0},
		{`d.add("k")`, `d["k"] += 1`, 0},
		{`d.add("new")`, `d.add("new")`, 0},
		{`d.add("new")`, `d["new"] = 5`, 0},
		{`d.add("k")`, `d.pop("k")`, 0},
		{`d.add("k"); d["k"]`, `d.add("k")`, 1}, // the sum was looked at

		{`len(d)`, `d["new"] = 2`, 1}, // a key that the scan could not see
		{`len(d)`, `d.add("new")`, 1},
		{`len(d)`, `d["k"] = 2`, 1},
		{`len(d)`, `d.pop("k")`, 1},
		{`len(d)`, `d.get("new")`, 0}, // only asked for
		{`[x for x in d]`, `d["new"] = 2`, 1},
		{`d.items()`, `d["new"] = 2`, 1},
		{`bool(d)`, `d.add("new")`, 1},
		{`len(e)`, `d["new"] = 2`, 0},

		{`c.add(1)`, `c.add(1)`, 0},
		{`c.value()`, `c.add(1)`, 1},
		{`c.add(1)`, `c.value()`, 0},
		{`c.set(1)`, `c.add(1)`, 0},

		{`x.get()`, `x.set(2)`, 1},
		{`x.set(1)`, `x.set(2)`, 0},
		{`x.get()`, `c.add(1)`, 0},

		{`l.append(1)`, `l.append(2)`, 0},
		{`l[0]`, `l.append(2)`, 1}, // one variable: see List
		{`l[0] = 1`, `l[1] = 2`, 1},
		{`len(l)`, `l.append(2)`, 1},
		{`1 in l`, `l.append(2)`, 1},
		{`l[0]`, `l[1]`, 0},

		{`1 in s`, `s.add(1)`, 1},
		{`1 in s`, `s.add(2)`, 0},
		{`s.add(1)`, `s.add(1)`, 0},
		{`len(s)`, `s.add(2)`, 1},

		{`q.put(1)`, `q.try_get()`, 0},
		{`q.get()`, `q.put(1)`, 0},
		{`q.get()`, `q.get()`, 1},
		{`q.put(1)`, `q.put(2)`, 1},
		{`q.len()`, `q.put(1)`, 1},
	}
	for _, test := range tests {
		t.Run(test.body+" beside "+test.meddle, func(t *testing.T) {
			var s *script
			rt := new(Runtime)
			src := `
d, e, c, x, l, out = shared.dict("d"), shared.dict("e"), shared.counter(), shared.cell(1), shared.list([1, 2]), shared.cell()
s, q = shared.set([3]), shared.queue([1, 2, 3])
def setup(d):
    d["k"] = 1
    d["j"] = 1
    d["s"] = "x"
atomic(setup, d)
def body(d, e, c, x, l, s, q, out):
    BODY
    meddle()
    out.set(1)         # an update: a block that only reads has no reason to run again
def main(): atomic(body, d, e, c, x, l, s, q, out)
def other(d, e, c, x, l, s, q):
    MEDDLE
def bump(): atomic(other, d, e, c, x, l, s, q)
`
			src = strings.NewReplacer("BODY", test.body, "MEDDLE", test.meddle).Replace(src)
			s = load(t, rt, src, meddler(&s, 1, "bump"))
			s.call("main")
			require.Equal(t, test.restarts, rt.Stats().Restarts)
		})
	}
}

// Something other than an int turns up under a key after a block has added to
// it: the error is the one that adding to it raises, at the same place.
func TestAddMeetsOtherValueAtCommit(t *testing.T) {
	for name, after := range map[string]string{"at commit": "pass", "at a read": `d["k"]`, "at a scan": "len(d)"} {
		for _, before := range []string{"pass", `d.set("k", 1)`} {
			t.Run(fmt.Sprintf("%s after %s", name, before), func(t *testing.T) {
				var s *script
				src := strings.NewReplacer("AFTER", after, "BEFORE", before).Replace(`
d = shared.dict()
def setup():
    BEFORE
setup()
def body(d):
    d["out"] = 1
    d.add("k", 1)
    meddle()
    AFTER
def main(): atomic(body, d)
def bump(): d.set("k", "text")
def state(): return d.snapshot()
`)
				s = load(t, new(Runtime), src, meddler(&s, 1, "bump"))
				_, err := s.try(t.Context(), "main")
				require.ErrorContains(t, err, `add: key "k": it holds a string, and only an int can be added to`)
				require.Contains(t, backtrace(err), "test.star:8:10: in body")
				require.Equal(t, `{"k": "text"}`, s.call("state").String())
			})
		}
	}
}

// Threads that transfer, count, insert and remove, and others that check sums
// in every attempt: no update is lost and no attempt sees a broken sum.
func TestConcurrentBlocks(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		s := load(t, rt, `
n = 5
accounts, log, moves, last = shared.dict(), shared.list(), shared.counter(), shared.cell()
for i in range(n): accounts.set(i, 100)

def transfer(accounts, log, moves, last, me, a, b, amount):
    left = accounts.pop(a)          # the key goes and comes back
    pause()
    accounts[a] = left - amount
    accounts.add(b, amount)
    accounts.add(("by", me))
    log.append((a, b, amount))
    moves.add(1)
    last.set(me)

def audit(accounts, log, moves):
    sum = 0
    count = 0
    for k, v in accounts.items():
        if type(k) == "int": sum += v
        else: count += v
    if sum != n * 100: fail("sum is", sum)
    if count != moves.value(): fail(count, "moves by threads, but", moves.value())
    pause()
    if len(log) != count: fail(len(log), "in the log, but", count)

def mover(me, rounds):
    for i in range(rounds):
        atomic(transfer, accounts, log, moves, last, me, i % n, (i * 3 + 1 + me) % n, i % 7)

def auditor(me, rounds):
    for i in range(rounds):
        (view if i % 2 else atomic)(audit, accounts, log, moves)

def result(): return [moves.value(), log.len(), sum([v for k, v in accounts.items() if type(k) == "int"])]
def sum(xs):
    t = 0
    for x in xs: t += x
    return t
`, builtin("pause", func() error { yield(); return nil }))
		const threads, rounds = 3, 150
		errs := make(chan error)
		run := func(fn string, me int) {
			_, err := s.rt.Call(t.Context(), new(starlark.Thread), s.globals[fn], starlark.Tuple{starlark.MakeInt(me), starlark.MakeInt(rounds)}, nil)
			errs <- err
		}
		for me := range threads {
			go run("mover", me)
			go run("auditor", me)
		}
		for range 2 * threads {
			err := <-errs
			require.NoError(t, err, "%s", backtrace(err))
		}
		require.Equal(t, fmt.Sprintf("[%d, %d, 500]", threads*rounds, threads*rounds), s.call("result").String())
		if rt.Mode == STM {
			require.Positive(t, rt.Stats().Restarts, "no conflict: this proves nothing")
		} else {
			require.Zero(t, rt.Stats().Restarts)
		}
	})
}
