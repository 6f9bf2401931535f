package tvar_test

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// A guest has a room, shared with others or none, and a badge, which is
// nobody else's; 0 is none.
type guest struct{ room, badge int }

type (
	guestPair = tvar.Pair[int, guest]
	guestBy   = tvar.Index[int, int, guest]
)

func byRoom(_ int, g guest) (int, bool)  { return g.room, g.room != 0 }
func byBadge(_ int, g guest) (int, bool) { return -g.badge, g.badge != 0 }

// A tableMachine is a Table beside a plain map. Its indexes are made again now
// and then, from the rows that are there.
type tableMachine struct {
	t           *tvar.Table[int, guest]
	room, badge *guestBy
	want        map[int]guest
}

func newTableMachine() machine {
	m := &tableMachine{want: map[int]guest{}}
	m.renew(m.want)
	return m
}

// renew makes another Table with the same rows, one index before and one after.
func (m *tableMachine) renew(rows map[int]guest) {
	m.t = tvar.NewTable[int, guest]()
	m.badge, _ = tvar.NewIndex(m.t, "badge", byBadge, tvar.Unique())
	for k, g := range rows {
		_ = m.t.Store(k, g)
	}
	m.room, _ = tvar.NewIndexFunc(m.t, "room", byRoom, func(a, b int) int { return cmp.Compare(b, a) })
}

func (m *tableMachine) row(s *script) (int, guest) {
	return s.next(24), guest{s.next(4), s.next(12)}
}

// holder returns the row other than k that has the badge of g.
func (m *tableMachine) holder(k int, g guest) (int, bool) {
	for other, h := range m.want {
		if other != k && g.badge != 0 && h.badge == g.badge {
			return other, true
		}
	}
	return 0, false
}

// accepted compares an error with whether g may become row k, and says so.
func (m *tableMachine) accepted(t testing.TB, err error, k int, g guest) bool {
	t.Helper()
	other, taken := m.holder(k, g)
	if !taken {
		require.NoError(t, err)
		return true
	}
	require.Equal(t, &tvar.UniqueError{Index: "badge", Key: -g.badge, Holder: other, Row: k}, err)
	return false
}

// An update is what Update or Modify does: give a row, or delete it if it is
// odd.
func (m *tableMachine) update(t testing.TB, k int, g guest, odd bool, do func(func(guest, bool) (guest, bool)) (guest, bool, error)) {
	t.Helper()
	old, found := m.want[k]
	got, kept, err := do(func(old guest, ok bool) (guest, bool) {
		require.Equal(t, found, ok)
		require.Equal(t, m.want[k], old)
		return g, !odd || old.room%2 == 0
	})
	switch {
	case odd && old.room%2 != 0:
		require.NoError(t, err)
		require.False(t, kept)
		delete(m.want, k)
	case m.accepted(t, err, k, g):
		require.True(t, kept)
		require.Equal(t, g, got)
		m.want[k] = g
	default:
		require.False(t, kept)
		require.Zero(t, got)
	}
}

func (m *tableMachine) alone(t testing.TB, s *script) {
	op := s.next(9)
	k, g := m.row(s)
	old, found := m.want[k]
	switch op {
	case 0, 1, 2:
		if m.accepted(t, m.t.Store(k, g), k, g) {
			m.want[k] = g
		}
	case 3:
		m.update(t, k, g, s.next(2) == 0, func(f func(guest, bool) (guest, bool)) (guest, bool, error) { return m.t.Modify(k, f) })
	case 4:
		equal(t, old, found)(m.t.Remove(k))
		delete(m.want, k)
	case 5:
		equal(t, old, found)(m.t.Load(k))
		require.Equal(t, found, m.t.Contains(k))
	case 6:
		l, h, ok := m.badge.Load(-g.badge)
		_, taken := m.holder(-1, g)
		require.Equal(t, taken, ok)
		require.Equal(t, taken, m.badge.Contains(-g.badge))
		if ok {
			require.Equal(t, m.want[l], h)
			require.Equal(t, g.badge, h.badge)
		}
	case 7:
		m.renew(m.want)
	case 8:
		if s.next(8) == 0 {
			m.t.Reset()
			clear(m.want)
		}
	}
}

func (m *tableMachine) inside(t testing.TB, s *script, tx *stm.Tx) {
	op := s.next(8)
	k, g := m.row(s)
	old, found := m.want[k]
	switch op {
	case 0, 1:
		if m.accepted(t, m.t.Set(tx, k, g), k, g) {
			m.want[k] = g
		}
	case 2:
		m.update(t, k, g, s.next(2) == 0, func(f func(guest, bool) (guest, bool)) (guest, bool, error) { return m.t.Update(tx, k, f) })
	case 3:
		equal(t, old, found)(m.t.Delete(tx, k))
		delete(m.want, k)
	case 4:
		m.mutate(t, s, tx)
	case 5:
		if s.next(8) == 0 {
			m.t.Clear(tx)
			clear(m.want)
		}
	default:
		m.look(t, s, tx)
	}
}

// mutate moves everybody to a room that comes later in the order of the index,
// while it goes over that: it meets each of them once.
func (m *tableMachine) mutate(t testing.TB, s *script, tx *stm.Tx) {
	want := m.rooms(func(int) bool { return true })
	by := 1 + s.next(2)
	var got []guestPair
	for k, g := range m.room.All(tx) {
		got = append(got, guestPair{Key: k, Value: g})
		g.room -= by
		require.NoError(t, m.t.Set(tx, k, g))
		m.want[k] = g
	}
	sameGuests(t, want, got)
}

