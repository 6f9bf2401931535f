package code

import "github.com/weft-stm/weft/examples/vm/syntax"

// in runs f in a scope of its own.
func (n *names) in(f func()) {
	fn := n.fn
	fn.scopes = append(fn.scopes, map[string]*variable{})
	f()
	fn.scopes = fn.scopes[:len(fn.scopes)-1]
}

func (n *names) block(b *syntax.Block) {
	if b != nil {
		n.in(func() { n.statements(b.Body) })
	}
}

func (n *names) statements(all []syntax.Stmt) {
	for _, s := range all {
		n.statement(s)
	}
}

func (n *names) statement(s syntax.Stmt) {
	switch s := s.(type) {
	case *syntax.Let:
		n.let(s)
	case *syntax.Assign:
		n.expr(s.Value)
		if x, ok := s.Target.(*syntax.Ident); ok {
			n.assign(x)
		} else {
			n.expr(s.Target)
		}
	case *syntax.ExprStmt:
		n.expr(s.X)
	case *syntax.Block:
		n.block(s)
	case *syntax.If:
		n.expr(s.Cond)
		n.block(s.Then)
		if s.Else != nil {
			n.statement(s.Else)
		}
	case *syntax.While:
		n.expr(s.Cond)
		n.block(s.Body)
	case *syntax.For:
		n.expr(s.From)
		n.expr(s.To)
		n.in(func() {
			n.declare(s.Pos, s.Name, s)
			n.block(s.Body)
		})
	case *syntax.Return:
		n.expr(s.Value)
	case *syntax.Throw:
		n.expr(s.Value)
	default:
		n.region(s)
	}
}

// region resolves statements around blocks that may be left early, and
// declarations.
func (n *names) region(s syntax.Stmt) {
	switch s := s.(type) {
	case *syntax.Try:
		n.block(s.Body)
		if s.Catch != nil {
			n.in(func() {
				n.declare(s.Pos, s.Name, s)
				n.block(s.Catch)
			})
		}
		n.block(s.Finally)
	case *syntax.Atomic:
		f := n.fn
		f.atomics = append(f.atomics, s)
		n.block(s.Body)
		n.block(s.OrElse)
		f.atomics = f.atomics[:len(f.atomics)-1]
	case *syntax.With:
		n.expr(s.Lock)
		n.block(s.Body)
	case *syntax.FnDecl:
		if v := n.all[s]; v == nil {
			v = n.declare(s.Pos, s.Fn.Name, s)
			n.number(s.Fn)
			n.function(s.Fn)
			v.early = v.captured // by itself: nobody else knows it yet
			return
		}
		n.function(s.Fn)
	case *syntax.Class:
		if n.all[s] == nil {
			n.fail(s.Pos, "a class is declared at the top level of a program")
		}
		for _, m := range s.Methods {
			n.number(m)
			n.function(m)
		}
	}
}

func (n *names) let(s *syntax.Let) {
	n.expr(s.Value)
	v := n.all[s]
	if v == nil {
		v = n.declare(s.Pos, s.Name, s)
	}
	if s.Const {
		v.kind = constant
		v.value, v.folded = n.fold(s.Value), true
	}
}

func (n *names) function(f *syntax.Fn) {
	outer := n.fn
	n.fn = &function{outer: outer, node: f}
	n.fns[f] = n.fn
	n.in(func() {
		if f.Class != "" {
			n.fn.params = append(n.fn.params, n.declare(f.Pos, "self", nil))
		}
		for _, p := range f.Params {
			n.fn.params = append(n.fn.params, n.declare(f.Pos, p, nil))
		}
		n.block(f.Body)
	})
	n.fn = outer
}

func (n *names) exprs(all []syntax.Expr) {
	for _, x := range all {
		n.expr(x)
	}
}

func (n *names) expr(x syntax.Expr) {
	switch x := x.(type) {
	case *syntax.Ident:
		if v := n.find(x.Name); v != nil {
			n.all[x] = v
		} else if _, ok := n.natives(x.Name); !ok {
			n.fail(x.Pos, "undefined: %s", x.Name)
		}
	case *syntax.Unary:
		n.expr(x.X)
	case *syntax.Binary:
		n.expr(x.X)
		n.expr(x.Y)
	case *syntax.List:
		n.exprs(x.Items)
	case *syntax.Dict:
		n.exprs(x.Keys)
		n.exprs(x.Values)
	case *syntax.Index:
		n.expr(x.X)
		n.expr(x.I)
	case *syntax.Field:
		n.field(x)
	case *syntax.Call:
		n.expr(x.Fn)
		n.exprs(x.Args)
	case *syntax.Self:
		n.use(x.Pos, "self", x)
	case *syntax.Super:
		n.use(x.Pos, "self", x)
	case *syntax.Fn:
		n.number(x)
		n.function(x)
	}
}

// field resolves x.name, where x may be a module.
func (n *names) field(x *syntax.Field) {
	if m, ok := x.X.(*syntax.Ident); ok && n.find(m.Name) == nil && n.modules(m.Name) {
		if _, ok := n.natives(m.Name + "." + x.Name); !ok {
			n.fail(x.Pos, "undefined: %s.%s", m.Name, x.Name)
		}
		return
	}
	n.expr(x.X)
}

// native returns the number of the native function that x names.
func (n *names) native(x syntax.Expr) (number int, found bool) {
	switch x := x.(type) {
	case *syntax.Ident:
		if n.all[x] == nil {
			return n.natives(x.Name)
		}
	case *syntax.Field:
		if m, ok := x.X.(*syntax.Ident); ok && n.all[m] == nil && n.modules(m.Name) {
			return n.natives(m.Name + "." + x.Name)
		}
	}
	return 0, false
}
