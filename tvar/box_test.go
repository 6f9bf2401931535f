package tvar_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// A boxMachine is a Box beside what it holds, "" for nothing.
type boxMachine struct {
	b    *tvar.Box[string]
	want string
}

func newBoxMachine() machine { return &boxMachine{b: tvar.NewBox[string]()} }

// took expects what taking, or looking, has found.
func (m *boxMachine) took(t testing.TB, x string, ok bool) {
	require.Equal(t, m.want != "", ok)
	require.Equal(t, m.want, x)
}

func (m *boxMachine) put(t testing.TB, x string, ok bool) {
	require.Equal(t, m.want == "", ok)
	if ok {
		m.want = x
	}
}

func (m *boxMachine) alone(t testing.TB, s *script) {
	x := fmt.Sprint(s.next(256))
	c, cancel := context.WithCancel(ctx)
	defer cancel()
	switch s.next(6) {
	case 0:
		m.put(t, x, m.b.TryPut(x))
	case 1:
		y, ok := m.b.TryTake()
		m.took(t, y, ok)
		m.want = ""
	case 2:
		m.b.Store(x)
		m.want = x
	case 3:
		if m.want != "" {
			cancel()
		}
		m.put(t, x, m.b.Put(c, x) == nil)
	case 4:
		if m.want == "" {
			cancel()
		}
		y, err := m.b.Take(c)
		m.took(t, y, err == nil)
		m.want = ""
	case 5:
		if m.want == "" {
			cancel()
		}
		y, err := m.b.Load(c)
		m.took(t, y, err == nil)
	}
}

func (m *boxMachine) inside(t testing.TB, s *script, tx *stm.Tx) {
	x, y, ok := fmt.Sprint(s.next(256)), "", false
	switch s.next(6) {
	case 0:
		m.put(t, x, m.b.TryPush(tx, x))
	case 1:
		y, ok = m.b.TryPop(tx)
		m.took(t, y, ok)
		m.want = ""
	case 2:
		m.b.Set(tx, x)
		m.want = x
	case 3:
		m.put(t, x, goesOn(tx, func() { m.b.Push(tx, x) }))
	case 4:
		ok = goesOn(tx, func() { y = m.b.Pop(tx) })
		m.took(t, y, ok)
		m.want = ""
	case 5:
		m.look(t, s, tx)
	}
}

func (m *boxMachine) look(t testing.TB, s *script, tx *stm.Tx) {
	var y string
	ok := goesOn(tx, func() { y = m.b.Get(tx) })
	m.took(t, y, ok)
	y, ok = m.b.TryGet(tx)
	m.took(t, y, ok)
}

func (m *boxMachine) save() func() {
	was := m.want
	return func() { m.want = was }
}

func (m *boxMachine) same(t testing.TB) {
	x, ok := m.b.TryLoad()
	m.took(t, x, ok)
	require.Equal(t, "["+m.want+"]", m.b.String())
}

func TestBoxModel(t *testing.T) { checkMachine(t, newBoxMachine) }

func FuzzBox(f *testing.F) { fuzzMachine(f, newBoxMachine) }

// TestBoxWakesInOrder one taker for each value, and one putter for each room.
func TestBoxWakesInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const waiters = 6
		b, order := tvar.NewBox[int](), new(tvar.Vector[int])
		attempts := 0
		for i := range waiters {
			go func() {
				must(stm.Atomically(t.Context(), func(tx *stm.Tx) error {
					attempts++
					order.Append(tx, 10*i+b.Pop(tx))
					return nil
				}))
			}()
			synctest.Wait()
		}
		for i := range waiters {
			require.NoError(t, b.Put(t.Context(), i))
			synctest.Wait()
		}
		require.Equal(t, []int{0, 11, 22, 33, 44, 55}, order.Snapshot())
		// Each taker passes the baton to the next, who finds nothing.
		require.Equal(t, waiters+waiters+waiters-1, attempts)

		require.True(t, b.TryPut(9))
		for i := range waiters {
			go func() { must(b.Put(t.Context(), i)) }()
			synctest.Wait()
		}
		for i := range waiters + 1 {
			x, err := b.Take(t.Context())
			require.NoError(t, err)
			require.Equal(t, (i+9)%10, x)
			synctest.Wait()
		}
		require.Equal(t, "[]", b.String())
	})
}

// TestBoxWhoLooksLetsTheNextGoOn, and so does who gives up.
func TestBoxWhoLooksLetsTheNextGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := tvar.NewBox[int]()
		c, cancel := context.WithCancel(t.Context())
		var gaveUp error
		go func() { _, gaveUp = b.Take(c) }()
		synctest.Wait()
		var looked [3]int
		for i := range looked {
			go func() { x, err := b.Load(t.Context()); must(err); looked[i] = x }()
			synctest.Wait()
		}
		took := 0
		go func() { x, err := b.Take(t.Context()); must(err); took = x }()
		synctest.Wait()
		cancel()
		synctest.Wait()
		require.ErrorIs(t, gaveUp, context.Canceled)
		b.Store(5)
		synctest.Wait()
		require.Equal(t, [3]int{5, 5, 5}, looked)
		require.Equal(t, 5, took)
	})
}

