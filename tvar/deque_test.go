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

type dequeMachine struct {
	d    tvar.Deque[string]
	want plainDeque
}

// A plainDeque is what Deques are compared with.
type plainDeque []string

func (m *plainDeque) pushFront(x string) { *m = slices.Concat([]string{x}, *m) }
func (m *plainDeque) pushBack(x string)  { *m = append(slices.Clip(*m), x) }

func (m *plainDeque) front() (string, bool) {
	if len(*m) == 0 {
		return "", false
	}
	return (*m)[0], true
}

func (m *plainDeque) back() (string, bool) {
	if len(*m) == 0 {
		return "", false
	}
	return (*m)[len(*m)-1], true
}

func (m *plainDeque) popFront() (string, bool) {
	x, ok := m.front()
	if ok {
		*m = (*m)[1:]
	}
	return x, ok
}

func (m *plainDeque) popBack() (string, bool) {
	x, ok := m.back()
	if ok {
		*m = (*m)[:len(*m)-1]
	}
	return x, ok
}

func newDequeMachine() machine { return &dequeMachine{} }

func (m *dequeMachine) alone(t testing.TB, s *script) {
	op, x := s.next(10), fmt.Sprint(s.next(256))
	switch op {
	case 0, 1:
		m.d.PutFront(x)
		m.want.pushFront(x)
	case 2, 3:
		m.d.PutBack(x)
		m.want.pushBack(x)
	case 4, 5:
		y, ok := m.want.popFront()
		equal(t, y, ok)(m.d.TakeFront())
	case 6, 7:
		y, ok := m.want.popBack()
		equal(t, y, ok)(m.d.TakeBack())
	case 8:
		f, ok := m.want.front()
		equal(t, f, ok)(m.d.First())
		b, ok := m.want.back()
		equal(t, b, ok)(m.d.Last())
	case 9:
		if s.next(4) == 0 {
			m.d.Reset()
			m.want = nil
		}
	}
}

func (m *dequeMachine) inside(t testing.TB, s *script, tx *stm.Tx) {
	op, x := s.next(10), fmt.Sprint(s.next(256))
	switch op {
	case 0, 1:
		m.d.PushFront(tx, x)
		m.want.pushFront(x)
	case 2, 3:
		m.d.PushBack(tx, x)
		m.want.pushBack(x)
	case 4, 5:
		y, ok := m.want.popFront()
		equal(t, y, ok)(m.d.PopFront(tx))
	case 6, 7:
		y, ok := m.want.popBack()
		equal(t, y, ok)(m.d.PopBack(tx))
	case 8:
		m.look(t, s, tx)
	case 9:
		if s.next(4) == 0 {
			m.d.Clear(tx)
			m.want = nil
		}
	}
}

func (m *dequeMachine) look(t testing.TB, s *script, tx *stm.Tx) {
	if s.next(2) == 0 {
		f, ok := m.want.front()
		equal(t, f, ok)(m.d.PeekFront(tx))
		b, ok := m.want.back()
		equal(t, b, ok)(m.d.PeekBack(tx))
	}
	require.Equal(t, len(m.want), m.d.Len(tx))
	require.Equal(t, list(m.want), list(slices.Collect(m.d.All(tx))))
	backward := list(m.want)
	slices.Reverse(backward)
	require.Equal(t, backward, list(slices.Collect(m.d.Backward(tx))))
}

func (m *dequeMachine) save() func() {
	was := m.want
	return func() { m.want = was }
}

func (m *dequeMachine) same(t testing.TB) {
	require.Equal(t, list(m.want), m.d.Snapshot())
	require.Equal(t, len(m.want), m.d.Size())
}

func TestDequeModel(t *testing.T) { checkMachine(t, newDequeMachine) }

func FuzzDeque(f *testing.F) { fuzzMachine(f, newDequeMachine) }

func TestDequeIsLinearizable(t *testing.T) {
	type call struct {
		op int
		x  string
	}
	look := func(x string, ok bool) string { return fmt.Sprint(x, ok) }
	model := porcupine.Model{
		Init:  func() any { return plainDeque(nil) },
		Equal: func(a, b any) bool { return slices.Equal(a.(plainDeque), b.(plainDeque)) },
		Step: func(state, in, out any) (bool, any) {
			m, c := state.(plainDeque), in.(call)
			want := ""
			switch c.op {
			case 0:
				m.pushFront(c.x)
			case 1:
				m.pushBack(c.x)
			case 2:
				want = look(m.popFront())
			case 3:
				want = look(m.popBack())
			case 4:
				want = look(m.front())
			case 5:
				want = look(m.back())
			case 6:
				want = fmt.Sprint(len(m))
			case 7:
				want = fmt.Sprint([]string(m))
			}
			return out == want, m
		},
		DescribeOperation: func(in, out any) string { return fmt.Sprint(in, " = ", out) },
	}
	linearizable(t, model, func() func(rng *rand.Rand) (in, out any) {
		var d tvar.Deque[string]
		return func(rng *rand.Rand) (any, any) {
			c := call{rng.IntN(8), string(rune('0' + rng.IntN(10)))}
			switch c.op {
			case 0:
				d.PutFront(c.x)
			case 1:
				d.PutBack(c.x)
			case 2:
				return c, look(d.TakeFront())
			case 3:
				return c, look(d.TakeBack())
			case 4:
				return c, look(d.First())
			case 5:
				return c, look(d.Last())
			case 6:
				return c, fmt.Sprint(d.Size())
			case 7:
				return c, d.String()
			}
			return c, ""
		}
	})
}

