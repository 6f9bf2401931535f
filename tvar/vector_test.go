package tvar_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

type vectorMachine struct {
	v    tvar.Vector[string]
	want []string
}

func newVectorMachine() machine { return &vectorMachine{want: []string{}} }

// index is an index that exists, but for an empty vector.
func (m *vectorMachine) index(s *script) int { return s.next(max(1, len(m.want))) }

func (m *vectorMachine) alone(t testing.TB, s *script) {
	op, i, x := s.next(7), m.index(s), fmt.Sprint(s.next(256))
	if len(m.want) == 0 && op < 3 {
		panicsWith(t, "out of range", func() { m.v.Load(i) })
		panicsWith(t, "out of range", func() { m.v.Store(i, x) })
		return
	}
	switch op {
	case 0:
		require.Equal(t, m.want[i], m.v.Load(i))
	case 1:
		m.v.Store(i, x)
		m.want[i] = x
	case 2:
		m.want[i] += x
		require.Equal(t, m.want[i], m.v.Modify(i, func(y string) string { return y + x }))
	case 3, 4:
		xs := slices.Repeat([]string{x}, s.next(12))
		require.Equal(t, len(m.want), m.v.Extend(xs...))
		m.want = append(m.want, xs...)
	case 5:
		m.pop(t, m.v.Take)
	case 6:
		if s.next(4) == 0 {
			m.v.Reset()
			m.want = []string{}
		}
	}
}

func (m *vectorMachine) pop(t testing.TB, pop func() (string, bool)) {
	x, ok := pop()
	require.Equal(t, len(m.want) > 0, ok)
	if ok {
		require.Equal(t, m.want[len(m.want)-1], x)
		m.want = m.want[:len(m.want)-1]
	}
}

func (m *vectorMachine) inside(t testing.TB, s *script, tx *stm.Tx) {
	op, i, x := s.next(7), m.index(s), fmt.Sprint(s.next(256))
	if len(m.want) == 0 && op < 2 {
		op = 2
	}
	switch op {
	case 0:
		m.v.Set(tx, i, x)
		m.want[i] = x
	case 1:
		m.want[i] += x
		require.Equal(t, m.want[i], m.v.Update(tx, i, func(y string) string { return y + x }))
	case 2, 3:
		xs := slices.Repeat([]string{x}, s.next(12))
		require.Equal(t, len(m.want), m.v.Append(tx, xs...))
		m.want = append(m.want, xs...)
	case 4:
		m.pop(t, func() (string, bool) { return m.v.Pop(tx) })
	case 5:
		if s.next(4) == 0 {
			m.v.Clear(tx)
			m.want = []string{}
		}
	case 6:
		m.look(t, s, tx)
	}
}

func (m *vectorMachine) look(t testing.TB, s *script, tx *stm.Tx) {
	if i := m.index(s); len(m.want) > 0 && s.next(3) == 0 {
		require.Equal(t, m.want[i], m.v.Get(tx, i))
		return
	}
	require.Equal(t, len(m.want), m.v.Len(tx))
	next := 0
	for i, x := range m.v.All(tx) {
		require.Equal(t, next, i)
		require.Equal(t, m.want[i], x)
		next++
	}
	require.Equal(t, len(m.want), next)
}

func (m *vectorMachine) save() func() {
	was := slices.Clone(m.want)
	return func() { m.want = was }
}

func (m *vectorMachine) same(t testing.TB) {
	require.Equal(t, m.want, m.v.Snapshot())
	require.Equal(t, len(m.want), m.v.Size())
}

func TestVectorModel(t *testing.T) { checkMachine(t, newVectorMachine) }

func FuzzVector(f *testing.F) { fuzzMachine(f, newVectorMachine) }

// attemptsBeside counts the attempts of a transaction beside whose first one
// something happens.
func attemptsBeside(t *testing.T, body func(tx *stm.Tx), happens func()) (n int) {
	t.Helper()
	out := tvar.New(0)
	update(t, func(tx *stm.Tx) {
		n++
		body(tx)
		out.Set(tx, 1)
		if n == 1 {
			elsewhere(happens)
		}
	})
	return n
}

