package tvar_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// A broadcastMachine is a Broadcast beside a slice for each subscriber.
type broadcastMachine struct {
	b      *tvar.Broadcast[string]
	room   int // 0 if there is no bound
	full   tvar.WhenFull
	subs   []*plainSubscriber
	closed bool
}

// A plainSubscriber is what a Subscription is compared with.
type plainSubscriber struct {
	sub    *tvar.Subscription[string]
	items  []string
	missed int
	left   bool
}

func newBroadcastMachine(room int, full tvar.WhenFull) func() machine {
	return func() machine {
		if room == 0 {
			return &broadcastMachine{b: new(tvar.Broadcast[string])}
		}
		return &broadcastMachine{b: tvar.NewBroadcast[string](room, full), room: room, full: full}
	}
}

// kinds are those that are tested.
var kinds = []func() machine{
	newBroadcastMachine(0, 0),
	newBroadcastMachine(1, tvar.BlockWhenFull),
	newBroadcastMachine(3, tvar.BlockWhenFull),
	newBroadcastMachine(2, tvar.DropWhenFull),
	newBroadcastMachine(1, tvar.SlideWhenFull),
	newBroadcastMachine(3, tvar.SlideWhenFull),
}

// mayPublish is what TryPublish returns.
func (m *broadcastMachine) mayPublish() error {
	if m.closed {
		return tvar.ErrClosed
	}
	for _, s := range m.subs {
		if m.room > 0 && m.full != tvar.SlideWhenFull && !s.left && len(s.items) >= m.room {
			return tvar.ErrFull
		}
	}
	return nil
}

// published compares an error, and gives x to the subscribers if it is nil.
func (m *broadcastMachine) published(t testing.TB, err error, x string) {
	t.Helper()
	require.Equal(t, m.mayPublish(), err)
	if err != nil {
		return
	}
	for _, s := range m.subs {
		if !s.left {
			s.items = append(slices.Clip(s.items), x)
		}
	}
}

// slide forgets the items that s may have missed, and has.
func (m *broadcastMachine) slide(t testing.TB, s *plainSubscriber, n int, missed int64) {
	t.Helper()
	gone := len(s.items) - n
	if m.full == tvar.SlideWhenFull && gone != 0 {
		require.Positive(t, gone)
		require.GreaterOrEqual(t, n, m.room)
		s.items, s.missed = s.items[gone:], s.missed+gone
	}
	if m.full == tvar.SlideWhenFull && m.room > 0 {
		require.LessOrEqual(t, n, 2*m.room)
	}
	require.Len(t, s.items, n)
	require.EqualValues(t, s.missed, missed)
}

// next is what comes for s, as Peek returns it.
func (m *broadcastMachine) next(s *plainSubscriber) (string, error) {
	switch {
	case !s.left && len(s.items) > 0:
		return s.items[0], nil
	case s.left || m.closed:
		return "", tvar.ErrClosed
	}
	return "", tvar.ErrEmpty
}

func (m *broadcastMachine) take(s *plainSubscriber) (string, error) {
	x, err := m.next(s)
	if err == nil {
		s.items = s.items[1:]
	}
	return x, err
}

func (m *broadcastMachine) joined(sub *tvar.Subscription[string], like *plainSubscriber) {
	s := &plainSubscriber{sub: sub}
	if like != nil {
		s.items, s.left = slices.Clone(like.items), like.left
	}
	m.subs = append(slices.Clip(m.subs), s)
}

// some returns a subscriber; there is one.
func (m *broadcastMachine) some(s *script) *plainSubscriber { return m.subs[s.next(len(m.subs))] }

func (m *broadcastMachine) alone(t testing.TB, s *script) {
	op, x := s.next(12), fmt.Sprint(s.next(256))
	if len(m.subs) == 0 || op == 0 && len(m.subs) < 6 {
		m.joined(m.b.Join(), nil)
		return
	}
	switch op {
	case 1, 2, 3:
		m.published(t, m.b.TrySend(x), x)
	case 4:
		if err := m.mayPublish(); err != tvar.ErrFull || m.full == tvar.DropWhenFull {
			m.published(t, m.b.Send(ctx, x), x)
		}
	default:
		m.subscriberAlone(t, op, m.some(s), s)
	}
}

func (m *broadcastMachine) subscriberAlone(t testing.TB, op int, at *plainSubscriber, s *script) {
	m.slide(t, at, at.sub.Size(), at.sub.Skipped())
	switch op {
	case 5, 6:
		x, err := m.take(at)
		same2(t, x, err)(at.sub.TryReceive())
	case 7:
		if x, err := m.next(at); err != tvar.ErrEmpty {
			_, _ = m.take(at)
			same2(t, x, err)(at.sub.Receive(ctx))
		}
	case 8:
		x, err := m.next(at)
		same2(t, x, err)(at.sub.First())
	case 9:
		if len(m.subs) < 6 {
			m.joined(at.sub.Fork(), at)
		}
	case 10:
		if s.next(3) == 0 {
			at.sub.Leave()
			at.left, at.items = true, nil
		}
	case 11:
		if s.next(8) == 0 {
			m.b.Shut()
			m.closed = true
		}
	}
}

