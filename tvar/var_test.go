package tvar_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

func TestReadYourWrites(t *testing.T) {
	v := tvar.New(1)
	update(t, func(tx *stm.Tx) {
		require.Equal(t, 1, v.Get(tx))
		v.Set(tx, 2)
		require.Equal(t, 2, v.Get(tx))
		require.Equal(t, 2, v.Peek(tx))
		require.Equal(t, 3, v.Update(tx, inc))
		require.Equal(t, 3, v.Swap(tx, 4))
		require.Equal(t, 4, v.Get(tx))
		require.Equal(t, 1, v.Load(), "others do not see it yet")
	})
	require.Equal(t, 4, v.Load())
}

// TestBlindWritesDoNotConflict: the last one to commit stays.
func TestBlindWritesDoNotConflict(t *testing.T) {
	v := tvar.New(0)
	attempts := 0
	update(t, func(tx *stm.Tx) {
		attempts++
		v.Set(tx, 1)
		elsewhere(func() { v.Store(2) })
	})
	require.Equal(t, 1, attempts)
	require.Equal(t, 1, v.Load())
}

// TestPeekIsNotValidated, but consistent with what was read before.
func TestPeekIsNotValidated(t *testing.T) {
	v, out := tvar.New(0), tvar.New(0)
	attempts := 0
	update(t, func(tx *stm.Tx) {
		attempts++
		out.Set(tx, v.Peek(tx)+1)
		elsewhere(func() { v.Store(10) })
	})
	require.Equal(t, 1, attempts, "a change of what was only peeked at does not disturb")
	require.Equal(t, 1, out.Load())

	x, y := tvar.New(0), tvar.New(0)
	attempts = 0
	update(t, func(tx *stm.Tx) {
		attempts++
		n := x.Get(tx)
		if attempts == 1 {
			elsewhere(func() { update(t, func(tx *stm.Tx) { x.Set(tx, 1); y.Set(tx, 1) }) })
		}
		require.Equal(t, n, y.Peek(tx), "from one state")
	})
	require.Equal(t, 2, attempts)
}

// TestExtension: a newer variable moves the snapshot on as long as what was
// read still holds, so the body is not started over.
func TestExtension(t *testing.T) {
	x, y, out := tvar.New(0), tvar.New(0), tvar.New(0)
	before := stm.ReadStats()
	attempts := 0
	update(t, func(tx *stm.Tx) {
		attempts++
		n := x.Get(tx)
		elsewhere(func() { y.Store(5) })
		out.Set(tx, n+y.Get(tx))
	})
	require.Equal(t, 1, attempts)
	require.Equal(t, 5, out.Load())
	require.EqualValues(t, 1, stm.ReadStats().Sub(before).Extensions)
}

// TestTornReadIsImpossible: two commits in a row, the second one
// between the sample of the variable and the new snapshot, leave no gap.
func TestTornReadIsImpossible(t *testing.T) {
	x, y := tvar.New(0), tvar.New(0)
	attempts := 0
	update(t, func(tx *stm.Tx) {
		attempts++
		a := x.Get(tx)
		if attempts <= 3 {
			elsewhere(func() {
				for range 2 {
					update(t, func(tx *stm.Tx) { x.Update(tx, inc); y.Update(tx, inc) })
				}
			})
		}
		require.Equal(t, a, y.Get(tx))
	})
	require.Equal(t, 4, attempts)
}

func TestEqualMakesAWriteARead(t *testing.T) {
	v, other := tvar.New(1, tvar.Equal[int]()), tvar.New(0)
	reader := 0
	update(t, func(tx *stm.Tx) {
		reader++
		n := v.Get(tx)
		elsewhere(func() {
			update(t, func(tx *stm.Tx) { v.Set(tx, 1) })
			v.Store(1)
			v.Modify(func(n int) int { return n })
			update(t, func(tx *stm.Tx) { v.Swap(tx, 1); v.Update(tx, func(n int) int { return n }) })
		})
		other.Set(tx, n)
	})
	require.Equal(t, 1, reader, "writing the same value disturbs no reader")

	// It is a read: a change in between makes the writer lose.
	writer := 0
	update(t, func(tx *stm.Tx) {
		writer++
		v.Set(tx, 1)
		if writer == 1 {
			elsewhere(func() { v.Store(2) })
		}
		other.Set(tx, 5)
	})
	require.Equal(t, 2, writer)
	require.Equal(t, 1, v.Load())

	// Comparing with one's own write.
	update(t, func(tx *stm.Tx) { v.Set(tx, 7); v.Set(tx, 1); v.Set(tx, 1) })
	require.Equal(t, 1, v.Load())
}

