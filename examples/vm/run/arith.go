package run

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"strings"

	"github.com/weft-stm/weft/examples/vm/code"
)

var errZero = errors.New("division by zero")

// maxBits bounds the size of integers, so that no program needs all memory for
// one.
const maxBits = 1 << 20

// maxText bounds the length of strings that an operation makes.
const maxText = 1 << 28

// arith computes x op y, for operations with two operands that are not
// comparisons.
func arith(op code.Op, x, y Value) (Value, error) {
	if op >= code.AddI && op <= code.AndI {
		op -= code.AddI - code.Add
	}
	switch op {
	case code.ShlI:
		op = code.Shl
	case code.ShrI:
		op = code.Shr
	}
	switch {
	case x.isInt() && y.isInt():
		if v, ok, err := ints(op, x.int(), y.int()); ok || err != nil {
			return v, err
		}
		return bigs(op, bigOf(x), bigOf(y))
	case x.isFloat() || y.isFloat():
		a, ok1 := x.Float()
		b, ok2 := y.Float()
		if ok1 && ok2 {
			return floats(op, a, b)
		}
	case bigOf(x) != nil && bigOf(y) != nil:
		return bigs(op, bigOf(x), bigOf(y))
	case op == code.Add && x.is(kindString) && y.is(kindString):
		if len(x.text())+len(y.text()) > maxText {
			return Nil, fmt.Errorf("string too long")
		}
		return String(x.text() + y.text()), nil
	case op == code.Mul && x.is(kindString) && y.isInt():
		if n := y.int(); n < 0 || n*int64(len(x.text())) > maxText || n > maxText {
			return Nil, fmt.Errorf("string too long, or of negative length")
		}
		return String(strings.Repeat(x.text(), int(y.int()))), nil
	}
	return Nil, fmt.Errorf("%s of %s and %s is not possible", op.Symbol(), x.typeName(), y.typeName())
}

// ints computes with integers of 64 bits; ok is false if the result is none.
func ints(op code.Op, a, b int64) (v Value, ok bool, err error) {
	switch op {
	case code.Add:
		s := a + b
		return Int(s), (a^s)&(b^s) >= 0, nil
	case code.Sub:
		s := a - b
		return Int(s), (a^b)&(a^s) >= 0, nil
	case code.Mul:
		p, ok := mul(a, b)
		return Int(p), ok, nil
	case code.Div, code.Mod:
		if b == 0 {
			return Nil, false, errZero
		}
		if a == math.MinInt64 && b == -1 {
			return Nil, false, nil
		}
		q, r := a/b, a%b
		if r != 0 && (r^b) < 0 { // towards minus infinity
			q, r = q-1, r+b
		}
		if op == code.Div {
			return Int(q), true, nil
		}
		return Int(r), true, nil
	case code.And:
		return Int(a & b), true, nil
	case code.Or:
		return Int(a | b), true, nil
	case code.Xor:
		return Int(a ^ b), true, nil
	case code.Shl:
		if b >= 0 && b < 63 && (a<<b)>>b == a {
			return Int(a << b), true, nil
		}
		return Nil, false, nil
	case code.Shr:
		if b >= 0 {
			return Int(a >> min(b, 63)), true, nil
		}
	}
	return Nil, false, nil
}

// mul multiplies; ok is false if the product does not fit.
func mul(a, b int64) (p int64, ok bool) {
	if a == int64(int32(a)) && b == int64(int32(b)) {
		return a * b, true
	}
	if a == math.MinInt64 || b == math.MinInt64 {
		return 0, false
	}
	hi, lo := bits.Mul64(uint64(max(a, -a)), uint64(max(b, -b)))
	return a * b, hi == 0 && lo < 1<<63
}

func floats(op code.Op, a, b float64) (Value, error) {
	switch op {
	case code.Add:
		return Float(a + b), nil
	case code.Sub:
		return Float(a - b), nil
	case code.Mul:
		return Float(a * b), nil
	case code.Div:
		return Float(a / b), nil
	case code.Mod:
		return Float(a - b*math.Floor(a/b)), nil
	}
	return Nil, fmt.Errorf("%s of float is not possible", op.Symbol())
}

// bigOf returns an integer, or nil if v is none.
func bigOf(v Value) *big.Int {
	switch v.kind() {
	case kindInt:
		return big.NewInt(v.int())
	case kindBig:
		return v.big()
	}
	return nil
}

func bigs(op code.Op, a, b *big.Int) (Value, error) {
	z := new(big.Int)
	switch op {
	case code.Add:
		z.Add(a, b)
	case code.Sub:
		z.Sub(a, b)
	case code.Mul:
		if a.BitLen()+b.BitLen() > maxBits {
			return Nil, fmt.Errorf("integer too large")
		}
		z.Mul(a, b)
	case code.Div, code.Mod:
		if b.Sign() == 0 {
			return Nil, errZero
		}
		r := new(big.Int)
		z.QuoRem(a, b, r)
		if r.Sign() != 0 && r.Sign() != b.Sign() {
			z.Sub(z, big.NewInt(1))
			r.Add(r, b)
		}
		if op == code.Mod {
			z = r
		}
	case code.And:
		z.And(a, b)
	case code.Or:
		z.Or(a, b)
	case code.Xor:
		z.Xor(a, b)
	case code.Shl, code.Shr:
		if !b.IsInt64() || b.Int64() < 0 || b.Int64() > maxBits {
			return Nil, fmt.Errorf("%s by a negative or too large number", op.Symbol())
		}
		if op == code.Shr {
			return Integer(z.Rsh(a, uint(b.Int64()))), nil
		}
		z.Lsh(a, uint(b.Int64()))
	}
	if z.BitLen() > maxBits {
		return Nil, fmt.Errorf("integer too large")
	}
	return Integer(z), nil
}

// unary computes op x.
func unary(op code.Op, x Value) (Value, error) {
	switch {
	case op == code.Not:
		return Bool(!x.truth()), nil
	case op == code.Inv && x.isInt():
		return Int(^x.int()), nil
	case op == code.Neg && x.isInt() && x.int() != math.MinInt64:
		return Int(-x.int()), nil
	case op == code.Neg && x.isFloat():
		return Float(-x.float()), nil
	case op == code.Neg && bigOf(x) != nil:
		return Integer(new(big.Int).Neg(bigOf(x))), nil
	case op == code.Inv && bigOf(x) != nil:
		return Integer(new(big.Int).Not(bigOf(x))), nil
	}
	return Nil, fmt.Errorf("%s of %s is not possible", op.Symbol(), x.typeName())
}

func parseInt(s string) (Value, bool) {
	x, ok := new(big.Int).SetString(s, 10)
	if !ok {
		return Nil, false
	}
	return Integer(x), true
}
