package code

import (
	"fmt"

	"github.com/weft-stm/weft/examples/vm/syntax"
)

// A variable is what a name stands for.
type variable struct {
	name     string
	kind     varKind
	fn       *function // that it is a local of
	number   int       // of a global, function or class
	value    any       // of a constant
	folded   bool      // value is there
	assigned bool      // after its declaration
	captured bool
	early    bool // captured before it has its value: a function that calls itself
	atomics  int  // atomic blocks around the declaration
	reg      int
}

type varKind uint8

const (
	local varKind = iota
	global
	constant
	function_
	class
)

// boxed reports whether v lives in a cell of the heap: if closures see it
// change.
func (v *variable) boxed() bool { return v.captured && (v.assigned || v.early) }

// A function is what is known about one before it is translated.
type function struct {
	outer    *function
	node     *syntax.Fn // nil: the top level
	scopes   []map[string]*variable
	atomics  []*syntax.Atomic // around the current statement
	captures []*variable
	params   []*variable
}

// A names resolves all names of a program.
type names struct {
	file    string
	natives func(name string) (number int, found bool)
	modules func(name string) bool
	fn      *function
	all     map[any]*variable // by the node that declares or uses it
	fns     map[*syntax.Fn]*function
	saves   map[*syntax.Atomic][]*variable // locals that an atomic block assigns to
	classes map[string]*syntax.Class
	globals []string
	funcs   []*syntax.Fn // numbered from 1
	order   []*syntax.Class
}

func (n *names) fail(at syntax.Pos, format string, args ...any) {
	panic(&syntax.Error{File: n.file, Line: at, Msg: fmt.Sprintf(format, args...)})
}

// declare makes a local, or a global at the top level.
func (n *names) declare(at syntax.Pos, name string, node any) *variable {
	f := n.fn
	scope := f.scopes[len(f.scopes)-1]
	if _, twice := scope[name]; twice {
		n.fail(at, "%s is declared twice", name)
	}
	v := &variable{name: name, fn: f, atomics: len(f.atomics)}
	scope[name] = v
	if node != nil {
		n.all[node] = v
	}
	return v
}

// top declares what the whole program sees.
func (n *names) top(body []syntax.Stmt) {
	for _, s := range body {
		switch s := s.(type) {
		case *syntax.Let:
			v := n.declare(s.Pos, s.Name, s)
			if v.kind = constant; !s.Const {
				v.kind, v.number = global, len(n.globals)
				n.globals = append(n.globals, s.Name)
			}
		case *syntax.FnDecl:
			v := n.declare(s.Pos, s.Fn.Name, s)
			v.kind = function_
			v.number = n.number(s.Fn)
		case *syntax.Class:
			v := n.declare(s.Pos, s.Name, s)
			v.kind, v.number = class, len(n.order)
			n.order = append(n.order, s)
			n.classes[s.Name] = s
		}
	}
}

// number numbers a function.
func (n *names) number(f *syntax.Fn) int {
	n.funcs = append(n.funcs, f)
	return len(n.funcs)
}

// find looks a name up, and notes whether it is captured.
func (n *names) find(name string) *variable {
	for f := n.fn; f != nil; f = f.outer {
		for i := len(f.scopes) - 1; i >= 0; i-- {
			if v := f.scopes[i][name]; v != nil {
				if v.kind == local && f != n.fn {
					n.capture(v)
				}
				return v
			}
		}
	}
	return nil
}

// capture makes v known to the current function, and to those between.
func (n *names) capture(v *variable) {
	v.captured = true
	for f := n.fn; f != v.fn; f = f.outer {
		if f.captureOf(v) < 0 {
			f.captures = append(f.captures, v)
		}
	}
}

func (f *function) captureOf(v *variable) int {
	for i, c := range f.captures {
		if c == v {
			return i
		}
	}
	return -1
}

// use resolves a name that is read.
func (n *names) use(at syntax.Pos, name string, node any) *variable {
	v := n.find(name)
	if v == nil {
		n.fail(at, "undefined: %s", name)
	}
	n.all[node] = v
	return v
}

// assign resolves a name that is assigned to.
func (n *names) assign(x *syntax.Ident) {
	v := n.use(x.Pos, x.Name, x)
	if v.kind == constant || v.kind == function_ || v.kind == class {
		n.fail(x.Pos, "%s cannot be assigned to: it is no variable", x.Name)
	}
	v.assigned = true
	if v.kind != local || v.fn != n.fn {
		return
	}
	for _, a := range n.fn.atomics[v.atomics:] {
		if !has(n.saves[a], v) {
			n.saves[a] = append(n.saves[a], v)
		}
	}
}

func has(all []*variable, v *variable) bool {
	for _, x := range all {
		if x == v {
			return true
		}
	}
	return false
}
