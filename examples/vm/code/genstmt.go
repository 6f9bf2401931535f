package code

import "github.com/weft-stm/weft/examples/vm/syntax"

func (g *gen) block(b *syntax.Block) {
	g.temps(func() {
		for _, s := range b.Body {
			g.statement(s)
		}
	})
}

// statement translates s. Registers that it takes for variables stay taken.
func (g *gen) statement(s syntax.Stmt) {
	g.line = s.At()
	switch s := s.(type) {
	case *syntax.Let:
		g.let(s)
	case *syntax.Assign:
		g.temps(func() { g.assign(s) })
	case *syntax.ExprStmt:
		g.temps(func() { g.expr(s.X, g.alloc()) })
	case *syntax.Block:
		g.block(s)
	case *syntax.If:
		g.ifStmt(s)
	case *syntax.While:
		g.while(s)
	case *syntax.For:
		if s.To != nil {
			g.forRange(s)
		} else {
			g.forEach(s)
		}
	case *syntax.Break:
		e := g.loop(s.Pos, "break")
		e.breaks = append(e.breaks, g.jumpOut(e))
	case *syntax.Continue:
		e := g.loop(s.Pos, "continue")
		e.continues = append(e.continues, g.jumpOut(e))
	case *syntax.Return:
		g.temps(func() { g.returnStmt(s) })
	case *syntax.Throw:
		g.temps(func() {
			r := g.operand(s.Value)
			g.line = s.Pos
			g.emit(Throw, r, 0, 0, 0)
		})
	case *syntax.Try:
		g.temps(func() { g.try(s) })
	case *syntax.Atomic:
		g.temps(func() { g.atomic(s) })
	case *syntax.With:
		g.temps(func() { g.with(s) })
	case *syntax.Retry:
		g.emit(Retry, 0, 0, 0, 0)
	case *syntax.FnDecl:
		g.fnDecl(s)
	}
}

func (g *gen) let(s *syntax.Let) {
	v := g.all[s]
	if v.kind == constant {
		return
	}
	if v.kind == global {
		g.temps(func() {
			r := g.alloc()
			g.exprOrNil(s.Value, r)
			g.emit(SetGlobal, r, 0, 0, v.number)
		})
		return
	}
	v.reg = g.alloc()
	g.exprOrNil(s.Value, v.reg)
	g.box(v)
}

func (g *gen) exprOrNil(x syntax.Expr, dst int) {
	if x == nil {
		g.constant(nil, dst)
	} else {
		g.expr(x, dst)
	}
}

// box puts a variable that has its value into a cell, if closures see it
// change.
func (g *gen) box(v *variable) {
	if v.boxed() {
		g.emit(NewBox, v.reg, 0, 0, 0)
	}
}

func (g *gen) fnDecl(s *syntax.FnDecl) {
	v := g.all[s]
	if v.kind == function_ {
		return // a constant
	}
	v.reg = g.alloc()
	if !v.early {
		g.closure(s.Fn, v.reg)
		g.box(v)
		return
	}
	g.constant(nil, v.reg)
	g.emit(NewBox, v.reg, 0, 0, 0)
	g.temps(func() {
		r := g.alloc()
		g.closure(s.Fn, r)
		g.emit(SetBox, r, v.reg, 0, 0)
	})
}

func (g *gen) ifStmt(s *syntax.If) {
	no := g.cond(s.Cond, false)
	g.block(s.Then)
	if s.Else == nil {
		g.patch(no...)
		return
	}
	end := g.emit(Jump, 0, 0, 0, 0)
	g.patch(no...)
	g.statement(s.Else)
	g.patch(end)
}

func (g *gen) while(s *syntax.While) {
	top := g.here()
	end := g.cond(s.Cond, false)
	e := g.push(&exit{kind: loop})
	g.block(s.Body)
	g.pop()
	g.patch(e.continues...)
	g.line = s.Pos
	g.back(Loop, 0, top)
	g.patch(end...)
	g.patch(e.breaks...)
}

// back emits a jump back, which counts instructions.
func (g *gen) back(op Op, a, to int) { g.emit(op, a, 0, min(g.here()-to+1, 255), to) }

func (g *gen) forRange(s *syntax.For) {
	g.temps(func() {
		from, to, v := g.alloc(), g.alloc(), g.all[s]
		v.reg = g.alloc()
		g.expr(s.From, from)
		g.expr(s.To, to)
		g.line = s.Pos
		end := g.emit(ForPrep, from, 0, 0, 0)
		top := g.here()
		e := g.turn(s, v)
		g.back(ForLoop, from, top)
		g.patch(end)
		g.patch(e.breaks...)
	})
}

// turn is the body of a loop, v its variable. What follows is where it continues.
func (g *gen) turn(s *syntax.For, v *variable) *exit {
	e := g.push(&exit{kind: loop})
	g.box(v)
	g.block(s.Body)
	g.pop()
	g.patch(e.continues...)
	g.line = s.Pos
	return e
}

func (g *gen) forEach(s *syntax.For) {
	g.temps(func() {
		seq, _, v := g.alloc(), g.alloc(), g.all[s]
		v.reg = g.alloc()
		g.expr(s.From, seq)
		g.line = s.Pos
		g.emit(EachPrep, seq, 0, 0, 0)
		top := g.emit(Each, seq, 0, 0, 0)
		e := g.turn(s, v)
		g.back(Loop, 0, top)
		g.patch(top)
		g.patch(e.breaks...)
	})
}

func (g *gen) returnStmt(s *syntax.Return) {
	if g.isInit() && s.Value != nil {
		g.fail(s.Pos, "init returns its object, and nothing else")
	}
	r := 0
	switch {
	case g.isInit():
		if v := g.fn.params[0]; v.boxed() {
			r = g.alloc()
			g.emit(GetBox, r, v.reg, 0, 0)
		}
	case len(g.exits) > 0 || s.Value == nil:
		r = g.alloc()
		g.exprOrNil(s.Value, r)
	default:
		r = g.operand(s.Value)
	}
	g.line = s.Pos
	g.leave(0)
	g.emit(Return, r, 0, 0, 0)
	g.reopen(0)
}
