package run

import (
	"math"
	"math/big"
	"unsafe"
)

// A Value is a value of the language: a word, and a pointer to what says what it
// is. The zero Value is nil. Numbers and truth values are in the word, and so
// need no memory of their own.
type Value struct {
	n   uint64
	ref *header
}

// A header is the beginning of each object, and says what it is. The functions
// that return objects of a kind are the only ones that use unsafe: a header of
// that kind is the first field of such an object, always.
type header struct{ kind kind }

type kind uint8

const (
	kindNil kind = iota
	kindBool
	kindInt
	kindFloat
	kindString
	kindBig
	kindList
	kindDict
	kindFunc
	kindNative
	kindClass
	kindInstance
	kindBound
	kindError
	kindThread
	kindLock
	kindCounter
	kindQueue
	kindLocal
	kindBox
	kindKeys
	kindTrace
	numKinds
)

var kindNames = [...]string{
	"nil", "bool", "int", "float", "string", "int", "list", "dict", "function", "function", "class", "object", "function", "error",
	"thread", "lock", "counter", "queue", "local", "box", "keys", "trace",
}

// What says that a value is in the word.
var (
	boolHeader  = header{kindBool}
	intHeader   = header{kindInt}
	floatHeader = header{kindFloat}
)

// Nil is the value nil.
var Nil Value

// Int returns an integer.
func Int(n int64) Value { return Value{uint64(n), &intHeader} }

// Float returns a floating-point number.
func Float(x float64) Value { return Value{math.Float64bits(x), &floatHeader} }

// Bool returns a truth value.
func Bool(b bool) Value {
	if b {
		return Value{1, &boolHeader}
	}
	return Value{0, &boolHeader}
}

// String returns a string.
func String(s string) Value {
	if len(s) == 1 {
		return Value{0, &letters[s[0]].header}
	}
	return Value{0, &(&text{header{kindString}, s}).header}
}

// Integer returns an integer of any size.
func Integer(x *big.Int) Value {
	if x.IsInt64() {
		return Int(x.Int64())
	}
	return Value{0, &(&bigInt{header{kindBig}, x}).header}
}

// letters are the strings of one byte.
var letters = func() (all [256]text) {
	for i := range all {
		all[i] = text{header{kindString}, string([]byte{byte(i)})}
	}
	return all
}()

func (v Value) kind() kind {
	if v.ref == nil {
		return kindNil
	}
	return v.ref.kind
}

func (v Value) isInt() bool      { return v.ref == &intHeader }
func (v Value) isFloat() bool    { return v.ref == &floatHeader }
func (v Value) int() int64       { return int64(v.n) }
func (v Value) float() float64   { return math.Float64frombits(v.n) }
func (v Value) truth() bool      { return v.ref != nil && (v.ref != &boolHeader || v.n != 0) }
func (v Value) is(k kind) bool   { return v.kind() == k }
func (v Value) typeName() string { return kindNames[v.kind()] }

// Text returns a string; ok is false if v is none.
func (v Value) Text() (s string, ok bool) {
	if v.kind() != kindString {
		return "", false
	}
	return v.text(), true
}

// Int returns an integer; ok is false if v is none, or too large.
func (v Value) Int() (n int64, ok bool) { return v.int(), v.isInt() }

// Float returns a number; ok is false if v is none.
func (v Value) Float() (x float64, ok bool) {
	switch v.kind() {
	case kindInt:
		return float64(v.int()), true
	case kindFloat:
		return v.float(), true
	case kindBig:
		x, _ = new(big.Float).SetInt(v.big()).Float64()
		return x, true
	}
	return 0, false
}

// Objects of a kind.

func (v Value) text() string        { return (*text)(unsafe.Pointer(v.ref)).s }
func (v Value) big() *big.Int       { return (*bigInt)(unsafe.Pointer(v.ref)).x }
func (v Value) list() *list         { return (*list)(unsafe.Pointer(v.ref)) }
func (v Value) dict() *dict         { return (*dict)(unsafe.Pointer(v.ref)) }
func (v Value) closure() *closure   { return (*closure)(unsafe.Pointer(v.ref)) }
func (v Value) native() *nativeFunc { return (*nativeFunc)(unsafe.Pointer(v.ref)) }
func (v Value) class() *class       { return (*class)(unsafe.Pointer(v.ref)) }
func (v Value) instance() *instance { return (*instance)(unsafe.Pointer(v.ref)) }
func (v Value) bound() *bound       { return (*bound)(unsafe.Pointer(v.ref)) }
func (v Value) failure() *failure   { return (*failure)(unsafe.Pointer(v.ref)) }
func (v Value) thread() *thread     { return (*thread)(unsafe.Pointer(v.ref)) }
func (v Value) lock() *lock         { return (*lock)(unsafe.Pointer(v.ref)) }
func (v Value) counter() *counter   { return (*counter)(unsafe.Pointer(v.ref)) }
func (v Value) queue() *queue       { return (*queue)(unsafe.Pointer(v.ref)) }
func (v Value) local() *threadLocal { return (*threadLocal)(unsafe.Pointer(v.ref)) }
func (v Value) box() *box           { return (*box)(unsafe.Pointer(v.ref)) }
func (v Value) keys() *keys         { return (*keys)(unsafe.Pointer(v.ref)) }
func (v Value) trace() *trace       { return (*trace)(unsafe.Pointer(v.ref)) }
