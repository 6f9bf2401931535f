package tvar

import (
	"reflect"
	"unsafe"

	"github.com/weft-stm/weft/internal/engine"
)

// Values of any type T travel to and from cells here, and unsafe is used
// nowhere else in this package. What must hold:
//
//   - the kind of a cell is Zero or kindOf[T] of the one Var[T] around it, so
//     decode meets only what encode of the same T made;
//   - pointers travel only in P, which the garbage collector follows: as a
//     pointer, as the data of a string, or as a *T to a box;
//   - a box is never written after encode has returned;
//   - T of kind Scalar has no pointers and a size of 1, 2, 4 or 8; T of kind
//     Pointer is one pointer word.
//
// The branches that do not fit T compile for it, and are never taken.

// kindOf classifies T. A cell that has been written carries its kind already,
// so this runs once per variable, not per write.
func kindOf[T any]() engine.Kind {
	switch reflect.TypeFor[T]().Kind() {
	case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr,
		reflect.Float32, reflect.Float64, reflect.Complex64:
		return engine.Scalar
	case reflect.Pointer, reflect.UnsafePointer, reflect.Chan, reflect.Map, reflect.Func:
		return engine.Pointer
	case reflect.String:
		return engine.String
	}
	return engine.Box
}

// encode makes a value of x. A box costs one allocation, other kinds none. It
// inlines for the kind that most variables have, and so does decode.
func encode[T any](x T, k engine.Kind) engine.Value {
	if k == engine.Scalar && unsafe.Sizeof(x) == 8 {
		return engine.Value{W: *(*uint64)(unsafe.Pointer(&x)), Kind: k}
	}
	return encodeSlow(x, k)
}

func encodeSlow[T any](x T, k engine.Kind) engine.Value {
	switch k {
	case engine.Scalar:
		return engine.Value{W: bits(x), Kind: k}
	case engine.Pointer:
		return engine.Value{P: *(*unsafe.Pointer)(unsafe.Pointer(&x)), Kind: k}
	case engine.String:
		s := *(*string)(unsafe.Pointer(&x))
		return engine.Value{W: uint64(len(s)), P: unsafe.Pointer(unsafe.StringData(s)), Kind: k}
	case engine.Box:
		return engine.Value{P: box(x), Kind: k}
	}
	return encodeSlow(x, kindOf[T]())
}

// box is apart so that x stays on the stack for the other kinds.
//
//go:noinline
func box[T any](x T) unsafe.Pointer { return unsafe.Pointer(&x) }

// bits returns the bits of a scalar as a number, whatever the byte order.
func bits[T any](x T) uint64 {
	switch unsafe.Sizeof(x) {
	case 1:
		return uint64(*(*uint8)(unsafe.Pointer(&x)))
	case 2:
		return uint64(*(*uint16)(unsafe.Pointer(&x)))
	case 4:
		return uint64(*(*uint32)(unsafe.Pointer(&x)))
	default:
		return *(*uint64)(unsafe.Pointer(&x))
	}
}

// decode is the inverse of encode.
func decode[T any](v engine.Value) (x T) {
	if v.Kind == engine.Scalar && unsafe.Sizeof(x) == 8 {
		return *(*T)(unsafe.Pointer(&v.W))
	}
	return decodeSlow[T](v)
}

func decodeSlow[T any](v engine.Value) (x T) {
	switch v.Kind {
	case engine.Scalar:
		return fromBits[T](v.W)
	case engine.Pointer:
		return *(*T)(unsafe.Pointer(&v.P))
	case engine.String:
		s := unsafe.String((*byte)(v.P), int(v.W))
		return *(*T)(unsafe.Pointer(&s))
	case engine.Box:
		return *(*T)(v.P)
	}
	return x
}

func fromBits[T any](w uint64) (x T) {
	switch unsafe.Sizeof(x) {
	case 1:
		b := uint8(w)
		return *(*T)(unsafe.Pointer(&b))
	case 2:
		b := uint16(w)
		return *(*T)(unsafe.Pointer(&b))
	case 4:
		b := uint32(w)
		return *(*T)(unsafe.Pointer(&b))
	default:
		return *(*T)(unsafe.Pointer(&w))
	}
}

// size is the size of T in bytes, of a T of kind Scalar.
func size[T any]() uint8 {
	var x T
	return uint8(unsafe.Sizeof(x))
}