// TestDequeConflicts, and their absence, as the documentation has them.
func TestDequeConflicts(t *testing.T) {
	type deque = tvar.Deque[int]
	for _, c := range []struct {
		name     string
		items    int
		body     func(d *deque, tx *stm.Tx)
		happens  func(d *deque)
		attempts int
	}{
		{"pops at both ends", 3, func(d *deque, tx *stm.Tx) { d.PopFront(tx) }, func(d *deque) { d.TakeBack() }, 1},
		{"pops at both ends of two", 2, func(d *deque, tx *stm.Tx) { d.PopFront(tx) }, func(d *deque) { d.TakeBack() }, 2},
		{"pushes at both ends", 1, func(d *deque, tx *stm.Tx) { d.PushFront(tx, 9) }, func(d *deque) { d.PutBack(9) }, 1},
		{"pushes at both ends of none", 0, func(d *deque, tx *stm.Tx) { d.PushFront(tx, 9) }, func(d *deque) { d.PutBack(9) }, 2},
		{"push and pop of two", 2, func(d *deque, tx *stm.Tx) { d.PushFront(tx, 9) }, func(d *deque) { d.TakeBack() }, 1},
		{"pop and push of two", 2, func(d *deque, tx *stm.Tx) { d.PopFront(tx) }, func(d *deque) { d.PutBack(9) }, 1},
		{"peek and push", 1, func(d *deque, tx *stm.Tx) { d.PeekFront(tx) }, func(d *deque) { d.PutBack(9) }, 1},
		{"the same end", 3, func(d *deque, tx *stm.Tx) { d.PopFront(tx) }, func(d *deque) { d.PutFront(9) }, 2},
		{"length", 3, func(d *deque, tx *stm.Tx) { d.Len(tx) }, func(d *deque) { d.PutFront(9) }, 2},
		{"clearing", 3, func(d *deque, tx *stm.Tx) { d.Clear(tx) }, func(d *deque) { d.TakeBack() }, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := new(deque)
			for i := range c.items {
				d.PutBack(i)
			}
			require.Equal(t, c.attempts, attemptsBeside(t, func(tx *stm.Tx) { c.body(d, tx) }, func() { c.happens(d) }))
		})
	}
}

func TestDequeUnderContention(t *testing.T) {
	var d tvar.Deque[int]
	var wg sync.WaitGroup
	var got [2][]int
	for g := range 2 {
		take := []func() (int, bool){d.TakeFront, d.TakeBack}[g]
		wg.Go(func() {
			for i := range 200 {
				d.PutFront(400*g + 2*i)
				d.PutBack(400*g + 2*i + 1)
				if x, ok := take(); ok {
					got[g] = append(got[g], x)
				}
			}
		})
	}
	wg.Wait()
	require.ElementsMatch(t, numbers(800), slices.Concat(got[0], got[1], d.Snapshot()))
}

func TestDequeViewIsOfItsInstant(t *testing.T) {
	var d tvar.Deque[int]
	for i := range 3 {
		d.PutBack(i)
	}
	got, err := stm.View(ctx, func(tx *stm.Tx) ([]int, error) {
		elsewhere(func() { d.TakeFront(); d.TakeBack(); d.PutFront(7); d.PutBack(8) })
		return slices.Collect(d.All(tx)), nil
	})
	require.NoError(t, err)
	require.Equal(t, []int{0, 1, 2}, got)
	require.Equal(t, "[7 1 8]", d.String())
}

func TestDequeLoopMayChangeIt(t *testing.T) {
	var d tvar.Deque[int]
	for i := range 3 {
		d.PutBack(i)
	}
	update(t, func(tx *stm.Tx) {
		var got []int
		for x := range d.All(tx) {
			got = append(got, x)
			equal(t, x, true)(d.PopFront(tx))
			if x < 3 {
				d.PushBack(tx, x+3)
			}
		}
		require.Equal(t, []int{0, 1, 2, 3, 4, 5}, got)
		require.Zero(t, d.Len(tx))
	})
}

func TestDequeBadUse(t *testing.T) {
	var none *tvar.Deque[int]
	require.Equal(t, "<nil Deque>", none.String())
	panicsWith(t, "nil Deque: use a Deque value", func() { none.PutBack(1) })
	panicsWith(t, "nil Deque: use a Deque value", func() { none.Size() })
	var kept *stm.Tx
	update(t, func(tx *stm.Tx) { kept = tx })
	var d tvar.Deque[int]
	panicsWith(t, "transaction used after its body returned", func() {
		for range d.Backward(kept) {
		}
	})
	panicsWith(t, "write in a View", func() {
		_, _ = stm.View(ctx, func(tx *stm.Tx) (int, error) { d.PushBack(tx, 1); return 0, nil })
	})
}

func TestDequeKeepsNothing(t *testing.T) {
	for _, take := range []func(d *tvar.Deque[*big]) (*big, bool){(*tvar.Deque[*big]).TakeFront, (*tvar.Deque[*big]).TakeBack} {
		var d tvar.Deque[*big]
		x := new(big)
		p := weak.Make(x)
		for range 3 {
			d.PutBack(x)
		}
		runtime.KeepAlive(x)
		x = nil
		for range 2 {
			take(&d)
		}
		d.PutFront(nil)
		d.PutBack(nil)
		take(&d)
		require.True(t, retained(p))
		take(&d)
		require.False(t, retained(p))
		runtime.KeepAlive(&d)
	}
}
