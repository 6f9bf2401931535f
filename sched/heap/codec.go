package heap

import (
	"reflect"
	"unsafe"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/engine"
)

// Values of any type T travel to and from cells here, and unsafe is used
// nowhere else in this package. What must hold:
//
//   - decode meets only what encode of the same T made, or nothing;
//   - pointers travel only in P, which the garbage collector follows. The
//     type of an interface travels as a word: the runtime keeps types for ever;
//   - a box is never written after encode has returned;
//   - T of kind Scalar has no pointers and a size of 1, 2, 4 or 8; T of kind
//     Pointer is one pointer word; T of kind Pair and String has two words, of
//     which the second, or the first, is a pointer.
//
// The branches that do not fit T compile for it, and are never taken.

// A pair is how a T of kind Pair lies in memory, and tail one of kind String.
type (
	pair struct {
		w uintptr
		p unsafe.Pointer
	}
	tail struct {
		p unsafe.Pointer
		w uintptr
	}
)

const wordSize = unsafe.Sizeof(uintptr(0))

// kindOf classifies T.
func kindOf[T any]() engine.Kind { return kindOfType(reflect.TypeFor[T]()) }

// known caches what classify said. A place that two types share serves one
// after the other.
var known [64]atomics.Pointer[classified]

type classified struct {
	t reflect.Type
	k engine.Kind
}

func kindOfType(t reflect.Type) engine.Kind {
	p := &known[uintptr((*(*[2]unsafe.Pointer)(unsafe.Pointer(&t)))[1])>>5%uintptr(len(known))]
	if !atomics.Exploring {
		if c := p.Load(); c != nil && c.t == t {
			return c.k
		}
	}
	k := classify(t)
	if !atomics.Exploring {
		p.Store(&classified{t, k}) // any of several will do
	}
	return k
}

func classify(t reflect.Type) engine.Kind {
	var pointers [2]bool
	if t.Size() == 2*wordSize && layout(t, 0, &pointers) {
		switch pointers {
		case [2]bool{false, true}:
			return engine.Pair
		case [2]bool{true, false}:
			return engine.String
		}
	}
	switch t.Kind() {
	case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr,
		reflect.Float32, reflect.Float64, reflect.Complex64:
		return engine.Scalar
	case reflect.Pointer, reflect.UnsafePointer, reflect.Chan, reflect.Map, reflect.Func:
		return engine.Pointer
	}
	return engine.Box
}

// layout notes which words of t, at an offset, are pointers. It reports false
// if that is more than two words can say.
func layout(t reflect.Type, at uintptr, pointers *[2]bool) bool {
	if at+t.Size() > 2*wordSize {
		return false
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.UnsafePointer, reflect.Chan, reflect.Map, reflect.Func, reflect.String:
		pointers[at/wordSize] = true
	case reflect.Interface:
		pointers[at/wordSize+1] = true
	case reflect.Struct:
		for i := range t.NumField() {
			if f := t.Field(i); !layout(f.Type, at+f.Offset, pointers) {
				return false
			}
		}
	case reflect.Array:
		for i := range t.Len() {
			if !layout(t.Elem(), at+uintptr(i)*t.Elem().Size(), pointers) {
				return false
			}
		}
	case reflect.Slice:
		return false
	}
	return true
}

// encode makes a value of x, of kind k if that is known.
func encode[T any](x T, k engine.Kind) engine.Value {
	if k == engine.Pair && unsafe.Sizeof(x) == 2*wordSize {
		y := (*pair)(unsafe.Pointer(&x))
		return engine.Value{W: uint64(y.w), P: y.p, Kind: k}
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
		y := *(*tail)(unsafe.Pointer(&x))
		return engine.Value{W: uint64(y.w), P: y.p, Kind: k}
	case engine.Pair:
		return encode(x, k)
	case engine.Box:
		return engine.Value{P: box(x), Kind: k}
	}
	return encodeSlow(x, kindOf[T]())
}

// box is apart so that x stays on the stack for the other kinds.
//
//go:noinline
func box[T any](x T) unsafe.Pointer { return unsafe.Pointer(&x) }

// decode is the inverse of encode. Of nothing it makes the zero value.
func decode[T any](v engine.Value) (x T) {
	if v.Kind == engine.Pair && unsafe.Sizeof(x) == 2*wordSize {
		y := pair{uintptr(v.W), v.P}
		return *(*T)(unsafe.Pointer(&y))
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
		y := tail{v.P, uintptr(v.W)}
		return *(*T)(unsafe.Pointer(&y))
	case engine.Box:
		if v.P != nil {
			return *(*T)(v.P)
		}
	}
	return x
}

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

// size is the size of T in bytes.
func size[T any]() uintptr {
	var x T
	return unsafe.Sizeof(x)
}

// cellAt returns cell i of those that begin with first.
func cellAt(first *engine.Cell, i int) *engine.Cell {
	return (*engine.Cell)(unsafe.Add(unsafe.Pointer(first), uintptr(i)*unsafe.Sizeof(*first)))
}

// nodeValue and nodeOf store pointers to nodes of a Queue.
func nodeValue[T any](n *node[T]) engine.Value {
	return engine.Value{P: unsafe.Pointer(n), Kind: engine.Pointer}
}

func nodeOf[T any](v engine.Value) *node[T] { return (*node[T])(v.P) }
