package starstm

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

var errAsDrawn = errors.New("as drawn")

// An alternative that retries leaves nothing behind, in no kind of object, and
// what the block did before it stays.
func TestOrElseUndoesTheAlternative(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		s := load(t, rt, `
d, c, x, l, s, q = shared.dict(), shared.counter(), shared.cell(0), shared.list([0]), shared.set(), shared.queue()
def touch(d, c, x, l, s, q, by):
    print("by", by)
    d["both"] = by
    d[by] = True
    d.add("sum", by)
    c.add(by)
    x.set(by)
    l.append(by)
    l[0] = by
    s.add(by)
    q.put(by)
def state(d, c, x, l, s, q):
    return [d.items(), c.value(), x.get(), l.snapshot(), sorted(s), q.snapshot()]
def blocked(*all):
    state(*all)              # reads what the block did before
    touch(*(all + (100,)))
    state(*all)
    retry()
def free(*all):
    touch(*(all + (2,)))
    return "free"
def body(*all):
    touch(*(all + (1,)))
    got = or_else([blocked, free, blocked], *all)
    touch(*(all + (4,)))
    return [got, state(*all)]
got = atomic(body, d, c, x, l, s, q) + [view(state, d, c, x, l, s, q)]
top = or_else([blocked, free], d, c, x, l, s, q)
`, nil)
		state := `[[("both", 4), (1, True), ("sum", 7), (2, True), (4, True)], 7, 4, [4, 1, 2, 4], [1, 2, 4], [1, 2, 4]]`
		require.Equal(t, `["free", `+state+`, `+state+`]`, s.globals["got"].String())
		require.Equal(t, `"free"`, s.globals["top"].String())
		require.Equal(t, []string{"by 1", "by 2", "by 4", "by 2"}, s.output)
		require.Zero(t, rt.Stats().Retries)
	})
}

func TestOrElseNested(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		s := load(t, rt, `
d = shared.dict()
d.set("n", 0)
def put(k):
    def f(d): d[k] = d.len()
    return f
def no(k):
    def f(d):
        d[k] = d["n"]
        retry()
    return f
def both(d):
    d["both"] = True
    or_else([no("a"), no("b")], d)
def body(d):
    or_else([both, no("c"), lambda d: or_else([no("d"), put("e")], d)], d)
    return d.keys()
got = atomic(body, d)
def failing(d):
    d["failed"] = d["n"]
    [][1]
def chosen(): or_else([no("f"), failing, put("g")], d)
def keys(): return d.keys()
`, nil)
		require.Equal(t, `["n", "e"]`, s.globals["got"].String())
		_, err := s.try(t.Context(), "chosen")
		require.ErrorContains(t, err, "index 1 out of range")
		require.Equal(t, `["n", "e"]`, s.call("keys").String())
	})
}

// With all alternatives blocked the block sleeps, and any of them wakes it.
func TestOrElseWaitsForAny(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		for _, give := range []string{"a", "b"} {
			synctest.Test(t, func(t *testing.T) {
				s := load(t, rt, `
a, b = shared.queue(), shared.dict()
def from_a(a, b): return "a", a.get()
def from_b(a, b):
    if not b.has("x"): retry()
    return "b", b.pop("x")
def main(): return or_else([from_a, from_b], a, b)
def give_a(): a.put(1)
def give_b(): b.set("x", 1)
`, nil)
				got := make(chan starlark.Value)
				taker := &script{t: t, rt: rt, globals: s.globals}
				go func() { got <- taker.call("main") }()
				synctest.Wait()
				s.call("give_" + give)
				require.Equal(t, `("`+give+`", 1)`, (<-got).String())
			})
		}
	})
}

func TestOrElseMisuse(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		s := load(t, rt, `
def nothing(): or_else()
def empty(): or_else([])
def called(): or_else([retry()])
def noarg(): or_else([1])
def blind(): or_else([retry, retry])
def in_view(): view(lambda: or_else([len], []))
`, nil)
		for fn, want := range map[string]string{
			"nothing": "or_else: missing functions: or_else([fn, other], args...)",
			"empty":   "or_else: missing functions",
			"called":  "retry: no atomic block to run again",
			"noarg":   "or_else: got int, want a function",
			"blind":   "retry: this block has read nothing shared, so nothing could end the wait",
			"in_view": "or_else: a view does not wait, so it has no alternatives",
		} {
			_, err := s.try(t.Context(), fn)
			require.ErrorContains(t, err, want, fn)
		}
	})
}

// A conflict inside of an alternative runs the whole block again.
func TestConflictInsideOfAnAlternative(t *testing.T) {
	var s *script
	s = load(t, new(Runtime), `
d = shared.dict()
d.set("k", 0)
def no(d):
    d["k"] += 100
    d["k"]
    meddle()
    d.get("new")
    retry()
def yes(d):
    d["k"] += 1
def main(): or_else([no, yes], d)
def bump(): d.add("k", 10)
def state(): return d.items()
`, meddler(&s, 2, "bump"))
	s.call("main")
	require.Equal(t, `[("k", 21)]`, s.call("state").String())
	require.Equal(t, uint64(2), s.rt.Stats().Restarts)
}
