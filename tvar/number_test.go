package tvar_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// adds compares Add, in all the places where a delta can meet a value, with
// Go's own +.
func adds[T tvar.Number](start, a, b T) func(t *testing.T) {
	return func(t *testing.T) {
		same := func(want T, v *tvar.Var[T], how string) {
			t.Helper()
			got := v.Load()
			require.True(t, got == want || got != got && want != want, "%s: want %v, got %v", how, want, got)
		}
		fresh := func() *tvar.Var[T] { return tvar.New(start) }
		add := func(tx *stm.Tx, v *tvar.Var[T], d T) { tvar.Add(tx, v, d) }

		v := fresh()
		update(t, func(tx *stm.Tx) { add(tx, v, a) })
		same(start+a, v, "one")

		v = new(tvar.Var[T])
		update(t, func(tx *stm.Tx) { add(tx, v, a) })
		same(a, v, "zero Var")

		v = fresh()
		update(t, func(tx *stm.Tx) { add(tx, v, a); add(tx, v, b) })
		same(start+(a+b), v, "two")

		v = fresh()
		update(t, func(tx *stm.Tx) { v.Set(tx, b); add(tx, v, a) })
		same(b+a, v, "after Set")

		v = fresh()
		update(t, func(tx *stm.Tx) { add(tx, v, a); v.Set(tx, b) })
		same(b, v, "before Set")

		v = fresh()
		update(t, func(tx *stm.Tx) { v.Get(tx); add(tx, v, a) })
		same(start+a, v, "after Get")

		v = fresh()
		var got T
		update(t, func(tx *stm.Tx) { add(tx, v, a); got = v.Get(tx); add(tx, v, b) })
		same(start+a+b, v, "around Get")
		require.True(t, got == start+a || got != got)

		v = fresh()
		update(t, func(tx *stm.Tx) {
			add(tx, v, a)
			_ = tx.Nested(func(tx *stm.Tx) error { add(tx, v, b); return errBody })
		})
		same(start+a, v, "a part undone")

		v = fresh()
		update(t, func(tx *stm.Tx) {
			_ = tx.Nested(func(tx *stm.Tx) error { add(tx, v, a); v.Get(tx); v.Set(tx, b); return errBody })
			add(tx, v, a)
		})
		same(start+a, v, "after a part undone")

		v = fresh()
		update(t, func(tx *stm.Tx) {
			add(tx, v, a)
			v.Commute(tx, func(x T) T { return x + x })
			add(tx, v, b)
		})
		same((start+a)+(start+a)+b, v, "around Commute")

		v = fresh()
		_ = stm.Atomically(ctx, func(tx *stm.Tx) error { add(tx, v, a); return errBody })
		same(start, v, "rolled back")
	}
}

type celsius float32

func TestAddWrapsAround(t *testing.T) {
	t.Run("int", adds[int](math.MaxInt, 1, -3))
	t.Run("int8", adds[int8](math.MaxInt8, 1, -128))
	t.Run("int16", adds[int16](math.MaxInt16, 1, -5))
	t.Run("int32", adds[int32](math.MinInt32, -1, 7))
	t.Run("int64", adds[int64](math.MaxInt64, math.MaxInt64, math.MinInt64))
	t.Run("uint", adds[uint](math.MaxUint, 1, math.MaxUint))
	t.Run("uint8", adds[uint8](250, 10, 255))
	t.Run("uint16", adds[uint16](math.MaxUint16, 1, 9))
	t.Run("uint32", adds[uint32](math.MaxUint32, 2, math.MaxUint32))
	t.Run("uint64", adds[uint64](math.MaxUint64, 2, math.MaxUint64))
	t.Run("uintptr", adds[uintptr](^uintptr(0), 2, 3))
	t.Run("float32", adds[float32](1.5, 0.25, -8))
	t.Run("float64", adds(1.5, 0.25, -8.0))
	t.Run("infinities", adds(math.Inf(1), 1, math.Inf(-1)))
	t.Run("NaN", adds(math.NaN(), 1, 2))
	t.Run("named", adds[celsius](20, -0.5, 3))
}

// TestAddDoesNotConflict: neither with another Add, nor with a Set; and it
// waits for nobody's read.
func TestAddDoesNotConflict(t *testing.T) {
	v, out := tvar.New(0), tvar.New(0)
	attempts := 0
	update(t, func(tx *stm.Tx) {
		attempts++
		tvar.Add(tx, v, 1)
		out.Set(tx, 1)
		elsewhere(func() {
			update(t, func(tx *stm.Tx) { tvar.Add(tx, v, 10) })
			v.Modify(func(n int) int { return n + 100 })
		})
	})
	require.Equal(t, 1, attempts)
	require.Equal(t, 111, v.Load())
}

// TestAddAndGetConflict: once read, the value must hold at commit.
func TestAddAndGetConflict(t *testing.T) {
	for name, body := range map[string]func(tx *stm.Tx, v *tvar.Var[int]) int{
		"Add, Get":     func(tx *stm.Tx, v *tvar.Var[int]) int { tvar.Add(tx, v, 1); return v.Get(tx) },
		"Get, Add":     func(tx *stm.Tx, v *tvar.Var[int]) int { n := v.Get(tx); tvar.Add(tx, v, 1); return n + 1 },
		"Commute, Get": func(tx *stm.Tx, v *tvar.Var[int]) int { v.Commute(tx, inc); return v.Get(tx) },
		"Get, Commute": func(tx *stm.Tx, v *tvar.Var[int]) int { n := v.Get(tx); v.Commute(tx, inc); return n + 1 },
	} {
		v, out := tvar.New(0), tvar.New(0)
		attempts := 0
		update(t, func(tx *stm.Tx) {
			attempts++
			out.Set(tx, body(tx, v))
			if attempts == 1 {
				elsewhere(func() { v.Store(10) })
			}
		})
		require.Equal(t, 2, attempts, name)
		require.Equal(t, 11, v.Load(), name)
		require.Equal(t, 11, out.Load(), name)
	}
}

