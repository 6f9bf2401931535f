package tvar_test

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// A queue is what a Queue and a BoundedQueue have in common.
type queue[T any] interface {
	Push(tx *stm.Tx, x T) error
	TryPush(tx *stm.Tx, x T) error
	Pop(tx *stm.Tx) (T, error)
	TryPop(tx *stm.Tx) (T, error)
	Peek(tx *stm.Tx) (T, error)
	Unget(tx *stm.Tx, x T) error
	Drain(tx *stm.Tx) []T
	Len(tx *stm.Tx) int
	All(tx *stm.Tx) iter.Seq[T]
	Close(tx *stm.Tx)
	IsClosed(tx *stm.Tx) bool

	TryPut(x T) error
	Take(ctx context.Context) (T, error)
	TryTake() (T, error)
	First() (T, error)
	Return(x T) error
	TakeAll() []T
	Size() int
	Snapshot() []T
	Shut()
	Closed() bool
	String() string
}

// newQueue makes a Queue if capacity is 0.
func newQueue[T any](capacity int) queue[T] {
	if capacity == 0 {
		return new(tvar.Queue[T])
	}
	return tvar.NewBoundedQueue[T](capacity)
}

// put is the one-shot form that may wait.
func put[T any](ctx context.Context, q queue[T], x T) error {
	if b, ok := q.(*tvar.BoundedQueue[T]); ok {
		return b.Put(ctx, x)
	}
	return q.(*tvar.Queue[T]).Put(x)
}

// capacities are those that queues are tested with: unbounded, the least, one
// that is met often, and one that is not.
var capacities = []int{0, 1, 3, 20}

// A plainQueue is what queues are compared with.
type plainQueue struct {
	capacity int
	items    []string
	closed   bool
}

func (m *plainQueue) push(x string) error {
	switch {
	case m.closed:
		return tvar.ErrClosed
	case m.capacity > 0 && len(m.items) == m.capacity:
		return tvar.ErrFull
	}
	m.items = append(slices.Clip(m.items), x)
	return nil
}

func (m *plainQueue) peek() (string, error) {
	switch {
	case len(m.items) > 0:
		return m.items[0], nil
	case m.closed:
		return "", tvar.ErrClosed
	}
	return "", tvar.ErrEmpty
}

func (m *plainQueue) pop() (string, error) {
	x, err := m.peek()
	if err == nil {
		m.items = m.items[1:]
	}
	return x, err
}

func (m *plainQueue) unget(x string) error {
	if m.capacity > 0 && len(m.items) == m.capacity {
		return tvar.ErrFull
	}
	m.items = slices.Concat([]string{x}, m.items)
	return nil
}

func (m *plainQueue) drain() []string {
	xs := m.items
	m.items = nil
	return xs
}

type queueMachine struct {
	q    queue[string]
	want plainQueue
}

func newQueueMachine(capacity int) func() machine {
	return func() machine { return &queueMachine{newQueue[string](capacity), plainQueue{capacity: capacity}} }
}

// same2 compares two pairs of value and error.
func same2[T any](t testing.TB, want T, wantErr error) func(T, error) {
	return func(got T, err error) {
		t.Helper()
		require.Equal(t, wantErr, err)
		require.Equal(t, want, got)
	}
}

// list makes nothing and none the same.
func list(xs []string) []string { return append([]string{}, xs...) }

func (m *queueMachine) alone(t testing.TB, s *script) {
	op, x := s.next(12), fmt.Sprint(s.next(256))
	switch op {
	case 0, 1:
		require.Equal(t, m.want.push(x), m.q.TryPut(x))
	case 2, 3:
		if err := m.want.push(x); err != tvar.ErrFull {
			require.Equal(t, err, put(ctx, m.q, x))
		}
	case 4, 5:
		y, err := m.want.pop()
		same2(t, y, err)(m.q.TryTake())
	case 6:
		if y, err := m.want.pop(); err != tvar.ErrEmpty {
			same2(t, y, err)(m.q.Take(ctx))
		}
	case 7:
		y, err := m.want.peek()
		same2(t, y, err)(m.q.First())
	case 8:
		require.Equal(t, m.want.unget(x), m.q.Return(x))
	case 9:
		require.Equal(t, list(m.want.drain()), list(m.q.TakeAll()))
	case 10:
		if s.next(8) == 0 {
			m.q.Shut()
			m.want.closed = true
		}
	}
}

func (m *queueMachine) inside(t testing.TB, s *script, tx *stm.Tx) {
	op, x := s.next(12), fmt.Sprint(s.next(256))
	switch op {
	case 0, 1:
		require.Equal(t, m.want.push(x), m.q.TryPush(tx, x))
	case 2, 3:
		if err := m.want.push(x); err != tvar.ErrFull {
			require.Equal(t, err, m.q.Push(tx, x))
		}
	case 4, 5:
		y, err := m.want.pop()
		same2(t, y, err)(m.q.TryPop(tx))
	case 6:
		if y, err := m.want.pop(); err != tvar.ErrEmpty {
			same2(t, y, err)(m.q.Pop(tx))
		}
	case 7:
		require.Equal(t, m.want.unget(x), m.q.Unget(tx, x))
	case 8:
		require.Equal(t, list(m.want.drain()), list(m.q.Drain(tx)))
	case 9:
		if s.next(8) == 0 {
			m.q.Close(tx)
			m.want.closed = true
		}
	default:
		m.look(t, s, tx)
	}
}

