package starstm

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/sched"
)

// A report says where the loser was, on what it lost, and whose block won.
func TestConflictsHavePositions(t *testing.T) {
	const access, commit = 11, 16
	for _, test := range []struct {
		read, write string
		object      string
		line        int
	}{
		{`d["k"]`, `d["k"] = 1`, `shared.dict d["k"]`, access},
		{`d.get("k")`, `d.add("k", 1)`, `shared.dict d["k"]`, access},
		{`"new" in d`, `d["new"] = 1`, `shared.dict d["new"]`, access},
		{`len(d)`, `d[d.len()] = 1`, `shared.dict d, which keys it has`, access},
		{`d.values()`, `d["k"] = 2`, `shared.dict d["k"]`, access},
		{`7 in s`, `s.add(7)`, `shared.set s[7]`, access},
		{`c.value()`, `c.add(1)`, `shared.counter c`, access},
		{`x.get()`, `x.set(1)`, `shared.cell x`, access},
		{`l[0]`, `l.append(1)`, `shared.list l`, access},
		{`q.try_get()`, `q.try_get()`, ``, access},
		{`e["k"]`, `e["k"] = 1`, `shared.dict["k"]`, access},
	} {
		for _, again := range []bool{true, false} { // read once more, or notice at the end
			name := test.read + " at the end"
			if again {
				name = test.read + " at an access"
			}
			t.Run(name, func(t *testing.T) {
				src := `
d, s, c, x = shared.dict("d"), shared.set([1], name = "s"), shared.counter(name = "c"), shared.cell(name = "x")
l, q, y, z = shared.list([1], name = "l"), shared.queue([1, 2], name = "q"), shared.cell(), shared.cell()
e = shared.dict()
d.set("k", 1)
e.set("k", 1)
def look(d, s, c, x, l, q, e): READ
def body(d, s, c, x, l, q, e, y, z):
    look(d, s, c, x, l, q, e)
    meddle()
    AGAIN
    z.set(1)

def main():
    x0 = 0
    return atomic(body, d, s, c, x, l, q, e, y, z)
def change(d, s, c, x, l, q, e, y):
    y.set(1)
    WRITE
def bump(): atomic(change, d, s, c, x, l, q, e, y)
`
				line, fn, then := commit, "main", "pass"
				if again {
					line, fn, then = test.line, "body", "y.get()"
				}
				src = strings.NewReplacer("READ", test.read, "WRITE", test.write, "AGAIN", then).Replace(src)
				var s *script
				s = load(t, new(Runtime), src, meddler(&s, 2, "bump"))
				s.call("main")
				sites := s.rt.Conflicts()
				require.Len(t, sites, 1, "%v", sites)
				require.Equal(t, sched.Position{File: "test.star", Line: line, Func: fn}, sites[0].Mine)
				require.Equal(t, "change (test.star:17)", sites[0].Other)
				require.Equal(t, uint64(2), sites[0].Count)
				require.Positive(t, sites[0].Lost)
				require.Equal(t, test.object, sites[0].Object)
				require.Contains(t, sites[0].String(), "lost in 2 runs at test.star:")
				require.Equal(t, s.rt.Stats().Lost, sites[0].Lost)
			})
		}
	}
}

func TestModeMutexHasNoConflicts(t *testing.T) {
	s := load(t, &Runtime{Mode: Mutex}, `
c = shared.counter()
def main(): each(range(20), lambda x, c: c.set(c.value() + 1), c)
`, nil)
	s.call("main")
	require.Empty(t, s.rt.Conflicts())
}
