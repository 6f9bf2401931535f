package run

import (
	"fmt"
	"math"
)

// A key is a Value as a key of a dictionary: keys are equal if the values are,
// as == has it.
type key struct {
	n   uint64
	ref *header // what kind of value it is, or the object itself
	s   string
}

var (
	textKey = header{kindString}
	bigKey  = header{kindBig}
)

// keyOf returns the key for a value. NaN is none.
func keyOf(v Value) (k key, err error) {
	switch v.kind() {
	case kindString:
		return key{0, &textKey, v.text()}, nil
	case kindFloat:
		x := v.float()
		if x != x {
			return k, fmt.Errorf("nan cannot be a key: it is not equal to itself")
		}
		if n := int64(x); x == math.Trunc(x) && math.Abs(x) < 1<<62 {
			return key{uint64(n), &intHeader, ""}, nil
		}
		return key{v.n, v.ref, ""}, nil
	case kindBig:
		return key{0, &bigKey, v.big().String()}, nil
	}
	return key{v.n, v.ref, ""}, nil
}

// value is the inverse of keyOf.
func (k key) value() Value {
	switch k.ref {
	case &textKey:
		return String(k.s)
	case &bigKey:
		v, _ := parseInt(k.s)
		return v
	}
	return Value{k.n, k.ref}
}
