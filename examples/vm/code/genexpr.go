package code

import "github.com/weft-stm/weft/examples/vm/syntax"

var binaryOps = map[syntax.Kind]Op{
	"+": Add, "-": Sub, "*": Mul, "/": Div, "%": Mod, "&": And, "|": Or, "^": Xor, "<<": Shl, ">>": Shr,
	"==": Eq, "!=": Ne, "<": Lt, "<=": Le, ">": Lt, ">=": Le, "in": In,
}

// withInt are the operations whose second operand may be in the instruction.
var withInt = map[Op]Op{Add: AddI, Sub: SubI, Mul: MulI, Div: DivI, Mod: ModI, And: AndI, Shl: ShlI, Shr: ShrI}

// operand returns a register that has the value of x: that of a variable, or a
// new one.
func (g *gen) operand(x syntax.Expr) int {
	if v := g.variable(x); v != nil && v.kind == local && v.fn == g.fn && !v.boxed() {
		return v.reg
	}
	r := g.alloc()
	g.expr(x, r)
	return r
}

func (g *gen) variable(x syntax.Expr) *variable {
	switch x := x.(type) {
	case *syntax.Ident:
		return g.all[x]
	case *syntax.Self:
		return g.all[x]
	}
	return nil
}

// expr puts the value of x into dst, in the last instruction.
func (g *gen) expr(x syntax.Expr, dst int) {
	line := g.line
	g.line = x.At()
	mark := g.next
	g.value(x, dst)
	g.next, g.line = mark, line
}

func (g *gen) value(x syntax.Expr, dst int) {
	if v, ok := g.known(x); ok {
		g.constant(v, dst)
		return
	}
	switch x := x.(type) {
	case *syntax.Ident:
		if v := g.all[x]; v != nil {
			g.read(v, dst)
		} else {
			n, _ := g.native(x)
			g.constant(NativeRef(n), dst)
		}
	case *syntax.Self:
		g.read(g.all[x], dst)
	case *syntax.Unary:
		op := map[syntax.Kind]Op{"-": Neg, "~": Inv, "not": Not}[x.Op]
		g.emit(op, dst, g.operand(x.X), 0, 0)
	case *syntax.Binary:
		g.binary(x, dst)
	case *syntax.List:
		g.list(x, dst)
	case *syntax.Dict:
		g.dict(x, dst)
	case *syntax.Index:
		a, i := g.operand(x.X), g.operand(x.I)
		g.line = x.Pos
		g.emit(GetIndex, dst, a, i, 0)
	case *syntax.Field:
		if n, ok := g.native(x); ok {
			g.constant(NativeRef(n), dst)
			return
		}
		g.emit(GetField, dst, g.operand(x.X), 0, g.site(x.Name))
	case *syntax.Call:
		g.call(x, dst)
	case *syntax.Fn:
		g.closure(x, dst)
	case *syntax.Super:
		g.fail(x.Pos, "super.%s can only be called", x.Name)
	}
}

// read puts the value of a variable into dst.
func (g *gen) read(v *variable, dst int) {
	switch {
	case v.kind == global:
		g.emit(GetGlobal, dst, 0, 0, v.number)
	case v.kind == constant:
		g.constant(v.value, dst)
	case v.kind == function_:
		g.constant(FuncRef(v.number), dst)
	case v.kind == class:
		g.constant(ClassRef(v.number), dst)
	case v.fn == g.fn && v.boxed():
		g.emit(GetBox, dst, v.reg, 0, 0)
	case v.fn == g.fn:
		if v.reg != dst {
			g.emit(Move, dst, v.reg, 0, 0)
		}
	case v.boxed():
		g.emit(GetCell, dst, g.fn.captureOf(v), 0, 0)
	default:
		g.emit(GetCapture, dst, g.fn.captureOf(v), 0, 0)
	}
}

// write makes the value of a register that of a variable.
func (g *gen) write(v *variable, src int) {
	switch {
	case v.kind == global:
		g.emit(SetGlobal, src, 0, 0, v.number)
	case v.fn == g.fn && v.boxed():
		g.emit(SetBox, src, v.reg, 0, 0)
	case v.fn == g.fn:
		if v.reg != src {
			g.emit(Move, v.reg, src, 0, 0)
		}
	default:
		g.emit(SetCell, src, g.fn.captureOf(v), 0, 0)
	}
}

