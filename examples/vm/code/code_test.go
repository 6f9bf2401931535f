package code_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/examples/vm/code"
	"github.com/weft-stm/weft/examples/vm/syntax"
)

// natives has two functions.
type natives struct{}

func (natives) Lookup(name string) (int, bool) { return 0, name == "print" || name == "math.sqrt" }
func (natives) Module(name string) bool        { return name == "math" }

func compile(t *testing.T, text string) (*code.Program, error) {
	tree, err := syntax.Parse("x.w", text)
	require.NoError(t, err)
	return code.Compile(tree, natives{})
}

// TestErrors: what a program says that cannot be is found before it runs.
func TestErrors(t *testing.T) {
	for text, want := range map[string]string{
		"print(x)":                            "x.w:1: undefined: x",
		"fn f() {\n x = 1\n}":                 "x.w:2: undefined: x",
		"let x = x":                           "",
		"fn f() { let x = x }":                "x.w:1: undefined: x",
		"let x = 1\nlet x = 2":                "x.w:2: x is declared twice",
		"fn f() { }\nf = 1":                   "x.w:2: f cannot be assigned to: it is no variable",
		"const c = 1\nfn g() { c = 2 }":       "x.w:2: c cannot be assigned to: it is no variable",
		"fn g() { c = 2 }\nconst c = 1":       "x.w:1: c cannot be assigned to: it is no variable",
		"const c = print":                     "x.w:1: const needs a value that is known before the program runs",
		"fn f(a) { }\n\nf()":                  "x.w:3: f takes 1 argument, not 0",
		"class C { fn init(a, b) { } }\nC(1)": "x.w:2: C takes 2 arguments, not 1",
		"class D : C { }\nclass C { }":        "x.w:1: C is no class declared above",
		"class C { fn f() { super.f() } }":    "x.w:1: no class above C has a method f",
		"class C { fn f() { }\nfn f() { } }":  "x.w:2: C.f is declared twice",
		"class C { fn f() { self.f = 1 } }":   "x.w:1: C.f is a method already",
		"class C { fn init() { return 1 } }":  "x.w:1: init returns its object, and nothing else",
		"fn f() { class C { } }":              "x.w:1: a class is declared at the top level of a program",
		"break":                               "x.w:1: break outside of a loop",
		"while true { fn f() { continue } }":  "x.w:1: continue outside of a loop",
		"math.cbrt(1)":                        "x.w:1: undefined: math.cbrt",
		"fn f(a, a) { }":                      "x.w:1: a is declared twice",
		"try { } catch e { }\nprint(e)":       "x.w:2: undefined: e",
		"for i in 0..3 { }\nprint(i)":         "x.w:2: undefined: i",
	} {
		_, err := compile(t, text)
		if want == "" {
			require.NoError(t, err, text)
		} else {
			require.EqualError(t, err, want, text)
		}
	}
}

// find returns the function with a name.
func find(t *testing.T, p *code.Program, name string) *code.Func {
	for _, f := range p.Funcs {
		if f.Name == name {
			return f
		}
	}
	require.Fail(t, "no function "+name)
	return nil
}

func count(f *code.Func, op code.Op) (n int) {
	for _, i := range f.Code {
		if i.Op == op {
			n++
		}
	}
	return n
}

// TestCells: a variable is in a cell only if a closure sees it change.
func TestCells(t *testing.T) {
	for text, cells := range map[string]int{
		"fn f() { let a = 1; a = 2; return a }":                         0,
		"fn f() { let a = 1; return fn() { return a } }":                0,
		"fn f() { let a = 1; a = 2; return fn() { return a } }":         1,
		"fn f() { let a = 1; return fn() { a = 2 } }":                   1,
		"fn f(a) { return fn() { return fn() { a += 1 } } }":            1,
		"fn f() { fn g() { return g }; return g }":                      1,
		"fn f() { fn g() { return 1 }; return fn() { return g } }":      0,
		"fn f() { for i in 0..3 { print(fn() { return i }) } }":         0,
		"fn f() { for i in 0..3 { i += 1; print(fn() { return i }) } }": 1,
	} {
		p, err := compile(t, text)
		require.NoError(t, err, text)
		require.Equal(t, cells, count(find(t, p, "f"), code.NewBox), text)
	}
}

// TestHandlers: what leaves a block early is not handled by that block's own
// handler any more, so that nothing on the way out is done twice.
func TestHandlers(t *testing.T) {
	p, err := compile(t, `
fn f(l) {
	while true {
		try {
			if l { return 1 }
			if not l { break }
		} finally {
			print("out")
		}
		with l { continue }
		atomic { return 2 }
	}
}`)
	require.NoError(t, err)
	f := find(t, p, "f")
	for at, i := range f.Code {
		h := f.Find(at)
		switch i.Op {
		case code.CallNative, code.Release:
			require.Nil(t, h, "instruction %d of\n%s", at, f)
		case code.LeaveAtomic:
			require.NotNil(t, h)
			require.Equal(t, code.Region, h.Kind)
		}
	}
	require.Equal(t, 4, count(f, code.CallNative), "return, break, the end, an exception\n%s", f)
	require.Equal(t, 3, count(f, code.Release), "%s", f)
}

// TestConstants are computed beforehand.
func TestConstants(t *testing.T) {
	p, err := compile(t, "const a = 3 * (4 + 5)\nconst b = a << 2\nfn f() { return b - 1 }\nfn g() { return -1.5 * 2.0 }")
	require.NoError(t, err)
	f := find(t, p, "f")
	require.Equal(t, code.Instr{Op: code.LoadInt, A: 0, D: 107}, f.Code[0], "%s", f)
	require.Equal(t, []any{-3.0, nil}, find(t, p, "g").Consts)
}

// TestLimits: a function that is too large is refused.
func TestLimits(t *testing.T) {
	text := "fn f() {\n"
	for i := range 300 {
		text += "let x" + string(rune('a'+i%26)) + string(rune('a'+i/26)) + " = 1\n"
	}
	_, err := compile(t, text+"}")
	require.ErrorContains(t, err, "too many variables")
}