// TestEqualNaN is never equal: writing it is a write, and ends.
func TestEqualNaN(t *testing.T) {
	v := tvar.New(math.NaN(), tvar.Equal[float64]())
	attempts := 0
	update(t, func(tx *stm.Tx) { attempts++; v.Set(tx, math.NaN()) })
	require.Equal(t, 1, attempts)
	v.Store(math.NaN())
	v.Modify(func(x float64) float64 { return x })
	require.True(t, math.IsNaN(v.Load()))
	v.Store(1)
	require.Equal(t, 1.0, v.Load())
}

// TestEqualOfInterfaces compares as == does, which may panic; then nothing has
// happened.
func TestEqualOfInterfaces(t *testing.T) {
	v := tvar.New[any]([]int{1}, tvar.Equal[any]())
	w := tvar.New(0)
	require.Panics(t, func() {
		update(t, func(tx *stm.Tx) { w.Set(tx, 1); v.Set(tx, []int{2}) })
	})
	require.Panics(t, func() { v.Store([]int{2}) })
	require.Panics(t, func() { v.Modify(func(any) any { return []int{2} }) })
	require.Zero(t, w.Load())
	require.Equal(t, []int{1}, v.Load())
	v.Store(nil) // comparable with anything
	update(t, func(tx *stm.Tx) { v.Set(tx, "s") }, stm.Irrevocable())
	require.Equal(t, "s", v.Load())
}

func TestEqualOfAnotherType(t *testing.T) {
	require.PanicsWithValue(t, "tvar: Equal of another type given to New of a int: write Equal[int]()", func() {
		tvar.New(1, tvar.Equal[string]())
	})
}

func TestString(t *testing.T) {
	require.Equal(t, "5", tvar.New(5).String())
	require.Equal(t, "hits=5", tvar.New(5, tvar.Label("hits")).String())
	require.Equal(t, "[1 2]", tvar.New([]int{1, 2}).String())
	require.Equal(t, "<nil>", tvar.New[error](nil).String())
	var none *tvar.Var[int]
	require.Equal(t, "<nil Var>", none.String())
	var zero tvar.Var[string]
	require.Empty(t, zero.String())
}

// TestOptionsTogether: a label, a comparison and padding do not disturb one
// another.
func TestOptionsTogether(t *testing.T) {
	v := tvar.New(1, tvar.Label("a"), tvar.Padded(), tvar.Equal[int]())
	require.Equal(t, "a=1", v.String())
	v.Store(2)
	v.Store(2)
	update(t, func(tx *stm.Tx) { v.Set(tx, 2); v.Update(tx, inc) })
	require.Equal(t, "a=3", v.String())
	_, err := v.Await(ctx, func(n int) bool { return n == 3 })
	require.NoError(t, err)
	require.Equal(t, "a=3", v.String())
}

// TestNilVar says what to do, whatever is called.
func TestNilVar(t *testing.T) {
	var v *tvar.Var[int]
	for name, call := range map[string]func(){
		"Load":   func() { v.Load() },
		"Store":  func() { v.Store(1) },
		"Modify": func() { v.Modify(inc) },
		"Await":  func() { _, _ = v.Await(ctx, func(int) bool { return true }) },
	} {
		require.PanicsWithValue(t, "tvar: nil Var: make it with tvar.New, or use a Var value instead of a pointer", call, name)
	}
}

// TestVarMadeInside a transaction is private until the commit, and may stay so.
func TestVarMadeInside(t *testing.T) {
	root := tvar.New[*tvar.Var[int]](nil)
	attempts := 0
	update(t, func(tx *stm.Tx) {
		attempts++
		v := tvar.New(attempts)
		v.Update(tx, inc)
		require.Equal(t, attempts+1, v.Get(tx))
		root.Set(tx, v)
		if attempts == 1 {
			root.Get(tx)
			elsewhere(func() { root.Store(nil) })
			tvar.New(0).Store(1)
			root.Swap(tx, v)
		}
	})
	require.NotNil(t, root.Load())
	require.Equal(t, attempts+1, root.Load().Load())
}
