package tvar_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"
	"weak"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// A stackMachine is a Stack beside a slice, whose first item is on top.
type stackMachine struct {
	s    tvar.Stack[string]
	want []string
}

func newStackMachine() machine { return &stackMachine{} }

func (m *stackMachine) push(x string) { m.want = slices.Concat([]string{x}, m.want) }

func (m *stackMachine) peek() (string, bool) {
	if len(m.want) == 0 {
		return "", false
	}
	return m.want[0], true
}

func (m *stackMachine) pop() (string, bool) {
	x, ok := m.peek()
	if ok {
		m.want = m.want[1:]
	}
	return x, ok
}

func (m *stackMachine) clear() []string {
	xs := m.want
	m.want = nil
	return xs
}

func (m *stackMachine) alone(t testing.TB, s *script) {
	op, x := s.next(8), fmt.Sprint(s.next(256))
	switch op {
	case 0, 1, 2:
		m.s.Put(x)
		m.push(x)
	case 3, 4:
		y, ok := m.pop()
		equal(t, y, ok)(m.s.Take())
	case 5:
		y, ok := m.peek()
		equal(t, y, ok)(m.s.First())
	case 6:
		require.Equal(t, list(m.clear()), m.s.TakeAll())
	case 7:
		m.s.Reset()
		m.clear()
	}
}

func (m *stackMachine) inside(t testing.TB, s *script, tx *stm.Tx) {
	op, x := s.next(8), fmt.Sprint(s.next(256))
	switch op {
	case 0, 1, 2:
		m.s.Push(tx, x)
		m.push(x)
	case 3, 4:
		y, ok := m.pop()
		equal(t, y, ok)(m.s.Pop(tx))
	case 5:
		require.Equal(t, list(m.clear()), m.s.Drain(tx))
	case 6:
		m.s.Clear(tx)
		m.clear()
	default:
		m.look(t, s, tx)
	}
}

func (m *stackMachine) look(t testing.TB, s *script, tx *stm.Tx) {
	if s.next(2) == 0 {
		x, ok := m.peek()
		equal(t, x, ok)(m.s.Peek(tx))
	}
	require.Equal(t, len(m.want), m.s.Len(tx))
	require.Equal(t, list(m.want), list(slices.Collect(m.s.All(tx))))
}

func (m *stackMachine) save() func() {
	was := m.want
	return func() { m.want = was }
}

func (m *stackMachine) same(t testing.TB) {
	require.Equal(t, list(m.want), m.s.Snapshot())
	require.Equal(t, len(m.want), m.s.Size())
}

func TestStackModel(t *testing.T) { checkMachine(t, newStackMachine) }

func FuzzStack(f *testing.F) { fuzzMachine(f, newStackMachine) }

func TestStackIsLinearizable(t *testing.T) {
	type call struct {
		op int
		x  string
	}
	look := func(x string, ok bool) string { return fmt.Sprint(x, ok) }
	model := porcupine.Model{
		Init: func() any { return "" },
		Step: func(state, in, out any) (bool, any) {
			now, c := state.(string), in.(call)
			top, rest := "", ""
			if now != "" {
				top, rest = now[:1], now[1:]
			}
			switch c.op {
			case 0, 1:
				return true, c.x + now
			case 2, 3:
				return out == look(top, now != ""), rest
			case 4:
				return out == look(top, now != ""), now
			case 5:
				return out == fmt.Sprint(len(now)), now
			}
			return out == now, ""
		},
		DescribeOperation: func(in, out any) string { return fmt.Sprint(in, " = ", out) },
	}
	linearizable(t, model, func() func(rng *rand.Rand) (in, out any) {
		var s tvar.Stack[string]
		return func(rng *rand.Rand) (any, any) {
			c := call{rng.IntN(7), string(rune('0' + rng.IntN(10)))}
			switch c.op {
			case 0, 1:
				s.Put(c.x)
				return c, nil
			case 2, 3:
				return c, look(s.Take())
			case 4:
				return c, look(s.First())
			case 5:
				return c, fmt.Sprint(s.Size())
			}
			all := ""
			for _, x := range s.TakeAll() {
				all += x
			}
			return c, all
		}
	})
}

func TestStackLoopMayChangeIt(t *testing.T) {
	var s tvar.Stack[int]
	for i := range 3 {
		s.Put(i)
	}
	update(t, func(tx *stm.Tx) {
		var got []int
		for x := range s.All(tx) {
			got = append(got, x)
			s.Pop(tx)
			s.Push(tx, 10*x)
		}
		require.Equal(t, []int{2, 1, 0}, got)
		require.Equal(t, 3, s.Len(tx))
	})
	require.Equal(t, "[0 1 0]", s.String())
}

func TestStackUnderContention(t *testing.T) {
	var s tvar.Stack[int]
	var wg sync.WaitGroup
	var got [3][]int
	for g := range 3 {
		wg.Go(func() {
			for i := range 200 {
				s.Put(g*200 + i)
				if x, ok := s.Take(); ok && i%2 == 0 {
					got[g] = append(got[g], x)
				} else if ok {
					update(t, func(tx *stm.Tx) { s.Push(tx, x) })
				}
			}
		})
	}
	wg.Wait()
	require.ElementsMatch(t, numbers(600), slices.Concat(got[0], got[1], got[2], s.TakeAll()))
}

func TestStackBadUse(t *testing.T) {
	var none *tvar.Stack[int]
	require.Equal(t, "<nil Stack>", none.String())
	panicsWith(t, "nil Stack: use a Stack value", func() { none.Put(1) })
	panicsWith(t, "nil Stack: use a Stack value", func() { none.Size() })
	var kept *stm.Tx
	update(t, func(tx *stm.Tx) { kept = tx })
	var s tvar.Stack[int]
	panicsWith(t, "transaction used after its body returned", func() {
		for range s.All(kept) {
		}
	})
}

func TestStackKeepsNothing(t *testing.T) {
	var s tvar.Stack[*big]
	x := new(big)
	p := weak.Make(x)
	s.Put(nil)
	s.Put(x)
	runtime.KeepAlive(x)
	x = nil
	require.True(t, retained(p))
	s.Take()
	require.False(t, retained(p))
	runtime.KeepAlive(&s)
}
