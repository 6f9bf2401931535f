package starstm

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

func TestCounter(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		s := load(t, rt, `
c = shared.counter(5, name = "c")
def body(c):
    c.add()
    c.add(n = 4)
    zero = [c.value(), bool(c)]
    c.set(1 << 70)
    c.add(-1)
    c.add(1)
    big = c.value()
    c.add(-big)
    return zero + [big == 1 << 70, c.value(), bool(c)]
got = atomic(body, c) + [c.value(), str(c)]
def bad(): c.add("1")
`, nil)
		require.Equal(t, `[10, True, True, 0, False, 0, "<shared.counter c>"]`, s.globals["got"].String())
		_, err := s.try(t.Context(), "bad")
		require.ErrorContains(t, err, "add: for parameter n: got string, want int")
	})
}

func TestCell(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		s := load(t, rt, `
cell = shared.cell([1])
def body(cell):
    old = cell.get()
    cell.set(old + [2])
    return cell.get(), bool(cell)
got = [shared.cell().get(), atomic(body, cell), cell.get()]
`, nil)
		require.Equal(t, `[None, ([1, 2], True), [1, 2]]`, s.globals["got"].String())
		v, err := s.globals["cell"].(*Cell).Get(t.Context())
		require.NoError(t, err)
		require.Equal(t, "[1, 2]", v.String())
	})
}

func TestList(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		s := load(t, rt, `
l = shared.list([1, shared.counter(7)], name = "l")
def body(l):
    l.append("x")
    l[0] = 10
    l.set(-1, "y")
    l.append("z")
    return [len(l), l.len(), l[0], l[-1], l[1].value(), l.get(2), "y" in l, "x" in l, [type(x) for x in l][1], bool(l), [x.value() for x in l if type(x) == "shared.counter"]]
got = atomic(body, l)
l.append(5)
after = [l.len(), l.get(4), l.snapshot()[2:], bool(atomic(lambda x: bool(x), shared.list())), str(l)]
def loop(l):
    for x in l:           # over what was there when the loop began
        l.append(x)
    return len(l)
def main(): return atomic(loop, l)
def beyond(): l.get(12)
def name(): l.get("a")
def set_beyond(): atomic(lambda l: l.set(12, 0), l)
`, nil)
		require.Equal(t, `[4, 4, 10, "z", 7, "y", True, False, "shared.counter", True, [7]]`, s.globals["got"].String())
		require.Equal(t, `[5, 5, ["y", "z", 5], False, "<shared.list l>"]`, s.globals["after"].String())
		require.Equal(t, "10", s.call("main").String())
		for fn, want := range map[string]string{
			"beyond": "shared.list index 12 out of range: it has 10 elements", "set_beyond": "shared.list index 12 out of range: it has 10 elements",
			"name": "shared.list index: got string, want int",
		} {
			_, err := s.try(t.Context(), fn)
			require.ErrorContains(t, err, want, fn)
		}
		snap, err := s.globals["l"].(*List).Snapshot(t.Context())
		require.NoError(t, err)
		require.Equal(t, 10, snap.Len())
	})
}

// Iteration goes over the keys at its start: the loop may change the dict.
func TestLoopOverADictThatItChanges(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		s := load(t, rt, `
d = shared.dict()
for i in range(4): d.set(i, i)
def body(d):
    for k in d:
        d[k + 10] = d.pop(k) + 1
    return d.items()
got = atomic(body, d)
`, nil)
		require.Equal(t, `[(10, 1), (11, 2), (12, 3), (13, 4)]`, s.globals["got"].String())
	})
}

func TestAddToOtherThanInt(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		s := load(t, rt, `
d = shared.dict()
d.set("s", "x")
d.set("f", 1.5)
def string(): d.add("s", 1)
def float(): d.add("f", 1)
def twice():
    def body(d):
        d.add("new", 1)
        d["new"] = "text"
        d.add("new", 1)
    atomic(body, d)
def amount(): d.add("n", 0.5)
def named(): d.add("n", n = "1")
def state(): return d.items()
`, nil)
		for fn, want := range map[string]string{
			"string": `add: key "s": it holds a string, and only an int can be added to`,
			"float":  `add: key "f": it holds a float, and only an int can be added to`,
			"twice":  `add: key "new": it holds a string, and only an int can be added to`,
			"amount": "add: for parameter n: got float, want int",
			"named":  `add: for parameter "n": got string, want int`,
		} {
			_, err := s.try(t.Context(), fn)
			require.ErrorContains(t, err, want, fn)
		}
		require.Equal(t, `[("s", "x"), ("f", 1.5)]`, s.call("state").String())
	})
}

// Sums leave 64 bits without a trace, in both directions.
func TestAddBeyond64Bits(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		s := load(t, rt, `
d = shared.dict()
want = {}
def add(k, n):
    d.add(k, n)
    want[k] = want.get(k, 0) + n
for sign in (1, -1):
    for i in range(3):
        add(sign, sign * (1 << 62))
        add(sign, sign)
    for i in range(3):
        add(sign, -sign * (1 << 62))
        add(sign, sign << 31)
    add(sign * 2, sign << 90)
    add(sign * 2, 1)
    d.set(sign * 3, sign << 80)
    want[sign * 3] = sign << 80
    add(sign * 3, -sign << 80)
    add(sign * 3, 5)
got = d.snapshot() == want
def many(d):
    for _ in range(1000): d.add("many", (1 << 31) - 1)
    return d["many"]
many_got = [atomic(many, d), atomic(many, d)]
`, nil)
		require.Equal(t, "True", s.globals["got"].String())
		require.Equal(t, "[2147483647000, 4294967294000]", s.globals["many_got"].String())
	})
}

// A key that held an int, then nothing or something else, starts anew at 0.
func TestAddAfterOtherValues(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		s := load(t, rt, `
d = shared.dict()
got = []
def pop(): d.pop("k")
def text(): d.set("k", "x")
def number(): d.set("k", 3)
def nothing(): pass
for step in (nothing, pop, nothing, number, pop):
    d.add("k", 5)
    got.append(d.get("k"))
    step()
text()
number()
d.add("k", 1)
text()
got.append(d.pop("k"))
got.append(d.has("k"))
d.add("k", 0)
got.append(d.items())
`, nil)
		require.Equal(t, `[5, 10, 5, 10, 8, "x", False, [("k", 0)]]`, s.globals["got"].String())
	})
}

func TestGoAPI(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		d, c, l := rt.NewDict("d"), rt.NewCounter("c", 3), rt.NewList("l", starlark.MakeInt(1))
		s := load(t, rt, `
def main(d, c, l, cell):
    atomic(lambda d, c, l, cell: (d.add("k", c.value()), l.append(cell.get())), d, c, l, cell)
`, nil)
		s.call("main", d, c, l, rt.NewCell("x", starlark.String("v")))
		got, err := d.Snapshot(t.Context())
		require.NoError(t, err)
		require.Equal(t, `{"k": 3}`, got.String())
		elems, err := l.Snapshot(t.Context())
		require.NoError(t, err)
		require.Equal(t, `[1, "v"]`, elems.String())
		n, err := c.Value(t.Context())
		require.NoError(t, err)
		require.Equal(t, starlark.MakeInt(3), n)
	})
}

func TestModeString(t *testing.T) {
	require.Equal(t, "stm mutex Mode(7)", STM.String()+" "+Mutex.String()+" "+Mode(7).String())
}
