package code

import "github.com/weft-stm/weft/examples/vm/syntax"

// chunk is how many elements of a list are in registers at a time.
const chunk = 32

// list makes a list. One that takes several instructions is made in a register
// of its own, since elements may use the variable that it is assigned to.
func (g *gen) list(x *syntax.List, dst int) {
	r := dst
	if len(x.Items) > chunk {
		r = g.alloc()
	}
	rest := x.Items
	for first := true; first || len(rest) > 0; first = false {
		part := rest[:min(len(rest), chunk)]
		rest = rest[len(part):]
		g.temps(func() {
			base := g.args(part)
			if first {
				g.emit(NewList, r, base, len(part), 0)
			} else {
				g.emit(Append, r, base, len(part), 0)
			}
		})
	}
	if r != dst {
		g.emit(Move, dst, r, 0, 0)
	}
}

// args puts values into registers one after the other, and returns the first.
func (g *gen) args(all []syntax.Expr) (first int) {
	first = g.next
	for _, x := range all {
		g.expr(x, g.alloc())
	}
	return first
}

func (g *gen) dict(x *syntax.Dict, dst int) {
	r := g.alloc()
	g.emit(NewDict, r, 0, 0, 0)
	for i := range x.Keys {
		g.temps(func() {
			k, v := g.operand(x.Keys[i]), g.operand(x.Values[i])
			g.emit(SetIndex, r, k, v, 0)
		})
	}
	g.emit(Move, dst, r, 0, 0)
}

// closure makes a function. What it captures is in instructions of its own, one
// for each variable.
func (g *gen) closure(f *syntax.Fn, dst int) {
	captures := g.fns[f].captures
	g.emit(Closure, dst, 0, len(captures), g.numbers[f])
	for _, v := range captures {
		if v.fn == g.fn {
			g.emit(Capture, v.reg, 1, 0, 0)
		} else {
			g.emit(Capture, g.fn.captureOf(v), 0, 0, 0)
		}
	}
}

func (g *gen) call(x *syntax.Call, dst int) {
	base := g.alloc()
	if x.Spawn {
		g.expr(x.Fn, base)
		g.args(x.Args)
		g.line = x.Pos
		g.emit(Spawn, base, len(x.Args), dst, 0)
		return
	}
	if n, ok := g.native(x.Fn); ok {
		g.args(x.Args)
		g.line = x.Pos
		g.emit(CallNative, base, len(x.Args), dst, n)
		return
	}
	switch f := x.Fn.(type) {
	case *syntax.Ident:
		if v := g.all[f]; v.kind == function_ {
			g.arity(x.Pos, v.name, len(g.funcs[v.number-1].Params), len(x.Args))
			g.args(x.Args)
			g.line = x.Pos
			g.emit(CallFunc, base, len(x.Args), dst, v.number)
			return
		} else if v.kind == class {
			g.instance(x, v.number, base, dst)
			return
		}
	case *syntax.Field:
		g.expr(f.X, g.alloc())
		g.args(x.Args)
		g.line = f.Pos
		g.emit(CallMethod, base, len(x.Args), dst, g.site(f.Name))
		return
	case *syntax.Super:
		g.super(x, f, base, dst)
		return
	}
	g.expr(x.Fn, base)
	g.args(x.Args)
	g.line = x.Pos
	g.emit(Call, base, len(x.Args), dst, 0)
}

func (g *gen) instance(x *syntax.Call, class, base, dst int) {
	g.alloc() // for the object
	g.args(x.Args)
	params := 0
	if init := g.methods[class]["init"]; init != nil {
		params = len(init.Params)
	}
	g.line = x.Pos
	g.arity(x.Pos, g.out.Classes[class].Name, params, len(x.Args))
	g.emit(New, base, len(x.Args), dst, class)
}

func (g *gen) super(x *syntax.Call, f *syntax.Super, base, dst int) {
	fn := g.fn
	for fn.node.Class == "" { // a function in a method
		fn = fn.outer
	}
	above := g.classes[fn.node.Class].Super
	var method *syntax.Fn
	for i, c := range g.out.Classes {
		if c.Name == above {
			method = g.methods[i][f.Name]
		}
	}
	if method == nil {
		g.fail(f.Pos, "no class above %s has a method %s", fn.node.Class, f.Name)
	}
	g.read(g.all[f], g.alloc())
	g.args(x.Args)
	g.line = x.Pos
	g.arity(x.Pos, f.Name, len(method.Params), len(x.Args))
	g.emit(CallFunc, base, len(x.Args)+1, dst, g.numbers[method])
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