// TestBoxOneOfTwo: a transaction takes from whichever is full, and leaves alone
// the other, for which somebody else waits.
func TestBoxOneOfTwo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		left, right := tvar.NewBox[int](), tvar.NewBox[int]()
		got := 0
		go func() {
			must(stm.Atomically(t.Context(), func(tx *stm.Tx) error {
				return tx.OrElse(
					func(tx *stm.Tx) error { got = left.Pop(tx); return nil },
					func(tx *stm.Tx) error { got = right.Pop(tx); return nil },
				)
			}))
		}()
		synctest.Wait()
		other := 0
		go func() { x, err := left.Take(t.Context()); must(err); other = x }()
		synctest.Wait()
		right.Store(2)
		synctest.Wait()
		require.Equal(t, 2, got)
		left.Store(1)
		synctest.Wait()
		require.Equal(t, 1, other)
	})
}

// TestBoxWhoNeedsTwoValues of one Box waits for ever, and is in nobody's way.
func TestBoxWhoNeedsTwoValues(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, other := tvar.NewBox[int](), tvar.New(false)
		c, cancel := context.WithCancel(t.Context())
		go func() {
			_ = stm.Atomically(c, func(tx *stm.Tx) error {
				x := b.Pop(tx)
				return tx.OrElse(
					func(tx *stm.Tx) error { x += b.Pop(tx); return nil },
					func(tx *stm.Tx) error { tx.Check(other.Get(tx)); return nil },
				)
			})
		}()
		synctest.Wait()
		got := 0
		go func() { x, err := b.Take(t.Context()); must(err); got = x }()
		synctest.Wait()
		b.Store(3)
		synctest.Wait()
		require.Equal(t, 3, got)
		b.Store(4)
		synctest.Wait()
		go func() { x, err := b.Take(t.Context()); must(err); got = x }()
		synctest.Wait()
		require.Equal(t, 4, got)
		cancel()
	})
}

func TestBoxIsALock(t *testing.T) {
	b := tvar.BoxOf([]int{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 300 {
				xs, err := b.Take(ctx)
				must(err)
				xs = append(xs, i) // nobody else has it
				if i%2 == 0 {
					must(b.Put(ctx, xs))
				} else {
					update(t, func(tx *stm.Tx) { b.Push(tx, xs) })
				}
			}
		})
	}
	wg.Wait()
	xs, ok := b.TryTake()
	require.True(t, ok)
	require.Len(t, xs, 1200)
}

func TestBoxHoldsAnything(t *testing.T) {
	nils := tvar.BoxOf[*int](nil)
	x, ok := nils.TryLoad()
	require.True(t, ok)
	require.Nil(t, x)
	empties := tvar.NewBox[struct{}]()
	require.True(t, empties.TryPut(struct{}{}))
	require.False(t, empties.TryPut(struct{}{}))
	_, ok = empties.TryTake()
	require.True(t, ok)
	_, ok = empties.TryTake()
	require.False(t, ok)
	texts := tvar.BoxOf("")
	text, ok := texts.TryLoad()
	require.True(t, ok)
	require.Empty(t, text)
}

func TestBoxBadUse(t *testing.T) {
	var none *tvar.Box[int]
	require.Equal(t, "<nil Box>", none.String())
	panicsWith(t, "use tvar.NewBox", func() { none.TryPut(1) })
	panicsWith(t, "use tvar.NewBox", func() { new(tvar.Box[int]).TryLoad() })
	panicsWith(t, "use tvar.NewBox", func() { _, _ = new(tvar.Box[int]).Take(ctx) })
}

func TestBoxIsLinearizable(t *testing.T) {
	type call struct {
		op string
		x  int
	}
	model := porcupine.Model{
		Init: func() any { return 0 },
		Step: func(state, in, out any) (bool, any) {
			now, c := state.(int), in.(call)
			switch c.op {
			case "put":
				return (now == 0) == out.(bool), max(now, c.x*(1-min(now, 1)))
			case "store":
				return true, c.x
			case "take":
				return out == now, 0
			}
			return out == now, now
		},
		DescribeOperation: func(in, out any) string { return fmt.Sprint(in, " = ", out) },
	}
	linearizable(t, model, func() func(rng *rand.Rand) (in, out any) {
		b := tvar.NewBox[int]()
		return func(rng *rand.Rand) (any, any) {
			x, was := 1+rng.IntN(100), 0
			switch rng.IntN(4) {
			case 0:
				return call{"put", x}, b.TryPut(x)
			case 1:
				b.Store(x)
				return call{"store", x}, nil
			case 2:
				was, _ = b.TryTake()
				return call{"take", 0}, was
			}
			was, _ = b.TryLoad()
			return call{"load", 0}, was
		}
	})
}