// TestVectorConflicts, and their absence, as the documentation has them.
func TestVectorConflicts(t *testing.T) {
	for _, c := range []struct {
		name     string
		body     func(v *tvar.Vector[int], tx *stm.Tx)
		happens  func(v *tvar.Vector[int])
		attempts int
	}{
		{"Get and Append", func(v *tvar.Vector[int], tx *stm.Tx) { v.Get(tx, 2) }, func(v *tvar.Vector[int]) { v.Extend(1, 2, 3) }, 1},
		{"Set and Append", func(v *tvar.Vector[int], tx *stm.Tx) { v.Set(tx, 2, 5) }, func(v *tvar.Vector[int]) { v.Extend(1) }, 1},
		{"Get and Pop of another", func(v *tvar.Vector[int], tx *stm.Tx) { v.Get(tx, 0) }, func(v *tvar.Vector[int]) { v.Take() }, 1},
		{"Append and Store", func(v *tvar.Vector[int], tx *stm.Tx) { v.Append(tx, 9) }, func(v *tvar.Vector[int]) { v.Store(2, 7) }, 1},
		{"Get and Store", func(v *tvar.Vector[int], tx *stm.Tx) { v.Get(tx, 0) }, func(v *tvar.Vector[int]) { v.Store(0, 7) }, 2},
		{"Append and Append", func(v *tvar.Vector[int], tx *stm.Tx) { v.Append(tx, 9) }, func(v *tvar.Vector[int]) { v.Extend(1) }, 2},
		{"Len and Append", func(v *tvar.Vector[int], tx *stm.Tx) { v.Len(tx) }, func(v *tvar.Vector[int]) { v.Extend(1) }, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			var v tvar.Vector[int]
			v.Extend(1, 2, 3)
			require.Equal(t, c.attempts, attemptsBeside(t, func(tx *stm.Tx) { c.body(&v, tx) }, func() { c.happens(&v) }))
		})
	}
}

// TestVectorPopIsNoticed by whoever has read the element, although its index
// was learnt without the length.
func TestVectorPopIsNoticed(t *testing.T) {
	var v tvar.Vector[int]
	v.Extend(1, 2)
	attempts := 0
	out := tvar.New(0)
	panicsWith(t, "index 1 out of range of Vector of length 1", func() {
		update(t, func(tx *stm.Tx) {
			attempts++
			out.Set(tx, v.Get(tx, 1))
			if attempts == 1 {
				elsewhere(func() { v.Take() })
			}
		})
	})
	require.Equal(t, 2, attempts)
	require.Zero(t, out.Load())
}

// TestVectorViewIsOfItsInstant: a View sees neither what was appended after it
// began nor misses what was popped.
func TestVectorViewIsOfItsInstant(t *testing.T) {
	var v tvar.Vector[int]
	v.Extend(1, 2, 3)
	got, err := stm.View(ctx, func(tx *stm.Tx) ([]int, error) {
		elsewhere(func() { v.Take(); v.Take(); v.Extend(20, 30, 40); v.Store(0, 10) })
		xs := []int{v.Get(tx, 2)}
		for _, x := range v.All(tx) {
			xs = append(xs, x)
		}
		return xs, nil
	})
	require.NoError(t, err)
	require.Equal(t, []int{3, 1, 2, 3}, got)
	require.Equal(t, "[10 20 30 40]", v.String())
}

func TestVectorLoopMayChangeIt(t *testing.T) {
	var v tvar.Vector[int]
	v.Extend(1, 2, 3, 4)
	update(t, func(tx *stm.Tx) {
		var got []int
		for i, x := range v.All(tx) {
			got = append(got, x)
			v.Append(tx, 10*x)
			if i == 1 {
				v.Set(tx, 2, 33)
			}
		}
		require.Equal(t, []int{1, 2, 33, 4}, got)
		got = nil
		for _, x := range v.All(tx) {
			got = append(got, x)
			v.Pop(tx)
		}
		require.Equal(t, []int{1, 2, 33, 4}, got)
		require.Equal(t, 4, v.Len(tx))
	})
}

