package run

import (
	"fmt"
	"math/big"

	"github.com/weft-stm/weft/examples/vm/code"
)

// equal is ==: numbers and strings by value, objects by identity.
func equal(x, y Value) bool {
	switch {
	case x.ref == y.ref && x.ref != &floatHeader:
		return x.n == y.n
	case x.is(kindString) && y.is(kindString):
		return x.text() == y.text()
	case x.is(kindBig) && y.is(kindBig):
		return x.big().Cmp(y.big()) == 0
	case x.isFloat() || y.isFloat():
		a, ok1 := x.Float()
		b, ok2 := y.Float()
		return ok1 && ok2 && a == b
	}
	return false
}

// less is x < y, or x <= y if orEqual.
func less(x, y Value, orEqual bool) (bool, error) {
	switch {
	case x.isInt() && y.isInt():
		return x.int() < y.int() || orEqual && x.int() == y.int(), nil
	case x.is(kindString) && y.is(kindString):
		return x.text() < y.text() || orEqual && x.text() == y.text(), nil
	case x.isFloat() || y.isFloat():
		a, ok1 := x.Float()
		b, ok2 := y.Float()
		if ok1 && ok2 {
			return a < b || orEqual && a == b, nil
		}
	default:
		a, b := bigOf(x), bigOf(y)
		if a != nil && b != nil {
			c := a.Cmp(b)
			return c < 0 || orEqual && c == 0, nil
		}
	}
	return false, fmt.Errorf("%s and %s cannot be compared", x.typeName(), y.typeName())
}

// compare decides a comparison: whether a conditional jump is taken.
func compare(op code.Op, x, y Value) (bool, error) {
	switch op {
	case code.Eq, code.JEq, code.JEqI:
		return equal(x, y), nil
	case code.Ne, code.JNeI:
		return !equal(x, y), nil
	case code.Lt, code.JLt, code.JLtI:
		return less(x, y, false)
	case code.Le, code.JLe, code.JLeI:
		return less(x, y, true)
	case code.JGtI:
		return less(y, x, false)
	case code.JGeI:
		return less(y, x, true)
	}
	not := map[code.Op]code.Op{code.JNltI: code.JLtI, code.JNleI: code.JLeI, code.JNgtI: code.JGtI, code.JNgeI: code.JGeI}
	b, err := compare(not[op], x, y)
	return !b, err
}

// toInt is the integer part of a number, or the integer that a string shows.
func toInt(v Value) (Value, error) {
	switch v.kind() {
	case kindInt, kindBig:
		return v, nil
	case kindFloat:
		f := big.NewFloat(0)
		if x := v.float(); x-x == 0 { // finite
			n, _ := f.SetFloat64(x).Int(nil)
			return Integer(n), nil
		}
	case kindString:
		if n, ok := parseInt(v.text()); ok {
			return n, nil
		}
	}
	return Nil, fmt.Errorf("no integer can be made of this %s", v.typeName())
}
