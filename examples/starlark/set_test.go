package starstm

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
	"pgregory.net/rapid"
)

func TestSet(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		s := load(t, rt, `
s = shared.set([1, "a", (2, 3)], name = "s")
def body(s):
    s.add("b")
    s.discard("never")
    s.remove(1)
    s.update([5, 6])
    s.discard(5)
    seen = [x for x in s]
    return [sorted([str(x) for x in seen]), len(s), s.len(), 1 in s, "a" in s, s.has(6), bool(s), (2, 3) in s]
got = atomic(body, s) + [str(s), s.len(), s.has("a")]
def algebra(s, t):
    return [s | t == set([1, 2, 3]), s & t == set([2]), s - t == set([1]), s ^ t == set([1, 3]), set([2, 9]) - s == set([9]), t & set([3]) == set([3])]
ops = atomic(algebra, shared.set([1, 2]), shared.set([2, 3]))
def wipe(s):
    s.clear()
    return [len(s), bool(s), [x for x in s]]
wiped = atomic(wipe, shared.set([1, 2]))
def inside():
    t = shared.set([1, 2, 2])
    return [len(t), t]
made = atomic(inside)[0]
def missing(): s.remove("zz")
def unhashable(): s.add([1])
def unhashable_start(): shared.set([[1]])
def outside(): 1 in s
def length(): len(s)
def loop(): [x for x in s]
def change(): view(lambda s: s.add(1), s)
`, nil)
		require.Equal(t, `[["(2, 3)", "6", "a", "b"], 4, 4, False, True, True, True, True, "<shared.set s>", 4, True]`, s.globals["got"].String())
		require.Equal(t, `[True, True, True, True, True, True]`, s.globals["ops"].String())
		require.Equal(t, `[0, False, []]`, s.globals["wiped"].String())
		require.Equal(t, `2`, s.globals["made"].String())
		for fn, want := range map[string]string{
			"missing":          `remove: missing element "zz"`,
			"unhashable":       "unhashable: list",
			"unhashable_start": "unhashable: list",
			"outside":          "an element of a shared.set is known in an atomic block only",
			"length":           "the length of a shared.set is known in an atomic block only",
			"loop":             "the sequence of elements of a shared.set is known in an atomic block only",
			"change":           "cannot change shared.set in a view: use atomic(fn, ...)",
		} {
			_, err := s.try(t.Context(), fn)
			require.ErrorContains(t, err, want, fn)
		}
		snap, err := s.globals["s"].(*Set).Snapshot(t.Context())
		require.NoError(t, err)
		require.Equal(t, 4, snap.Len())
	})
}

// A queue of either mode, driven at random by blocks that commit or fail,
// behaves like a slice.
func TestQueueMatchesModel(t *testing.T) {
	eachMode(t, func(t *testing.T, shape *Runtime) {
		rapid.Check(t, func(r *rapid.T) {
			rt := &Runtime{Mode: shape.Mode}
			q := rt.NewQueue("q")
			var model []string
			for range rapid.IntRange(1, 6).Draw(r, "blocks") {
				next := slices.Clone(model)
				fails := rapid.Bool().Draw(r, "fails")
				g, err := rt.attach(new(starlark.Thread))
				require.NoError(r, err)
				g.ctx = t.Context()
				_, err = g.block("", false, func(at *attempt) (starlark.Value, error) {
					for range rapid.IntRange(0, 80).Draw(r, "steps") {
						if rapid.IntRange(0, 2).Draw(r, "step") == 0 {
							x := q.s.take(at)
							require.Equal(r, len(next) > 0, x != nil)
							if x != nil {
								require.Equal(r, starlark.String(next[0]), x)
								next = next[1:]
							}
							continue
						}
						x := rapid.StringN(0, 2, 2).Draw(r, "x")
						q.s.put(at, starlark.String(x))
						next = append(next, x)
					}
					require.Equal(r, len(next), q.s.len(at))
					if fails {
						return nil, errAsDrawn
					}
					return starlark.None, nil
				})
				require.Equal(r, fails, err != nil)
				if !fails {
					model = next
				}
			}
			got, err := q.Snapshot(t.Context())
			require.NoError(r, err)
			require.Equal(r, len(model), got.Len())
			for i, x := range model {
				require.Equal(r, starlark.String(x), got.Index(i))
			}
		})
	})
}

func TestQueue(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		s := load(t, rt, `
q = shared.queue([1, shared.counter(7)], name = "q")
def body(q):
    q.put([2])
    first = q.get()
    c = q.get()
    c.add(1)
    return [first, c.value(), q.get(), q.try_get(), q.try_get("none"), bool(q), q.len()]
got = atomic(body, q) + [str(q), q.len(), q.snapshot()]
q.put("x")
after = [q.snapshot(), q.get(), q.try_get()]
def frozen():
    xs = []
    q.put(xs)
    xs.append(1)
def length(): view(lambda q: q.get(), q)
def index(): atomic(lambda q: q[0], q)
`, nil)
		require.Equal(t, `[1, 8, [2], None, "none", False, 0, "<shared.queue q>", 0, []]`, s.globals["got"].String())
		require.Equal(t, `[["x"], "x", None]`, s.globals["after"].String())
		for fn, want := range map[string]string{
			"frozen": "cannot append to frozen list",
			"length": "cannot change shared.queue in a view",
			"index":  "unhandled index operation shared.queue[int]",
		} {
			_, err := s.try(t.Context(), fn)
			require.ErrorContains(t, err, want, fn)
		}
	})
}

// What is put is taken once, in the order in which each thread put it.
func TestQueueBetweenThreads(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		s := load(t, rt, `
q = shared.queue()
def put(me, n):
    for i in range(n): q.put((me, i))
def take(n): return [q.get() for _ in range(n)]
def main(n): return parallel([(take, n), (put, "a", n), (take, n), (put, "b", n)])
def left(): return q.len()
`, nil)
		const n = 60
		results := s.call("main", starlark.MakeInt(n)).(*starlark.List)
		seen := map[string]bool{}
		for _, taker := range []int{0, 2} {
			last := map[string]int{"a": -1, "b": -1}
			for x := range starlark.Elements(results.Index(taker).(*starlark.List)) {
				from, _ := starlark.AsString(x.(starlark.Tuple)[0])
				i, err := starlark.AsInt32(x.(starlark.Tuple)[1])
				require.NoError(t, err)
				require.Greater(t, i, last[from])
				last[from] = i
				require.False(t, seen[x.String()])
				seen[x.String()] = true
			}
		}
		require.Len(t, seen, 2*n)
		require.Equal(t, starlark.MakeInt(0), s.call("left"))
	})
}