func (g *gen) assign(s *syntax.Assign) {
	// compute puts the new value into dst; old reads the one before.
	compute := func(old func() int, dst int) {
		if s.Op == "" {
			g.expr(s.Value, dst)
			return
		}
		a := old()
		g.arith(binaryOps[s.Op], a, s.Value, dst, s.Pos)
	}
	switch t := s.Target.(type) {
	case *syntax.Ident:
		v := g.all[t]
		if v.kind == local && v.fn == g.fn && !v.boxed() {
			compute(func() int { return v.reg }, v.reg)
			return
		}
		r := g.alloc()
		compute(func() int { g.read(v, r); return r }, r)
		g.line = s.Pos
		g.write(v, r)
	case *syntax.Index:
		a, i, r := g.operand(t.X), g.operand(t.I), g.alloc()
		compute(func() int { g.emit(GetIndex, r, a, i, 0); return r }, r)
		g.line = s.Pos
		g.emit(SetIndex, a, i, r, 0)
	case *syntax.Field:
		a, r := g.operand(t.X), g.alloc()
		compute(func() int { g.emit(GetField, r, a, 0, g.site(t.Name)); return r }, r)
		g.line = s.Pos
		g.emit(SetField, a, r, 0, g.site(t.Name))
	}
}

func (g *gen) binary(x *syntax.Binary, dst int) {
	switch x.Op {
	case "and", "or":
		g.logic(x, dst)
	case ">", ">=":
		a, b := g.operand(x.X), g.operand(x.Y)
		g.line = x.Pos
		g.emit(binaryOps[x.Op], dst, b, a, 0)
	default:
		g.arith(binaryOps[x.Op], g.operand(x.X), x.Y, dst, x.Pos)
	}
}

// arith emits dst = R[a] op y.
func (g *gen) arith(op Op, a int, y syntax.Expr, dst int, at syntax.Pos) {
	if i, ok := g.smallInt(y); ok && withInt[op] != Nop {
		g.line = at
		g.emit(withInt[op], dst, a, 0, i)
		return
	}
	b := g.operand(y)
	g.line = at
	g.emit(op, dst, a, b, 0)
}

// smallInt returns the value of a constant that fits into an instruction.
func (g *gen) smallInt(x syntax.Expr) (n int, ok bool) {
	v, _ := g.known(x)
	i, ok := v.(int64)
	return int(i), ok && i == int64(int32(i))
}

// logic computes in a register of its own, since it writes that first and reads
// variables then.
func (g *gen) logic(x *syntax.Binary, dst int) {
	r := g.alloc()
	g.expr(x.X, r)
	op := JFalse
	if x.Op == "or" {
		op = JTrue
	}
	end := g.emit(op, r, 0, 0, 0)
	g.expr(x.Y, r)
	g.patch(end)
	g.emit(Move, dst, r, 0, 0)
}

// cond jumps if x is sense, and returns the jumps.
func (g *gen) cond(x syntax.Expr, sense bool) (jumps []int) {
	mark := g.next
	defer func() { g.next = mark }()
	switch b := x.(type) {
	case *syntax.Literal:
		if v, ok := b.Value.(bool); ok {
			if v == sense {
				return []int{g.emit(Jump, 0, 0, 0, 0)}
			}
			return nil
		}
	case *syntax.Unary:
		if b.Op == "not" {
			return g.cond(b.X, !sense)
		}
	case *syntax.Binary:
		switch b.Op {
		case "and", "or":
			if sense == (b.Op == "or") {
				return append(g.cond(b.X, sense), g.cond(b.Y, sense)...)
			}
			over := g.cond(b.X, !sense)
			jumps = g.cond(b.Y, sense)
			g.patch(over...)
			return jumps
		case "==", "!=", "<", "<=", ">", ">=":
			return []int{g.compare(b, sense)}
		}
	}
	op := JFalse
	if sense {
		op = JTrue
	}
	r := g.operand(x)
	return []int{g.emit(op, r, 0, 0, 0)}
}

var jumps = map[syntax.Kind][3]Op{ // of two registers; with an integer; the opposite of that
	"==": {JEq, JEqI, JNeI}, "!=": {JEq, JNeI, JEqI}, "<": {JLt, JLtI, JNltI}, "<=": {JLe, JLeI, JNleI},
	">": {JLt, JGtI, JNgtI}, ">=": {JLe, JGeI, JNgeI},
}

// compare jumps if a comparison is sense.
func (g *gen) compare(x *syntax.Binary, sense bool) (jump int) {
	op := jumps[x.Op]
	a := g.operand(x.X)
	if i, ok := g.smallInt(x.Y); ok {
		g.line = x.Pos
		if sense {
			return g.emit(op[1], a, 0, 0, i)
		}
		return g.emit(op[2], a, 0, 0, i)
	}
	c := boolInt(sense != (x.Op == "!="))
	if y, ok := x.Y.(*syntax.Literal); ok && y.Value == nil && op[0] == JEq {
		return g.emit(JNil, a, 0, c, 0)
	}
	b := g.operand(x.Y)
	g.line = x.Pos
	if x.Op == ">" || x.Op == ">=" {
		a, b = b, a
	}
	return g.emit(op[0], a, b, c, 0)
}