// rooms returns the rows in the order of the index by room, largest first, of
// the rooms that some condition holds for.
func (m *tableMachine) rooms(where func(room int) bool) (all []guestPair) {
	for _, k := range slices.Sorted(maps.Keys(m.want)) {
		if g := m.want[k]; g.room != 0 && where(g.room) {
			all = append(all, guestPair{Key: k, Value: g})
		}
	}
	slices.SortStableFunc(all, func(a, b guestPair) int { return cmp.Compare(b.Value.room, a.Value.room) })
	return all
}

func sameGuests(t testing.TB, want, got []guestPair) {
	t.Helper()
	require.Equal(t, append([]guestPair{}, want...), append([]guestPair{}, got...))
}

func guests(seq func(func(int, guest) bool)) (all []guestPair) {
	for k, g := range seq {
		all = append(all, guestPair{Key: k, Value: g})
	}
	return all
}

func (m *tableMachine) look(t testing.TB, s *script, tx *stm.Tx) {
	op := s.next(5)
	k, g := m.row(s)
	old, found := m.want[k]
	switch op {
	case 0:
		equal(t, old, found)(m.t.Get(tx, k))
		require.Equal(t, found, m.t.Has(tx, k))
	case 1:
		require.Equal(t, len(m.want), m.t.Len(tx))
		sameGuests(t, m.rows(0, 100), guests(m.t.All(tx)))
		sameGuests(t, m.rows(k, 20), guests(m.t.Range(tx, k, 20)))
	case 2:
		want := m.rooms(func(room int) bool { return room == g.room })
		sameGuests(t, want, guests(m.room.Equal(tx, g.room)))
		l, h, ok := m.room.Get(tx, g.room)
		require.Equal(t, len(want) > 0, ok)
		if ok {
			require.Equal(t, want[0], guestPair{Key: l, Value: h})
		}
	case 3:
		high := s.next(4)
		sameGuests(t, m.rooms(func(room int) bool { return room <= high && room > g.room }), guests(m.room.Range(tx, high, g.room)))
	case 4:
		all := m.rooms(func(int) bool { return true })
		sameGuests(t, all, guests(m.room.All(tx)))
		slices.Reverse(all)
		sameGuests(t, all, guests(m.room.Backward(tx)))
		other, taken := m.holder(-1, g)
		require.Equal(t, taken, m.badge.Has(tx, -g.badge))
		if l, _, ok := m.badge.Get(tx, -g.badge); ok {
			require.Equal(t, other, l)
		}
	}
}

// rows returns the rows from low on and below high.
func (m *tableMachine) rows(low, high int) (all []guestPair) {
	for _, k := range slices.Sorted(maps.Keys(m.want)) {
		if low <= k && k < high {
			all = append(all, guestPair{Key: k, Value: m.want[k]})
		}
	}
	return all
}

func (m *tableMachine) save() func() {
	was := maps.Clone(m.want)
	return func() { m.want = was }
}

func (m *tableMachine) same(t testing.TB) {
	sameGuests(t, m.rows(-1, 100), m.t.Snapshot())
	require.Equal(t, len(m.want), m.t.Size())
	require.NoError(t, tvar.CheckTable(m.t))
}

func TestTableModel(t *testing.T) {
	tvar.SmallNodes(t)
	checkMachine(t, newTableMachine)
}

func FuzzTable(f *testing.F) {
	tvar.SmallNodes(f)
	fuzzMachine(f, newTableMachine)
}

func TestTableIsLinearizable(t *testing.T) {
	type call struct{ op, k, x int }
	type state [3]int // the badge of each row, 0 if it is not there
	model := porcupine.Model{
		Init: func() any { return state{} },
		Step: func(st, in, out any) (bool, any) {
			s, c := st.(state), in.(call)
			switch c.op {
			case 0, 1, 2:
				for k, x := range s {
					if k != c.k && x == c.x {
						return out == k, s
					}
				}
				s[c.k] = c.x
				return out == -1, s
			case 3:
				was := s[c.k]
				s[c.k] = 0
				return out == was, s
			case 4:
				return out == slices.Index(s[:], c.x), s
			}
			return out == s, s
		},
		DescribeOperation: func(in, out any) string { return fmt.Sprintf("%+v = %v", in, out) },
	}
	linearizable(t, model, func() func(rng *rand.Rand) (in, out any) {
		m := newTableMachine().(*tableMachine)
		return func(rng *rand.Rand) (any, any) {
			c := call{rng.IntN(6), rng.IntN(3), 1 + rng.IntN(4)}
			switch c.op {
			case 0, 1, 2:
				if err := m.t.Store(c.k, guest{1, c.x}); err != nil {
					return c, err.(*tvar.UniqueError).Holder
				}
				return c, -1
			case 3:
				g, _ := m.t.Remove(c.k)
				return c, g.badge
			case 4:
				if k, _, ok := m.badge.Load(-c.x); ok {
					return c, k
				}
				return c, -1
			}
			var all state
			for _, p := range m.t.Snapshot() {
				all[p.Key] = p.Value.badge
			}
			return c, all
		}
	})
}