func (m *broadcastMachine) inside(t testing.TB, s *script, tx *stm.Tx) {
	op, x := s.next(12), fmt.Sprint(s.next(256))
	if len(m.subs) == 0 || op == 0 && len(m.subs) < 6 {
		m.joined(m.b.Subscribe(tx), nil)
		return
	}
	switch op {
	case 1, 2, 3:
		m.published(t, m.b.TryPublish(tx, x), x)
	case 4:
		if err := m.mayPublish(); err != tvar.ErrFull || m.full == tvar.DropWhenFull {
			m.published(t, m.b.Publish(tx, x), x)
		}
	default:
		m.subscriberInside(t, op, m.some(s), s, tx)
	}
}

func (m *broadcastMachine) subscriberInside(t testing.TB, op int, at *plainSubscriber, s *script, tx *stm.Tx) {
	m.slide(t, at, at.sub.Len(tx), at.sub.Missed(tx))
	switch op {
	case 5, 6:
		x, err := m.take(at)
		same2(t, x, err)(at.sub.TryNext(tx))
	case 7:
		if x, err := m.next(at); err != tvar.ErrEmpty {
			_, _ = m.take(at)
			same2(t, x, err)(at.sub.Next(tx))
		}
	case 8:
		if len(m.subs) < 6 {
			m.joined(at.sub.Clone(tx), at)
		}
	case 9:
		if s.next(3) == 0 {
			at.sub.Close(tx)
			at.left, at.items = true, nil
		}
	case 10:
		if s.next(8) == 0 {
			m.b.Close(tx)
			m.closed = true
		}
	case 11:
		m.look(t, s, tx)
	}
}

func (m *broadcastMachine) look(t testing.TB, s *script, tx *stm.Tx) {
	require.Equal(t, m.closed, m.b.IsClosed(tx))
	if len(m.subs) == 0 {
		return
	}
	at := m.some(s)
	m.slide(t, at, at.sub.Len(tx), at.sub.Missed(tx))
	require.Equal(t, list(at.items), list(slices.Collect(at.sub.All(tx))))
	x, err := m.next(at)
	same2(t, x, err)(at.sub.Peek(tx))
}

func (m *broadcastMachine) save() func() {
	var was []plainSubscriber
	for _, s := range m.subs {
		was = append(was, *s)
	}
	subs, closed := m.subs, m.closed
	return func() {
		m.subs, m.closed = subs, closed
		for i, s := range was {
			*m.subs[i] = s
		}
	}
}

func (m *broadcastMachine) same(t testing.TB) {
	require.Equal(t, m.closed, m.b.Closed())
	for _, s := range m.subs {
		m.slide(t, s, s.sub.Size(), s.sub.Skipped())
		require.Equal(t, list(s.items), s.sub.Snapshot())
	}
}

func TestBroadcastModel(t *testing.T) {
	scripts := rapid.SliceOfN(rapid.Byte(), 100, 400)
	rapid.Check(t, func(rt *rapid.T) {
		kind := rapid.SampledFrom(kinds).Draw(rt, "kind")
		play(aborter{t, rt}, scripts.Draw(rt, "script"), kind())
	})
}

func FuzzBroadcast(f *testing.F) {
	f.Add([]byte{5, 0, 0, 0, 1, 7, 0, 1, 8, 0, 1, 9, 0, 5, 0, 0, 7})
	f.Fuzz(func(t *testing.T, data []byte) {
		s := &script{data}
		kind := kinds[s.next(len(kinds))]
		play(t, s.rest, kind())
	})
}

// TestBroadcastIsLinearizable, with two subscribers and one that joins.
func TestBroadcastIsLinearizable(t *testing.T) {
	const capacity = 2
	type call struct {
		op, sub int
		x       string
	}
	type state [2]string // what each has before it
	model := porcupine.Model{
		Init: func() any { return state{} },
		Step: func(st, in, out any) (bool, any) {
			s, c := st.(state), in.(call)
			now := s[c.sub]
			switch c.op {
			case 0, 1:
				if max(len(s[0]), len(s[1])) >= capacity {
					return out == tvar.ErrFull.Error(), s
				}
				return out == "", state{s[0] + c.x, s[1] + c.x}
			case 2, 3:
				if now == "" {
					return out == tvar.ErrEmpty.Error(), s
				}
				s[c.sub] = now[1:]
				return out == now[:1], s
			case 4:
				return out == fmt.Sprint(len(now)), s
			}
			return out == now, s
		},
		DescribeOperation: func(in, out any) string { return fmt.Sprint(in, " = ", out) },
	}
	text := func(x string, err error) string {
		if err != nil {
			return err.Error()
		}
		return x
	}
	linearizable(t, model, func() func(rng *rand.Rand) (in, out any) {
		b := tvar.NewBroadcast[string](capacity, tvar.DropWhenFull)
		subs := []*tvar.Subscription[string]{b.Join(), b.Join()}
		return func(rng *rand.Rand) (any, any) {
			c := call{rng.IntN(6), rng.IntN(2), string(rune('0' + rng.IntN(10)))}
			sub := subs[c.sub]
			switch c.op {
			case 0:
				return c, text("", b.TrySend(c.x))
			case 1:
				return c, text("", b.Send(ctx, c.x))
			case 2, 3:
				return c, text(sub.TryReceive())
			case 4:
				return c, fmt.Sprint(sub.Size())
			}
			return c, strings.Join(sub.Snapshot(), "")
		}
	})
}
