package starstm

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// Blocks that go wrong after they have written: an error of the script with a
// position, nothing written, and the next block finds everything in order.
func TestScriptsThatMisbehave(t *testing.T) {
	for name, test := range map[string]struct{ body, want, at string }{
		"endless loop":             {"while True: pass", "too many steps", "in body"},
		"endless loop, written":    {"while True: d['x'] = 1", "too many steps", "in body"},
		"endless comprehension":    {"[x for x in range(1 << 40)]", "too many steps", "test.star:6:"},
		"recursion":                {"recurse(1)", "too many steps", "in recurse"},
		"division by zero":         {"1 // len([])", "division by zero", "test.star:6:"},
		"modulo by zero":           {"d['good'] % 0", "modulo by zero", "test.star:6:"},
		"division of a string":     {"'a' / 2", "unknown binary op: string / int", "test.star:6:"},
		"missing key":              {"d['never']", `key "never" not in shared.dict`, "test.star:6:"},
		"index":                    {"l[7]", "shared.list index 7 out of range", "test.star:6:"},
		"wrong type in the heap":   {"d.add('text', 1)", "it holds a string, and only an int can be added to", "test.star:6:"},
		"error in an inner block":  {"atomic(lambda: fail('inner'))", "inner", "in lambda"},
		"error in an alternative":  {"or_else([lambda: d['good'] and retry(), lambda: fail('second')])", "second", "in lambda"},
		"frozen global":            {"frozen.append(1)", "cannot append to frozen list", "test.star:6:"},
		"frozen value in the heap": {"d['list'].append(1)", "cannot append to frozen list", "test.star:6:"},
		"mutation in a loop":       {"mutate()", "cannot append to list during iteration", "in mutate"},
		"threads":                  {"parallel([len])", "an atomic block runs on one thread", "test.star:6:"},
		"operator on an object":    {"whole['x'] = 1", "an element of a shared.dict is known in an atomic block only", "test.star:6:"},
	} {
		t.Run(name, func(t *testing.T) {
			eachMode(t, func(t *testing.T, rt *Runtime) {
				rt.Syntax = &syntax.FileOptions{Set: true, While: true, Recursion: true}
				s := load(t, rt, `
def body(d, c, l):
    d["bad"], d["good"] = 1, 2
    c.add(1)
    l.append(3); l[0] = 4; d.pop("text2"); print("bad")
    `+test.body+`
def recurse(n): recurse(n + 1)
def mutate():
    xs = [1]
    for x in xs: xs.append(x)
frozen = []
d, c, l = shared.dict(), shared.counter(), shared.list([1])
def init():
    for k, v in [("good", 1), ("text", "x"), ("text2", "y"), ("list", [])]: d.set(k, v)
init()
whole = d
def main(): atomic(body, d, c, l)
def state(): return [d.items(), c.value(), l.snapshot()]
`, nil)
				before := s.call("state").String()
				thread := s.thread()
				thread.SetMaxExecutionSteps(3000)
				_, err := rt.Call(t.Context(), thread, s.globals["main"], nil, nil)
				require.ErrorContains(t, err, test.want)
				require.Contains(t, backtrace(err), test.at)
				require.Equal(t, before, s.call("state").String())
				require.Empty(t, s.output)
				require.Zero(t, thread.CallStackDepth())
			})
		})
	}
}

// Starlark forbids recursion unless the dialect permits it.
func TestRecursionIsForbidden(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		s := load(t, rt, `
c = shared.counter()
def body(c):
    c.add(1)
    body(c)
def main(): atomic(body, c)
def value(): return c.value()
`, nil)
		_, err := s.try(t.Context(), "main")
		require.ErrorContains(t, err, "function body called recursively")
		require.Equal(t, starlark.MakeInt(0), s.call("value"))
	})
}
