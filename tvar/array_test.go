package tvar_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

type arrayMachine struct {
	a    *tvar.Array[int]
	want []int
}

func newArrayMachine() machine {
	return &arrayMachine{tvar.NewArray[int](5), make([]int, 5)}
}

func (m *arrayMachine) alone(t testing.TB, s *script) {
	i, x := s.next(len(m.want)), s.next(256)
	switch s.next(4) {
	case 0:
		require.Equal(t, m.want[i], m.a.Load(i))
	case 1:
		m.a.Store(i, x)
		m.want[i] = x
	case 2:
		m.want[i] += x
		require.Equal(t, m.want[i], m.a.Modify(i, func(n int) int { return n + x }))
	case 3:
		require.Equal(t, m.want, m.a.Snapshot())
	}
}

func (m *arrayMachine) inside(t testing.TB, s *script, tx *stm.Tx) {
	i, x := s.next(len(m.want)), s.next(256)
	switch s.next(4) {
	case 0:
		m.a.Set(tx, i, x)
		m.want[i] = x
	case 1:
		m.want[i] += x
		require.Equal(t, m.want[i], m.a.Update(tx, i, func(n int) int { return n + x }))
	case 2:
		m.want[i] += x
		tvar.Add(tx, m.a.At(i), x)
	case 3:
		m.look(t, s, tx)
	}
}

func (m *arrayMachine) look(t testing.TB, s *script, tx *stm.Tx) {
	if i := s.next(len(m.want)); s.next(2) == 0 {
		require.Equal(t, m.want[i], m.a.Get(tx, i))
		return
	}
	next := 0
	for i, x := range m.a.All(tx) {
		require.Equal(t, next, i)
		require.Equal(t, m.want[i], x)
		next++
	}
	require.Equal(t, m.a.Len(), next)
}

func (m *arrayMachine) save() func() {
	was := slices.Clone(m.want)
	return func() { m.want = was }
}

func (m *arrayMachine) same(t testing.TB) { require.Equal(t, m.want, m.a.Snapshot()) }

func TestArrayModel(t *testing.T) { checkMachine(t, newArrayMachine) }

func FuzzArray(f *testing.F) { fuzzMachine(f, newArrayMachine) }

// TestArrayElementsAreApart: different elements never conflict.
func TestArrayElementsAreApart(t *testing.T) {
	a := tvar.ArrayOf("a", "b", "c")
	attempts := 0
	update(t, func(tx *stm.Tx) {
		attempts++
		x := a.Get(tx, 0)
		elsewhere(func() { a.Store(2, "z") })
		a.Set(tx, 1, x+x)
	})
	require.Equal(t, 1, attempts)
	require.Equal(t, []string{"a", "aa", "z"}, a.Snapshot())
	require.Equal(t, "[a aa z]", a.String())

	attempts = 0
	update(t, func(tx *stm.Tx) {
		attempts++
		x := a.Get(tx, 0)
		if attempts == 1 {
			elsewhere(func() { a.Store(0, "y") })
		}
		a.Set(tx, 1, x+x)
	})
	require.Equal(t, 2, attempts, "the same one does")
}

// TestArraySnapshotIsOneState beside transfers between its elements.
func TestArraySnapshotIsOneState(t *testing.T) {
	a := tvar.NewArray[int](20)
	var wg sync.WaitGroup
	for g := range 2 {
		wg.Go(func() {
			for i := range 2000 {
				update(t, func(tx *stm.Tx) {
					a.Update(tx, (i*7+g)%20, inc)
					a.Update(tx, (i*3+1)%20, func(n int) int { return n - 1 })
				})
			}
		})
	}
	for range 200 {
		sum := 0
		for _, x := range a.Snapshot() {
			sum += x
		}
		require.Zero(t, sum)
	}
	wg.Wait()
}

func TestArrayBadUse(t *testing.T) {
	a := tvar.NewArray[int](3)
	panicsWith(t, "negative length -1", func() { tvar.NewArray[int](-1) })
	for _, i := range []int{-1, 3} {
		text := fmt.Sprintf("index %d out of range of Array of length 3", i)
		panicsWith(t, text, func() { a.Load(i) })
		panicsWith(t, text, func() { a.Store(i, 1) })
		panicsWith(t, text, func() { a.Modify(i, inc) })
		panicsWith(t, text, func() { a.At(i) })
		panicsWith(t, text, func() { update(t, func(tx *stm.Tx) { a.Get(tx, i) }) })
		panicsWith(t, text, func() { update(t, func(tx *stm.Tx) { a.Set(tx, i, 1) }) })
		panicsWith(t, text, func() { update(t, func(tx *stm.Tx) { a.Update(tx, i, inc) }) })
	}
	var none *tvar.Array[int]
	require.Zero(t, none.Len())
	require.Equal(t, "<nil Array>", none.String())
	require.Empty(t, none.Snapshot())
	panicsWith(t, "nil Array", func() { none.Load(0) })
	var zero tvar.Array[int]
	require.Equal(t, "[]", zero.String())

	var kept *stm.Tx
	update(t, func(tx *stm.Tx) { kept = tx })
	for _, a := range []*tvar.Array[int]{a, &zero} {
		loop := a.All(kept)
		panicsWith(t, "transaction used after its body returned", func() {
			for range loop {
			}
		})
	}
}

// TestArrayLoopMayWrite what it goes over.
func TestArrayLoopMayWrite(t *testing.T) {
	a := tvar.ArrayOf(1, 2, 3)
	update(t, func(tx *stm.Tx) {
		for i, x := range a.All(tx) {
			a.Set(tx, 2, x*10)
			if i == 1 {
				break
			}
		}
		for i, x := range a.All(tx) {
			if i == 0 {
				a.Set(tx, 1, 7)
			} else if i == 1 {
				require.Equal(t, 7, x)
			}
		}
	})
	require.Equal(t, []int{1, 7, 20}, a.Snapshot())
}

func TestArrayIsLinearizable(t *testing.T) {
	type call struct {
		op, i, x int
	}
	model := porcupine.Model{
		Init: func() any { return [2]int{} },
		Step: func(state, in, out any) (bool, any) {
			now, c := state.([2]int), in.(call)
			switch c.op {
			case 0:
				return out == now[c.i], now
			case 1:
				now[c.i] = c.x
				return true, now
			case 2:
				now[c.i] += c.x
				return out == now[c.i], now
			}
			return out == now, now
		},
		DescribeOperation: func(in, out any) string { return fmt.Sprint(in, " = ", out) },
	}
	linearizable(t, model, func() func(rng *rand.Rand) (in, out any) {
		a := tvar.NewArray[int](2)
		return func(rng *rand.Rand) (any, any) {
			c := call{rng.IntN(4), rng.IntN(2), rng.IntN(1000)}
			switch c.op {
			case 0:
				return c, a.Load(c.i)
			case 1:
				a.Store(c.i, c.x)
				return c, nil
			case 2:
				return c, a.Modify(c.i, func(n int) int { return n + c.x })
			}
			return c, [2]int(a.Snapshot())
		}
	})
}