func TestVectorBadUse(t *testing.T) {
	var v tvar.Vector[int]
	v.Extend(1, 2, 3)
	v.Take()
	for _, i := range []int{-1, 2, 3, 1 << 20, math.MaxInt, math.MinInt} {
		text := fmt.Sprintf("index %d out of range of Vector of length 2", i)
		panicsWith(t, text, func() { v.Load(i) })
		panicsWith(t, text, func() { v.Store(i, 1) })
		panicsWith(t, text, func() { v.Modify(i, inc) })
		panicsWith(t, text, func() { update(t, func(tx *stm.Tx) { v.Get(tx, i) }) })
		panicsWith(t, text, func() { update(t, func(tx *stm.Tx) { v.Set(tx, i, 1) }) })
		panicsWith(t, text, func() { update(t, func(tx *stm.Tx) { v.Update(tx, i, inc) }) })
	}
	require.Equal(t, -1, tvar.New(-1).Load())
	var none *tvar.Vector[int]
	require.Equal(t, "<nil Vector>", none.String())
	panicsWith(t, "nil Vector", func() { none.Load(0) })
	panicsWith(t, "nil Vector", func() { none.Extend(0) })
	panicsWith(t, "nil Vector", func() { none.Size() })

	var kept *stm.Tx
	update(t, func(tx *stm.Tx) { kept = tx })
	var empty tvar.Vector[int]
	panicsWith(t, "transaction used after its body returned", func() {
		for range empty.All(kept) {
		}
	})
}

// TestVectorAttemptThatFails leaves no element, also where it has made a chunk.
func TestVectorAttemptThatFails(t *testing.T) {
	var v tvar.Vector[int]
	require.ErrorIs(t, stm.Atomically(ctx, func(tx *stm.Tx) error {
		v.Append(tx, make([]int, 100)...)
		return errBody
	}), errBody)
	require.Zero(t, v.Size())
	panicsWith(t, "out of range", func() { v.Load(50) })
	require.Equal(t, 0, v.Extend(1))
	require.Equal(t, []int{1}, v.Snapshot())
}

func TestVectorUnderContention(t *testing.T) {
	var v tvar.Vector[int]
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 500 {
				at := v.Extend(g*1000 + i)
				v.Modify(at, func(n int) int { return -n })
				update(t, func(tx *stm.Tx) { v.Update(tx, at, func(n int) int { return -n }) })
			}
		})
	}
	wg.Wait()
	next := [4]int{}
	for _, x := range v.Snapshot() {
		require.Equal(t, next[x/1000], x%1000, "each goroutine's elements in its order")
		next[x/1000]++
	}
	require.Equal(t, [4]int{500, 500, 500, 500}, next)
}

func TestVectorIsLinearizable(t *testing.T) {
	type call struct{ op, x int }
	model := porcupine.Model{
		Init: func() any { return "" },
		Step: func(state, in, out any) (bool, any) {
			now, c := state.(string), in.(call)
			digit := string(rune('0' + c.x))
			switch {
			case c.op == 0:
				return out == len(now), now + digit
			case c.op == 1 && now == "":
				return out == "none", now
			case c.op == 1:
				return out == now[len(now)-1:], now[:len(now)-1]
			case c.op == 2:
				return out == now, now
			case c.x < len(now):
				return out == now[c.x:c.x+1], now
			}
			return out == "none", now
		},
		DescribeOperation: func(in, out any) string { return fmt.Sprint(in, " = ", out) },
	}
	linearizable(t, model, func() func(rng *rand.Rand) (in, out any) {
		var v tvar.Vector[string]
		return func(rng *rand.Rand) (any, any) {
			c := call{rng.IntN(4), rng.IntN(3)}
			switch c.op {
			case 0:
				return c, v.Extend(string(rune('0' + c.x)))
			case 1:
				x, ok := v.Take()
				if !ok {
					return c, "none"
				}
				return c, x
			case 2:
				all := ""
				for _, x := range v.Snapshot() {
					all += x
				}
				return c, all
			}
			x := "none"
			quietly(func() { x = v.Load(c.x) })
			return c, x
		}
	})
}