func (m *queueMachine) look(t testing.TB, s *script, tx *stm.Tx) {
	switch s.next(3) {
	case 0:
		x, err := m.want.peek()
		same2(t, x, err)(m.q.Peek(tx))
	case 1:
		require.Equal(t, len(m.want.items), m.q.Len(tx))
		require.Equal(t, m.want.closed, m.q.IsClosed(tx))
	case 2:
		require.Equal(t, list(m.want.items), list(slices.Collect(m.q.All(tx))))
	}
}

func (m *queueMachine) save() func() {
	was := m.want
	return func() { m.want = was }
}

func (m *queueMachine) same(t testing.TB) {
	require.Equal(t, list(m.want.items), list(m.q.Snapshot()))
	require.Equal(t, len(m.want.items), m.q.Size())
	require.Equal(t, m.want.closed, m.q.Closed())
}

// eachQueue runs a test with queues of several capacities.
func eachQueue(t *testing.T, test func(t *testing.T, capacity int)) {
	for _, capacity := range capacities {
		name := "unbounded"
		if capacity > 0 {
			name = fmt.Sprint("capacity ", capacity)
		}
		t.Run(name, func(t *testing.T) { test(t, capacity) })
	}
}

func TestQueueModel(t *testing.T) {
	eachQueue(t, func(t *testing.T, capacity int) { checkMachine(t, newQueueMachine(capacity)) })
}

func FuzzQueue(f *testing.F) { fuzzMachine(f, newQueueMachine(0)) }

func FuzzBoundedQueue(f *testing.F) {
	f.Add([]byte{2, 1, 0, 5, 1, 1, 1, 2, 2, 2, 3, 3, 3, 0, 0, 0, 3, 1, 1, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		capacity := 1
		if len(data) > 0 {
			capacity = 1 + int(data[0])%5
		}
		play(t, data, newQueueMachine(capacity)())
	})
}

// TestQueueIsLinearizable: the one-shot forms and a transaction of two pops.
func TestQueueIsLinearizable(t *testing.T) {
	for _, capacity := range []int{0, 2} {
		t.Run(fmt.Sprint(capacity), func(t *testing.T) {
			linearizable(t, queueSpecification(capacity), func() func(rng *rand.Rand) (in, out any) {
				q := newQueue[string](capacity)
				return func(rng *rand.Rand) (any, any) {
					c := queueCall{rng.IntN(10), string(rune('0' + rng.IntN(10)))}
					return c, c.do(q)
				}
			})
		})
	}
}

type queueCall struct {
	op int
	x  string
}

func outcome2(x string, err error) string {
	if err != nil {
		return err.Error()
	}
	return "got " + x
}

func outcome1(err error) string { return outcome2("", err) }

func (c queueCall) do(q queue[string]) string {
	switch c.op {
	case 0, 1, 2:
		return outcome1(q.TryPut(c.x))
	case 3, 4:
		return outcome2(q.TryTake())
	case 5:
		return outcome2(q.First())
	case 6:
		return outcome1(q.Return(c.x))
	case 7:
		if c.x < "5" {
			return fmt.Sprint(q.Size())
		}
		return fmt.Sprint(q.Snapshot())
	case 8:
		if c.x < "2" {
			q.Shut()
			return ""
		}
		return fmt.Sprint(q.TakeAll())
	}
	var two string
	_ = stm.Atomically(ctx, func(tx *stm.Tx) error {
		two = outcome2(q.TryPop(tx)) + ", " + outcome2(q.TryPop(tx))
		return nil
	})
	return two
}

func queueSpecification(capacity int) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return plainQueue{capacity: capacity} },
		Equal: func(a, b any) bool {
			x, y := a.(plainQueue), b.(plainQueue)
			return x.closed == y.closed && slices.Equal(x.items, y.items)
		},
		Step: func(state, in, out any) (bool, any) {
			m, c := state.(plainQueue), in.(queueCall)
			want := ""
			switch c.op {
			case 0, 1, 2:
				want = outcome1(m.push(c.x))
			case 3, 4:
				want = outcome2(m.pop())
			case 5:
				want = outcome2(m.peek())
			case 6:
				want = outcome1(m.unget(c.x))
			case 7:
				if want = fmt.Sprint(m.items); c.x < "5" {
					want = fmt.Sprint(len(m.items))
				}
			case 8:
				if c.x < "2" {
					m.closed = true
				} else {
					want = fmt.Sprint(m.drain())
				}
			default:
				want = outcome2(m.pop()) + ", "
				want += outcome2(m.pop())
			}
			return want == out, m
		},
		DescribeOperation: func(in, out any) string { return fmt.Sprintf("%+v = %v", in, out) },
	}
}
