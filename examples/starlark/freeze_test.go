package starstm

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// What a block could change without being able to undo it is frozen before
// its first run: the change is an error each time, not only after a conflict.
func TestOutsideOfABlockIsFrozen(t *testing.T) {
	tests := []struct{ name, src, want string }{
		{"argument", `
def body(xs): xs.append(1)
def main(): atomic(body, [])
`, "append: cannot append to frozen list"},
		{"named argument", `
def body(xs): xs["k"] = 1
def main(): atomic(body, xs = {})
`, "cannot insert into frozen hash table"},
		{"captured list", `
def main():
    xs = []
    def body(): xs.append(1)
    atomic(body)
`, "append: cannot append to frozen list"},
		{"captured by an argument", `
def main():
    xs = []
    atomic(lambda f: f(), lambda: xs.append(1))
`, "append: cannot append to frozen list"},
		{"default value", `
def main():
    def body(xs = []): xs.append(1)
    atomic(body)
`, "append: cannot append to frozen list"},
		{"inner block", `
def inner(xs): xs.append(1)
def outer(xs): atomic(inner, xs)
def main(): atomic(outer, [])
`, "append: cannot append to frozen list"},
		{"view", `
def main(): view(lambda xs: xs.append(1), [])
`, "append: cannot append to frozen list"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			eachMode(t, func(t *testing.T, rt *Runtime) {
				s := load(t, rt, test.src, nil)
				_, err := s.try(t.Context(), "main")
				require.ErrorContains(t, err, test.want)
			})
		})
	}
}

// The globals of a module are mutable until the file has been executed, and
// Function.Freeze does not reach them (starlark-go issue 623).
func TestModuleGlobalsAreFrozenDuringInitialization(t *testing.T) {
	tests := []struct{ name, src string }{
		{"of the function", `
xs = []
def body(): xs.append(1)
atomic(body)
`},
		{"made after a first block", `
atomic(lambda: None)
xs = []
def body(): xs.append(1)
atomic(body)
`},
		{"of a function in an argument", `
xs = []
def body(fs): fs[0]()
atomic(body, [lambda: xs.append(1)])
`},
		{"of the caller of another module's function", `
xs = []
def add(): xs.append(1)
apply({"f": add})
`},
		{"in a view", `
xs = []
def body(): xs.append(1)
view(body)
`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			eachMode(t, func(t *testing.T, rt *Runtime) {
				lib := load(t, rt, `
def call(fs): fs["f"]()
def apply(fs): atomic(call, fs)
`, nil)
				_, err := tryLoad(t, rt, test.src, lib.globals)
				require.ErrorContains(t, err, "append: cannot append to frozen list")
			})
		})
	}
}

// A file that the host has initialized by itself is frozen by its first block.
func TestModuleUnknownToTheRuntime(t *testing.T) {
	rt := new(Runtime)
	_, prog, err := starlark.SourceProgramOptions(options, "host.star", `
xs = []
def body(): xs.append(1)
def main(): atomic(body)
`, rt.Predeclared().Has)
	require.NoError(t, err)
	globals, err := prog.Init(new(starlark.Thread), rt.Predeclared())
	require.NoError(t, err)
	_, err = rt.Call(t.Context(), new(starlark.Thread), globals["main"], nil, nil)
	require.ErrorContains(t, err, "append: cannot append to frozen list")
}

func TestCallBeforeTheFileIsExecuted(t *testing.T) {
	rt := new(Runtime)
	env := starlark.StringDict{"start": starlark.NewBuiltin("start", func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		return rt.Call(t.Context(), new(starlark.Thread), args[0], nil, nil)
	})}
	_, err := tryLoad(t, rt, `
def early(): pass
start(early)
`, env)
	require.ErrorContains(t, err, "early belongs to a file that is still being executed: call it after Exec has returned")
}

func TestLocalsOfABlockAreItsOwn(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		s := load(t, rt, `
def body():
    xs = [1]
    def more(): xs.append(2)
    more()
    return xs
got = atomic(body)
got.append(3)       # the result is the caller's
`, nil)
		require.Equal(t, "[1, 2, 3]", s.globals["got"].String())
	})
}

func TestStoredValuesAreFrozen(t *testing.T) {
	eachMode(t, func(t *testing.T, rt *Runtime) {
		s := load(t, rt, `
def main(store):
    xs = [1]
    store(xs)
    xs.append(2)
d, cell, l = shared.dict(), shared.cell(), shared.list()
def key(xs): d.set("k", xs)
def default(xs): d.setdefault("z", xs)
def content(xs): cell.set(xs)
def element(xs): l.append(xs)
def initial(xs): shared.cell(xs)
def elements(xs): shared.list([xs])
def block(xs): atomic(lambda d: d.set("k", xs), d)
`, nil)
		for _, fn := range []string{"key", "default", "content", "element", "initial", "elements", "block"} {
			_, err := s.try(t.Context(), "main", s.globals[fn])
			require.ErrorContains(t, err, "append: cannot append to frozen list", fn)
		}
	})
}