// TestCommuteReappliesAtCommit to the value of that moment.
func TestCommuteReappliesAtCommit(t *testing.T) {
	v := tvar.New(1)
	attempts, calls := 0, 0
	update(t, func(tx *stm.Tx) {
		attempts++
		v.Commute(tx, func(n int) int { calls++; return n * 2 })
		v.Commute(tx, func(n int) int { return n + 1 })
		require.Zero(t, calls, "not before the commit")
		elsewhere(func() { v.Store(10) })
	})
	require.Equal(t, 1, attempts)
	require.Equal(t, 21, v.Load())
	require.Equal(t, 1, calls)
}

// TestCommuteOfEveryKind of storage.
func TestCommuteOfEveryKind(t *testing.T) {
	s, b, p, z := tvar.New("a"), tvar.New([]int{1}), tvar.New(new(int)), new(tvar.Var[string])
	update(t, func(tx *stm.Tx) {
		s.Commute(tx, func(s string) string { return s + "b" })
		b.Commute(tx, func(x []int) []int { return append(x[:1:1], 2) })
		p.Commute(tx, func(p *int) *int { n := *p + 1; return &n })
		z.Commute(tx, func(s string) string { return s + "z" })
	})
	require.Equal(t, "ab", s.Load())
	require.Equal(t, []int{1, 2}, b.Load())
	require.Equal(t, 1, *p.Load())
	require.Equal(t, "z", z.Load())
}

// TestCommuteUndone with its part, over a Set, an Add or another Commute.
func TestCommuteUndone(t *testing.T) {
	for name, c := range map[string]struct {
		before func(tx *stm.Tx, v *tvar.Var[int])
		want   int
	}{
		"nothing": {func(*stm.Tx, *tvar.Var[int]) {}, 1},
		"Set":     {func(tx *stm.Tx, v *tvar.Var[int]) { v.Set(tx, 5) }, 5},
		"Add":     {func(tx *stm.Tx, v *tvar.Var[int]) { tvar.Add(tx, v, 5) }, 6},
		"Commute": {func(tx *stm.Tx, v *tvar.Var[int]) { v.Commute(tx, func(n int) int { return n * 7 }) }, 7},
	} {
		for inside, part := range map[string]func(tx *stm.Tx, v *tvar.Var[int]){
			"Commute":      func(tx *stm.Tx, v *tvar.Var[int]) { v.Commute(tx, inc) },
			"Add":          func(tx *stm.Tx, v *tvar.Var[int]) { tvar.Add(tx, v, 100) },
			"Get":          func(tx *stm.Tx, v *tvar.Var[int]) { v.Get(tx) },
			"Commute, Get": func(tx *stm.Tx, v *tvar.Var[int]) { v.Commute(tx, inc); v.Get(tx) },
			"Set":          func(tx *stm.Tx, v *tvar.Var[int]) { v.Set(tx, 100) },
		} {
			v := tvar.New(1)
			update(t, func(tx *stm.Tx) {
				c.before(tx, v)
				_ = tx.Nested(func(tx *stm.Tx) error { part(tx, v); return errBody })
			})
			require.Equal(t, c.want, v.Load(), "%s, then %s in a part", name, inside)
		}
	}
}

// TestCommutePanics at commit: nothing is written, nothing held.
func TestCommutePanics(t *testing.T) {
	v, w := tvar.New(1), tvar.New(1)
	undone := 0
	require.PanicsWithValue(t, "commute", func() {
		_ = stm.Atomically(ctx, func(tx *stm.Tx) error {
			tx.OnRollback(func() { undone++ })
			w.Set(tx, 2)
			v.Commute(tx, func(int) int { panic("commute") })
			return nil
		})
	})
	require.Equal(t, []int{1, 1, 1}, []int{v.Load(), w.Load(), undone})
	update(t, func(tx *stm.Tx) { v.Update(tx, inc) }, stm.Irrevocable())
}

func TestCompareAndSwap(t *testing.T) {
	v := tvar.New("a")
	update(t, func(tx *stm.Tx) {
		require.False(t, tvar.CompareAndSwap(tx, v, "b", "c"))
		require.True(t, tvar.CompareAndSwap(tx, v, "a", "b"))
		require.True(t, tvar.CompareAndSwap(tx, v, "b", "c"), "sees its own write")
	})
	require.Equal(t, "c", v.Load())

	// One that did not swap depends on what it read all the same.
	out := tvar.New(false)
	attempts := 0
	update(t, func(tx *stm.Tx) {
		attempts++
		swapped := tvar.CompareAndSwap(tx, v, "d", "e")
		if attempts == 1 {
			elsewhere(func() { v.Store("d") })
		}
		out.Set(tx, swapped)
	})
	require.Equal(t, 2, attempts)
	require.True(t, out.Load())
	require.Equal(t, "e", v.Load())

	a := tvar.New[any]([]int{1})
	require.Panics(t, func() {
		update(t, func(tx *stm.Tx) { tvar.CompareAndSwap(tx, a, any([]int{1}), nil) })
	})
	nan := tvar.New(math.NaN())
	update(t, func(tx *stm.Tx) { require.False(t, tvar.CompareAndSwap(tx, nan, nan.Get(tx), 1)) })
}
