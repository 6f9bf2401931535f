package starstm

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// An operator on a shared object does not know its transaction. Each says how
// to get one.
func TestOperatorsOnObjects(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		s := load(t, rt, `
d, l, c = shared.dict(), shared.list(), shared.counter()
def index(): d["k"]
def store(): d["k"] = 1
def has(): "k" in d
def loop():
    for k in d: pass
def length(): len(d)
def truth(): bool(d)
def sort(): sorted(d)
def lindex(): l[0]
def lstore(): l[0] = 1
def lhas(): 1 in l
def lloop(): [x for x in l]
def llength(): len(l)
def ltruth(): bool(l)
def ctruth(): bool(c)
def inside(f): atomic(lambda: f())
`, nil)
		for fn, what := range map[string]string{
			"index": "an element of a shared.dict", "store": "an element of a shared.dict", "has": "an element of a shared.dict",
			"loop": "the sequence of keys of a shared.dict", "sort": "the sequence of keys of a shared.dict",
			"length": "the length of a shared.dict", "truth": "the truth of a shared.dict",
			"lindex": "an element of a shared.list", "lstore": "an element of a shared.list", "lhas": "an element of a shared.list",
			"lloop": "the sequence of elements of a shared.list", "llength": "the length of a shared.list", "ltruth": "the truth of a shared.list",
			"ctruth": "the truth of a shared.counter",
		} {
			want := what + " is known in an atomic block only: pass it on, atomic(fn, x), and use fn's parameter; or call a method of it"
			_, err := s.try(t.Context(), fn)
			require.ErrorContains(t, err, want, fn)
			_, err = s.try(t.Context(), "inside", s.globals[fn])
			require.ErrorContains(t, err, want, fn)
		}
	})
}

// A view that was kept after its block is refused, whatever is done to it.
func TestEscapedViews(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		s := load(t, rt, `
def keep(x): return [x]         # a list: the view in it is not replaced
def kept(x): return atomic(keep, x)[0]

d, l, c, cell = shared.dict(), shared.list([1]), shared.counter(), shared.cell()
def index(): kept(d)["k"]
def store(): kept(d)["k"] = 1
def has(): "k" in kept(d)
def loop(): [k for k in kept(d)]
def sort(): sorted(kept(d))
def length(): len(kept(d))
def truth(): bool(kept(d))
def method(): kept(d).get("k")
def bound(): atomic(lambda d: [d.add], d)[0]("k")
def pass_on(): atomic(lambda d: d, kept(d))
def store_in(): cell.set(kept(d))
def store_pair(): cell.set((1, (kept(d), 2)))
def made(): atomic(lambda: [shared.dict()])[0].len()

def lindex(): kept(l)[0]
def lstore(): kept(l)[0] = 1
def lhas(): 1 in kept(l)
def lloop(): [k for k in kept(l)]
def llength(): len(kept(l))
def ltruth(): bool(kept(l))
def lmethod(): kept(l).append(1)

def ctruth(): bool(kept(c))
def cmethod(): kept(c).add(1)
def cellmethod(): kept(cell).get()
`, nil)
		for fn, v := range s.globals {
			if fn == "keep" || fn == "kept" || v.Type() != "function" {
				continue
			}
			_, err := s.try(t.Context(), fn)
			require.ErrorContains(t, err, "was kept from an atomic block that has ended: keep the shared object itself, or plain values read from it", fn)
		}
	})
}

// What may leave a block does, as the object that the view stood for.
func TestResultsAndStoredViewsAreObjects(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		s := load(t, rt, `
d = shared.dict("outer")
def body(d):
    inner = shared.dict("inner")      # a view of a new object
    inner["k"] = "v"
    d["inner"] = inner
    d["pair"] = (1, (inner, 2))
    d["inner"]["k2"] = d["pair"][1][0]["k"] + "2"
    return inner, (d, 3), 4
inner, (outer, three), four = atomic(body, d)
def read(d): return [d["inner"] == inner, d["pair"][1][0] == inner, d["inner"]["k"], d["inner"]["k2"], d == outer, d != inner, [str(x) for x in (d, inner)]]
got = atomic(read, d) + [inner == d.get("inner"), type(inner), dir(inner)]
`, nil)
		require.Equal(t, `[True, True, "v", "v2", True, True, ["<shared.dict outer>", "<shared.dict inner>"], True, "shared.dict", `+
			`["add", "get", "has", "items", "keys", "len", "pop", "set", "setdefault", "snapshot", "values"]]`, s.globals["got"].String())
	})
}

func TestObjectsAsPlainValues(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		s := load(t, rt, `
objects = [shared.dict(), shared.counter(), shared.cell(), shared.list()]
def same(*xs): return [xs[i] == xs[j] for i in range(len(xs)) for j in range(len(xs))]
got = [same(*objects), atomic(same, *objects), [str(x) for x in objects], [dir(x) for x in objects[1:]], atomic(lambda c: bool(c), objects[2])]
def order(x): return x < objects[1]
def order_view(x): return atomic(lambda x: x < x, x)
def key(x): return {x: 1}
def typo(x): return x.vaule()
def counter(): return objects[1]
`, nil)
		identity := "[True, False, False, False, False, True, False, False, False, False, True, False, False, False, False, True]"
		require.Equal(t, "["+identity+", "+identity+`, ["<shared.dict>", "<shared.counter>", "<shared.cell>", "<shared.list>"], `+
			`[["add", "set", "value"], ["get", "set"], ["append", "get", "len", "set", "snapshot"]], True]`, s.globals["got"].String())
		c := s.call("counter")
		for fn, want := range map[string]string{
			"order": "shared.counter < shared.counter not implemented", "order_view": "shared.counter < shared.counter not implemented",
			"key": "unhashable: shared.counter", "typo": "shared.counter has no .vaule field or method (did you mean .value?)",
		} {
			_, err := s.try(t.Context(), fn, c)
			require.ErrorContains(t, err, want, fn)
		}
	})
}

func TestManyObjectsInOneBlock(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		s := load(t, rt, `
cs = [shared.counter(i) for i in range(3 * 8)]
def body(*cs):
    for i, c in enumerate(cs): c.add(i)
    for c in cs: c.add(1)
    for i in range(0, len(objects), 2): objects[i].add(100)   # the same ones, by another way
objects = cs
atomic(body, *cs)
got = [c.value() for c in cs]
want = [2 * i + 1 + (100 if i % 2 == 0 else 0) for i in range(len(cs))]
`, nil)
		require.Equal(t, s.globals["want"].String(), s.globals["got"].String())
	})
}
