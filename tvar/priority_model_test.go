package tvar_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

type intQueue = tvar.PriorityQueue[int]

// A priorityMachine is a PriorityQueue beside a sorted list.
type priorityMachine struct {
	q    *intQueue
	want []int
}

func newPriorityMachine() machine { return &priorityMachine{q: tvar.NewPriorityQueue[int]()} }

func (m *priorityMachine) push(x int) {
	i, _ := slices.BinarySearch(m.want, x)
	m.want = slices.Insert(m.want, i, x)
}

// pop takes the first of the list, and compares it with what was popped.
func (m *priorityMachine) pop(t testing.TB, got int, ok bool) {
	t.Helper()
	m.peek(t, got, ok)
	if ok {
		m.want = m.want[1:]
	}
}

func (m *priorityMachine) peek(t testing.TB, got int, ok bool) {
	t.Helper()
	require.Equal(t, len(m.want) > 0, ok)
	if ok {
		require.Equal(t, m.want[0], got)
	}
}

func (m *priorityMachine) alone(t testing.TB, s *script) {
	op, x := s.next(8), s.next(64)
	switch op {
	case 0, 1, 2, 3:
		m.push(x)
		if s.next(2) == 0 {
			m.q.Put(x)
		} else {
			elsewhere(func() { m.q.Put(x) }) // perhaps into another heap
		}
	case 4:
		got, ok := m.q.TryTake()
		m.pop(t, got, ok)
	case 5:
		if len(m.want) > 0 {
			got, err := m.q.Take(ctx)
			require.NoError(t, err)
			m.pop(t, got, true)
		}
	case 6:
		got, ok := m.q.First()
		m.peek(t, got, ok)
	case 7:
		if s.next(8) == 0 {
			m.q.Reset()
			m.want = nil
		}
	}
}

func (m *priorityMachine) inside(t testing.TB, s *script, tx *stm.Tx) {
	op, x := s.next(8), s.next(64)
	switch op {
	case 0, 1, 2, 3:
		m.push(x)
		m.q.Push(tx, x)
	case 4, 5:
		got, ok := m.q.TryPop(tx)
		m.pop(t, got, ok)
	case 6:
		if s.next(8) == 0 {
			m.q.Clear(tx)
			m.want = nil
		}
	default:
		m.look(t, s, tx)
	}
}

func (m *priorityMachine) look(t testing.TB, s *script, tx *stm.Tx) {
	switch s.next(3) {
	case 0:
		got, ok := m.q.Peek(tx)
		m.peek(t, got, ok)
	case 1:
		require.Equal(t, len(m.want), m.q.Len(tx))
	case 2:
		require.Equal(t, append([]int{}, m.want...), append([]int{}, slices.Collect(m.q.All(tx))...))
	}
}

func (m *priorityMachine) save() func() {
	was := slices.Clone(m.want)
	return func() { m.want = was }
}

func (m *priorityMachine) same(t testing.TB) {
	require.Equal(t, append([]int{}, m.want...), m.q.Snapshot())
	require.Equal(t, len(m.want), m.q.Size())
}

func TestPriorityQueueModel(t *testing.T) { checkMachine(t, newPriorityMachine) }

func FuzzPriorityQueue(f *testing.F) { fuzzMachine(f, newPriorityMachine) }

func TestPriorityQueueIsLinearizable(t *testing.T) {
	type call struct{ op, x int }
	model := porcupine.Model{
		Init: func() any { return "" }, // the elements, sorted
		Step: func(state, in, out any) (bool, any) {
			s, c := state.(string), in.(call)
			first := "none"
			if s != "" {
				first = s[:1]
			}
			switch c.op {
			case 0, 1, 2:
				xs := []byte(s + string(byte('0'+c.x)))
				slices.Sort(xs)
				return true, string(xs)
			case 3, 4:
				if s != "" {
					s = s[1:]
				}
				return out == first, s
			case 5:
				return out == first, s
			case 6:
				return out == len(s), s
			}
			return out == s, s
		},
		DescribeOperation: func(in, out any) string { return fmt.Sprint(in, " = ", out) },
	}
	linearizable(t, model, func() func(rng *rand.Rand) (in, out any) {
		q := tvar.NewPriorityQueue[int]()
		text := func(x int, ok bool) string {
			if !ok {
				return "none"
			}
			return fmt.Sprint(x)
		}
		return func(rng *rand.Rand) (any, any) {
			c := call{rng.IntN(8), rng.IntN(10)}
			switch c.op {
			case 0, 1, 2:
				q.Put(c.x)
				return c, nil
			case 3, 4:
				return c, text(q.TryTake())
			case 5:
				return c, text(q.First())
			case 6:
				return c, q.Size()
			}
			var all strings.Builder
			for _, x := range q.Snapshot() {
				fmt.Fprint(&all, x)
			}
			return c, all.String()
		}
	})
}
