package tvar_test

import (
	"flag"
	"fmt"
	"math"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// roundTrip sends values through every way into a Var and out of it, from New
// and from the zero Var, and compares them by same.
func roundTrip[T any](same func(a, b T) bool, values ...T) func(t *testing.T) {
	return func(t *testing.T) {
		var zero T
		equal := func(want, got T, how string) {
			t.Helper()
			require.True(t, same(want, got), "%s: want %v, got %v", how, want, got)
		}
		var unset tvar.Var[T]
		equal(zero, unset.Load(), "zero Var, Load")
		update(t, func(tx *stm.Tx) { equal(zero, unset.Get(tx), "zero Var, Get") })
		for i, x := range append(values, zero) {
			before := append(values, zero)[max(i-1, 0)]
			equal(x, tvar.New(x).Load(), "New")
			for _, v := range []*tvar.Var[T]{new(tvar.Var[T]), tvar.New(before)} {
				v.Store(x)
				equal(x, v.Load(), "Store")
				equal(before, v.Modify(func(T) T { return before }), "Modify")
				update(t, func(tx *stm.Tx) {
					equal(before, v.Swap(tx, x), "Swap")
					equal(x, v.Get(tx), "Get of an own write")
				})
				collect(i)
				update(t, func(tx *stm.Tx) { equal(x, v.Get(tx), "Get"); equal(x, v.Peek(tx), "Peek") })
				update(t, func(tx *stm.Tx) { v.Commute(tx, func(was T) T { equal(x, was, "Commute"); return before }) })
				equal(before, v.Load(), "Load after Commute")
				old, err := stm.View(ctx, func(tx *stm.Tx) (T, error) {
					elsewhere(func() { v.Store(x) })
					return v.Get(tx), nil
				})
				require.NoError(t, err)
				equal(before, old, "View of an overwritten value")
				_ = stm.Atomically(ctx, func(tx *stm.Tx) error {
					_ = tx.Nested(func(tx *stm.Tx) error { v.Set(tx, before); return errBody })
					equal(x, v.Get(tx), "Get after a part was undone")
					v.Set(tx, before)
					return errBody
				})
				equal(x, v.Load(), "Load after a rollback")
				got, err := v.Await(ctx, func(got T) bool { return same(x, got) })
				require.NoError(t, err)
				equal(x, got, "Await")
			}
		}
	}
}

// collect makes the garbage collector look now and then at what cells hold,
// though not while fuzzing, where a thousand inputs say more than one collection.
func collect(i int) {
	if fuzzing := flag.Lookup("test.fuzz").Value.String() != ""; i == 1 && !fuzzing {
		runtime.GC()
	}
}

func comparing[T comparable](values ...T) func(t *testing.T) {
	return roundTrip(func(a, b T) bool { return a == b }, values...)
}

func deeply[T any](values ...T) func(t *testing.T) {
	return roundTrip(func(a, b T) bool { return reflect.DeepEqual(a, b) }, values...)
}

// bitwise compares by representation: NaN with its payload, and -0.
func bitwise[T any](values ...T) func(t *testing.T) {
	bytes := func(x *T) []byte { return unsafe.Slice((*byte)(unsafe.Pointer(x)), unsafe.Sizeof(*x)) }
	return roundTrip(func(a, b T) bool { return string(bytes(&a)) == string(bytes(&b)) }, values...)
}

type (
	myBool    bool
	myInt8    int8
	myInt     int
	myUint64  uint64
	myFloat   float64
	myComplex complex64
	myString  string
	myPointer *int
	mySlice   []int
	myMap     map[string]int
	myChan    chan int
	myFunc    func() int
	myError   error
	myArray   [3]int16
	myStruct  struct{ A, B int }
	stringer  interface{ String() string }
	typed     struct{}
)

func (*typed) String() string { return "typed" }

func TestScalarsRoundTrip(t *testing.T) {
	t.Run("bool", comparing(true, false))
	t.Run("int", comparing(1, -1, math.MaxInt, math.MinInt))
	t.Run("int8", comparing[int8](1, -1, math.MaxInt8, math.MinInt8))
	t.Run("int16", comparing[int16](1, -1, math.MaxInt16, math.MinInt16))
	t.Run("int32", comparing[int32](1, -1, math.MaxInt32, math.MinInt32))
	t.Run("int64", comparing[int64](1, -1, math.MaxInt64, math.MinInt64))
	t.Run("uint", comparing[uint](1, math.MaxUint))
	t.Run("uint8", comparing[uint8](1, math.MaxUint8))
	t.Run("uint16", comparing[uint16](1, math.MaxUint16))
	t.Run("uint32", comparing[uint32](1, math.MaxUint32))
	t.Run("uint64", comparing[uint64](1, math.MaxUint64))
	t.Run("uintptr", comparing(uintptr(1), ^uintptr(0)))
	t.Run("float32", bitwise(float32(1.5), float32(math.Inf(-1)), float32(math.Copysign(0, -1)), math.SmallestNonzeroFloat32, math.Float32frombits(0x7fc12345)))
	t.Run("float64", bitwise(1.5, math.Inf(1), math.Copysign(0, -1), math.MaxFloat64, math.Float64frombits(0x7ff8000000abcdef), math.NaN()))
	t.Run("complex64", bitwise[complex64](complex(1, -1), complex(0, float32(math.Copysign(0, -1)))))
	t.Run("complex128", bitwise(complex(1, -1), complex(math.NaN(), math.Inf(1))))
	t.Run("named", func(t *testing.T) {
		t.Run("bool", comparing[myBool](true, false))
		t.Run("int8", comparing[myInt8](1, -128))
		t.Run("int", comparing[myInt](1, -1))
		t.Run("uint64", comparing[myUint64](1, math.MaxUint64))
		t.Run("float64", bitwise(myFloat(1.5), myFloat(math.NaN())))
		t.Run("complex64", bitwise[myComplex](complex(1, -1)))
	})
}

func TestStringsRoundTrip(t *testing.T) {
	large := strings.Repeat("x", 1<<20)
	t.Run("string", comparing("a", "", "héllo\x00", large, large[17:17+100], large[5:5], large[:1]))
	t.Run("named", comparing[myString]("a", "", "b"))
	bytes := []byte("made at run time")
	t.Run("made at run time", comparing(string(bytes), fmt.Sprint(12345)))
}

func TestPointersRoundTrip(t *testing.T) {
	n, array := 7, new([1000]int)
	t.Run("pointer", comparing(&n, nil, new(int)))
	t.Run("into an object", comparing(&array[500], &array[999]))
	t.Run("of size zero", comparing(&struct{}{}, nil))
	t.Run("unsafe.Pointer", comparing(unsafe.Pointer(&n), nil))
	t.Run("named", comparing[myPointer](&n, nil))
	t.Run("chan", comparing(make(chan int), nil, make(chan int, 3)))
	t.Run("receive-only chan", comparing[<-chan int](make(chan int), nil))
	t.Run("named chan", comparing[myChan](make(chan int), nil))
	m := map[string]int{"a": 1}
	t.Run("map", deeply(m, nil, map[string]int{}))
	t.Run("named map", deeply[myMap](myMap(m), nil))
	f := func(x int) func() int { return func() int { return x } }
	call := func(a, b func() int) bool { return (a == nil) == (b == nil) && (a == nil || a() == b()) }
	t.Run("func", roundTrip(call, f(1), nil, f(n)))
	t.Run("named func", roundTrip(func(a, b myFunc) bool { return call(a, b) }, f(1), nil))
}

func TestBoxesRoundTrip(t *testing.T) {
	t.Run("slice", deeply([]int{1, 2}, nil, []int{}, make([]int, 1, 10)))
	t.Run("named slice", deeply(mySlice{1}, nil))
	t.Run("error", comparing[error](errBody, nil, fmt.Errorf("x")))
	t.Run("any", comparing[any](1, nil, "s", (*int)(nil), struct{}{}, 1.5))
	t.Run("named interface", comparing[myError](errBody, nil))
	t.Run("interface with a typed nil", comparing[stringer]((*typed)(nil), nil, &typed{}))
	t.Run("array", comparing([3]int{1, 2, 3}))
	t.Run("array of none", comparing([0]int{}))
	t.Run("array of one", comparing([1]uint8{1}))
	t.Run("array of strings", comparing([2]string{"a", "b"}))
	t.Run("named array", comparing(myArray{1, 2, 3}))
	t.Run("struct 0", comparing(struct{}{}))
	t.Run("struct 1", comparing(struct{ a byte }{1}))
	t.Run("struct 8", comparing(struct{ a uint64 }{math.MaxUint64}))
	t.Run("struct 8 with padding", comparing(struct {
		a byte
		b uint32
	}{1, 2}))
	t.Run("struct of a pointer", comparing(struct{ p *int }{new(int)}, struct{ p *int }{}))
	t.Run("struct of a map", deeply(struct{ m map[int]int }{map[int]int{1: 2}}))
	t.Run("struct 16", comparing(struct{ a, b uint64 }{1, 2}))
	t.Run("struct 24", comparing(struct {
		a *int
		b string
	}{new(int), "b"}))
	t.Run("struct 4096", comparing(struct{ a [512]uint64 }{[512]uint64{1, 511: 2}}))
	t.Run("named struct", comparing(myStruct{1, 2}))
	t.Run("struct of everything", deeply(struct {
		A []int
		B map[string]int
		C any
		D error
		E [2]string
	}{[]int{1}, map[string]int{"a": 1}, 1, errBody, [2]string{"x"}}))
}

// TestBoxIsACopy: what the writer does to its own variable afterwards does not
// reach the Var.
func TestBoxIsACopy(t *testing.T) {
	x := [4]int{1}
	v := tvar.New(x)
	x[0] = 2
	require.Equal(t, [4]int{1}, v.Load())
	v.Store(x)
	x[0] = 3
	require.Equal(t, [4]int{2}, v.Load())
	update(t, func(tx *stm.Tx) {
		v.Set(tx, x)
		x[0] = 4
		require.Equal(t, [4]int{3}, v.Get(tx))
		got := v.Get(tx)
		got[0] = 5
	})
	require.Equal(t, [4]int{3}, v.Load())
}

// TestVarInAStruct and in an array: a zero Var is ready to use wherever it is.
func TestVarInAStruct(t *testing.T) {
	var account struct {
		odd     byte
		balance tvar.Var[int64]
		name    tvar.Var[string]
		history [3]tvar.Var[any]
	}
	update(t, func(tx *stm.Tx) {
		require.Zero(t, account.balance.Get(tx))
		tvar.Add(tx, &account.balance, 5)
		account.name.Set(tx, "a")
		for i := range account.history {
			require.Nil(t, account.history[i].Get(tx))
			account.history[i].Set(tx, i)
		}
	})
	require.EqualValues(t, 5, account.balance.Load())
	require.Equal(t, "a", account.name.Load())
	require.Equal(t, 2, account.history[2].Load())
}
