package code

import (
	"fmt"
	"math"

	"github.com/weft-stm/weft/examples/vm/syntax"
)

// Natives are the native functions that a program may use: by their names, or
// module.name.
type Natives interface {
	// Lookup returns the number of a native function.
	Lookup(name string) (number int, found bool)
	// Module reports whether there is a module of that name.
	Module(name string) bool
}

// Compile translates a program. The error is a [*syntax.Error].
func Compile(p *syntax.Program, natives Natives) (out *Program, err error) {
	defer func() {
		if e, ok := recover().(*syntax.Error); ok {
			out, err = nil, e
		}
	}()
	n := &names{
		file: p.File, natives: natives.Lookup, modules: natives.Module,
		all: map[any]*variable{}, fns: map[*syntax.Fn]*function{}, saves: map[*syntax.Atomic][]*variable{},
		classes: map[string]*syntax.Class{},
	}
	n.fn = &function{}
	n.in(func() {
		n.top(p.Body)
		n.statements(p.Body)
	})
	c := &compiler{n, &Program{File: p.File, Globals: n.globals}, map[*syntax.Fn]int{}, nil}
	for i, f := range n.funcs {
		c.numbers[f] = i + 1
	}
	c.layOut()
	c.program(p.Body)
	return c.out, nil
}

// A compiler translates all functions of a program.
type compiler struct {
	*names
	out     *Program
	numbers map[*syntax.Fn]int
	methods []map[string]*syntax.Fn // of each class, with those of the classes above
}

func (c *compiler) program(body []syntax.Stmt) {
	c.out.Funcs = make([]*Func, len(c.funcs)+1)
	g := &gen{compiler: c, fn: c.fn, f: &Func{Name: "main"}}
	for _, s := range body {
		g.statement(s)
	}
	g.finish()
	for _, node := range c.funcs {
		c.function(node)
	}
}

func (c *compiler) function(node *syntax.Fn) {
	fn := c.fns[node]
	name := node.Name
	if node.Class != "" {
		name = node.Class + "." + name
	} else if name == "" {
		name = "fn"
	}
	f := &Func{ID: c.numbers[node], Name: name, Params: len(fn.params), Method: node.Class != ""}
	g := &gen{compiler: c, fn: fn, f: f, line: node.Pos}
	for _, v := range fn.params {
		v.reg = g.alloc()
	}
	for _, v := range fn.params {
		if v.boxed() {
			g.emit(NewBox, v.reg, 0, 0, 0)
		}
	}
	for _, s := range node.Body.Body {
		g.statement(s)
	}
	g.finish()
}

// A gen translates one function.
type gen struct {
	*compiler
	fn    *function
	f     *Func
	line  syntax.Pos
	next  int // free register
	exits []*exit
	ints  map[any]int // constants
}

// maxRegs leaves room for the arguments of a call.
const maxRegs = 250

func (g *gen) emit(op Op, a, b, c, d int) int {
	if len(g.f.Code) >= math.MaxUint16 {
		g.fail(g.line, "the function is too long: divide it")
	}
	g.f.Code = append(g.f.Code, Instr{op, uint8(a), uint8(b), uint8(c), int32(d)})
	g.f.Lines = append(g.f.Lines, g.line)
	return len(g.f.Code) - 1
}

// here is where the next instruction goes.
func (g *gen) here() int { return len(g.f.Code) }

// patch makes jumps go to where the next instruction goes.
func (g *gen) patch(jumps ...int) {
	for _, i := range jumps {
		g.target(i, g.here())
	}
}

func (g *gen) target(jump, to int) {
	in := &g.f.Code[jump]
	if in.Op.Near() {
		in.B, in.C = uint8(to), uint8(to>>8)
	} else {
		in.D = int32(to)
	}
}

// alloc takes a register.
func (g *gen) alloc() int {
	r := g.next
	if g.next++; g.next > maxRegs {
		g.fail(g.line, "the function needs too many variables: divide it")
	}
	g.f.Regs = max(g.f.Regs, g.next)
	return r
}

// temps gives back the registers that f takes.
func (g *gen) temps(f func()) {
	mark := g.next
	f()
	g.next = mark
}

// finish ends the function.
func (g *gen) finish() {
	r := g.alloc()
	if g.isInit() {
		r = 0
	} else {
		g.constant(nil, r)
	}
	g.emit(Return, r, 0, 0, 0)
	g.out.Funcs[g.f.ID] = g.f
}

// isInit reports whether the function is the init of a class: it returns its
// object.
func (g *gen) isInit() bool {
	return g.fn.node != nil && g.fn.node.Class != "" && g.fn.node.Name == "init"
}

// constant puts a constant into a register.
func (g *gen) constant(v any, dst int) {
	if i, ok := v.(int64); ok && i == int64(int32(i)) {
		g.emit(LoadInt, dst, 0, 0, int(i))
		return
	}
	g.emit(LoadK, dst, 0, 0, g.constNumber(v))
}

func (g *gen) constNumber(v any) int {
	key := v
	if f, ok := v.(float64); ok {
		key = [2]any{"float", math.Float64bits(f)} // 0 and -0 are the same key
	}
	if i, ok := g.ints[key]; ok {
		return i
	}
	if g.ints == nil {
		g.ints = map[any]int{}
	}
	i := len(g.f.Consts)
	g.ints[key] = i
	g.f.Consts = append(g.f.Consts, v)
	return i
}

// site makes a place for a name, with a cache of its own.
func (g *gen) site(name string) int {
	g.f.Sites = append(g.f.Sites, name)
	return len(g.f.Sites) - 1
}

// arity refuses a call that cannot succeed.
func (g *gen) arity(at syntax.Pos, name string, want, have int) {
	if want != have {
		g.fail(at, "%s", Arity(name, want, have))
	}
}

// Arity says that a call has a wrong number of arguments.
func Arity(name string, want, have int) string {
	s := "s"
	if want == 1 {
		s = ""
	}
	return fmt.Sprintf("%s takes %d argument%s, not %d", name, want, s, have)
}
