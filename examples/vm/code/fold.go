package code

import (
	"math"

	"github.com/weft-stm/weft/examples/vm/syntax"
)

// fold returns the value of a constant expression: literals, other constants,
// and arithmetic that does not overflow.
func (n *names) fold(x syntax.Expr) any {
	v, ok := n.known(x)
	if !ok {
		n.fail(x.At(), "const needs a value that is known before the program runs")
	}
	return v
}

func (n *names) known(x syntax.Expr) (v any, ok bool) {
	switch x := x.(type) {
	case *syntax.Literal:
		return x.Value, true
	case *syntax.Ident:
		if v := n.all[x]; v != nil && v.folded {
			return v.value, true
		}
	case *syntax.Unary:
		v, ok := n.known(x.X)
		if !ok || x.Op != "-" {
			return nil, false
		}
		switch v := v.(type) {
		case int64:
			return -v, v != math.MinInt64
		case float64:
			return -v, true
		}
	case *syntax.Binary:
		a, ok1 := n.known(x.X)
		b, ok2 := n.known(x.Y)
		if !ok1 || !ok2 {
			return nil, false
		}
		if i, isInt := a.(int64); isInt {
			if j, isInt := b.(int64); isInt {
				return foldInts(x.Op, i, j)
			}
		}
		if f, isFloat := a.(float64); isFloat {
			if g, isFloat := b.(float64); isFloat {
				return foldFloats(x.Op, f, g)
			}
		}
	}
	return nil, false
}

func foldInts(op syntax.Kind, a, b int64) (any, bool) {
	const small = 1 << 31
	fits := a > -small && a < small && b > -small && b < small
	switch {
	case !fits:
	case op == "+":
		return a + b, true
	case op == "-":
		return a - b, true
	case op == "*":
		return a * b, true
	case op == "<<" && b >= 0 && b < 31:
		return a << b, true
	}
	return nil, false
}

func foldFloats(op syntax.Kind, a, b float64) (any, bool) {
	switch op {
	case "+":
		return a + b, true
	case "-":
		return a - b, true
	case "*":
		return a * b, true
	case "/":
		return a / b, true
	}
	return nil, false
}
