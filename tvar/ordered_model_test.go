package tvar_test

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

type intPair = tvar.Pair[int, int]

// An orderedMachine is an OrderedMap beside a plain map, whose keys are sorted
// when their order is asked for.
type orderedMachine struct {
	m    *tvar.OrderedMap[int, int]
	want map[int]int
}

func newOrderedMachine() machine {
	return &orderedMachine{tvar.NewOrderedMap[int, int](), map[int]int{}}
}

// newReverseMachine has the opposite order, by a function.
func newReverseMachine() machine {
	return &orderedMachine{tvar.NewOrderedMapFunc[int, int](func(a, b int) int { return cmp.Compare(-a, -b) }), map[int]int{}}
}

func (m *orderedMachine) key(s *script) int { return s.next(64) }

// pairs returns the model in the order of the OrderedMap.
func (m *orderedMachine) pairs() (all []intPair) {
	for _, k := range slices.SortedFunc(maps.Keys(m.want), m.m.Compare()) {
		all = append(all, intPair{Key: k, Value: m.want[k]})
	}
	return all
}

// between returns what of the model is from low on and below high.
func (m *orderedMachine) between(low, high int) []intPair {
	return slices.DeleteFunc(m.pairs(), func(p intPair) bool {
		return m.m.Compare()(p.Key, low) < 0 || m.m.Compare()(p.Key, high) >= 0
	})
}

// apply does to the model what f says, and returns what it should have
// returned.
func (m *orderedMachine) apply(k int, f func(int, bool) (int, bool)) (int, bool) {
	old, found := m.want[k]
	x, keep := f(old, found)
	if keep {
		m.want[k] = x
	} else {
		delete(m.want, k)
	}
	return x, keep
}

func (m *orderedMachine) change(kind, x int) func(int, bool) (int, bool) {
	return (*mapMachine)(nil).change(kind, x)
}

func (m *orderedMachine) alone(t testing.TB, s *script) {
	op, k, x := s.next(12), m.key(s), s.next(256)
	old, found := m.want[k]
	switch op {
	case 0:
		equal(t, old, found)(m.m.Load(k))
	case 1, 2, 3:
		m.m.Store(k, x)
		m.want[k] = x
	case 4:
		f := m.change(s.next(3), x)
		y, kept := m.apply(k, f)
		equal(t, y, kept)(m.m.Modify(k, f))
	case 5, 6:
		equal(t, old, found)(m.m.Remove(k))
		delete(m.want, k)
	case 7:
		if !found {
			m.want[k] = x
		}
		equal(t, m.want[k], found)(m.m.LoadOrStore(k, x))
	case 8:
		if s.next(2) == 0 {
			old++
		}
		swapped := found && m.want[k] == old
		require.Equal(t, swapped, m.m.CompareAndStore(k, old, x))
		if swapped {
			m.want[k] = x
		}
	case 9:
		require.Equal(t, found, m.m.Contains(k))
		m.ends(t, k, m.m.LoadMin, m.m.LoadMax, m.m.LoadFloor, m.m.LoadCeiling)
	case 10:
		high := m.key(s)
		gone := m.between(k, high)
		require.Equal(t, len(gone), m.m.RemoveRange(k, high))
		for _, p := range gone {
			delete(m.want, p.Key)
		}
	case 11:
		if s.next(8) == 0 {
			m.m.Reset()
			clear(m.want)
		}
	}
}

// ends compares what finds single keys by their order.
func (m *orderedMachine) ends(t testing.TB, k int, least, greatest func() (int, int, bool), floor, ceiling func(int) (int, int, bool)) {
	t.Helper()
	all := m.pairs()
	i, found := slices.BinarySearchFunc(all, k, func(p intPair, k int) int { return m.m.Compare()(p.Key, k) })
	at := func(i int) string {
		if i < 0 || i >= len(all) {
			return "0 0 false"
		}
		return fmt.Sprint(all[i].Key, all[i].Value, true)
	}
	require.Equal(t, at(0), fmt.Sprint(least()))
	require.Equal(t, at(len(all)-1), fmt.Sprint(greatest()))
	require.Equal(t, at(i), fmt.Sprint(ceiling(k)))
	if !found {
		i--
	}
	require.Equal(t, at(i), fmt.Sprint(floor(k)))
}

func (m *orderedMachine) inside(t testing.TB, s *script, tx *stm.Tx) {
	op, k, x := s.next(12), m.key(s), s.next(256)
	old, found := m.want[k]
	switch op {
	case 0, 1, 2:
		m.m.Set(tx, k, x)
		m.want[k] = x
	case 3:
		f := m.change(s.next(3), x)
		y, kept := m.apply(k, f)
		equal(t, y, kept)(m.m.Update(tx, k, f))
	case 4, 5:
		equal(t, old, found)(m.m.Delete(tx, k))
		delete(m.want, k)
	case 6:
		if !found {
			m.want[k] = x
		}
		equal(t, m.want[k], found)(m.m.GetOrSet(tx, k, x))
	case 7:
		if s.next(2) == 0 {
			old++
		}
		swapped := found && m.want[k] == old
		require.Equal(t, swapped, m.m.CompareAndSwap(tx, k, old, x))
		if swapped {
			m.want[k] = x
		}
	case 8:
		high := m.key(s)
		gone := m.between(k, high)
		require.Equal(t, len(gone), m.m.DeleteRange(tx, k, high))
		for _, p := range gone {
			delete(m.want, p.Key)
		}
	case 9:
		m.mutate(t, s, tx)
	case 10:
		if s.next(8) == 0 {
			m.m.Clear(tx)
			clear(m.want)
		}
	default:
		m.look(t, s, tx)
	}
}

// mutate changes the OrderedMap while it goes over it: each step leads to the
// next key that is there by then.
func (m *orderedMachine) mutate(t testing.TB, s *script, tx *stm.Tx) {
	up := s.next(2) == 0
	seq := m.m.Backward(tx)
	if up {
		seq = m.m.All(tx)
	}
	var last *int
	steps := 0
	for k, x := range seq {
		next := m.neighbour(last, up)
		require.NotNil(t, next)
		require.Equal(t, intPair{Key: *next, Value: m.want[*next]}, intPair{Key: k, Value: x})
		for range s.next(3) {
			k := m.key(s)
			if s.next(2) == 0 {
				m.m.Set(tx, k, 7)
				m.want[k] = 7
			} else {
				m.m.Delete(tx, k)
				delete(m.want, k)
			}
		}
		last = &k
		if steps++; steps == 12 {
			return
		}
	}
	require.Nil(t, m.neighbour(last, up))
}

// neighbour returns the key of the model that comes after last, in one
// direction or the other.
func (m *orderedMachine) neighbour(last *int, up bool) *int {
	all := m.pairs()
	if !up {
		slices.Reverse(all)
	}
	for _, p := range all {
		if last == nil || (m.m.Compare()(p.Key, *last) > 0) == up && p.Key != *last {
			return &p.Key
		}
	}
	return nil
}

// samePairs compares lists, of which an empty one may be nil.
func samePairs(t testing.TB, want, got []intPair) {
	t.Helper()
	require.Equal(t, append([]intPair{}, want...), append([]intPair{}, got...))
}

func collected(seq iter.Seq2[int, int]) (all []intPair) {
	for k, x := range seq {
		all = append(all, intPair{Key: k, Value: x})
	}
	return all
}

func (m *orderedMachine) look(t testing.TB, s *script, tx *stm.Tx) {
	k, high := m.key(s), m.key(s)
	old, found := m.want[k]
	all := m.pairs()
	switch s.next(6) {
	case 0:
		equal(t, old, found)(m.m.Get(tx, k))
	case 1:
		require.Equal(t, found, m.m.Has(tx, k))
		require.Equal(t, len(m.want), m.m.Len(tx))
	case 2:
		m.ends(t, k,
			func() (int, int, bool) { return m.m.Min(tx) },
			func() (int, int, bool) { return m.m.Max(tx) },
			func(k int) (int, int, bool) { return m.m.Floor(tx, k) },
			func(k int) (int, int, bool) { return m.m.Ceiling(tx, k) })
	case 3:
		samePairs(t, all, collected(m.m.All(tx)))
		slices.Reverse(all)
		samePairs(t, all, collected(m.m.Backward(tx)))
	case 4:
		samePairs(t, m.between(k, high), collected(m.m.Range(tx, k, high)))
	case 5:
		i, found := slices.BinarySearchFunc(all, k, func(p intPair, k int) int { return m.m.Compare()(p.Key, k) })
		samePairs(t, all[i:], collected(m.m.From(tx, k)))
		if found {
			i++
		}
		all = all[:i]
		slices.Reverse(all)
		samePairs(t, all, collected(m.m.BackwardFrom(tx, k)))
	}
}

func (m *orderedMachine) save() func() {
	was := maps.Clone(m.want)
	return func() { m.want = was }
}

func (m *orderedMachine) same(t testing.TB) {
	samePairs(t, m.pairs(), m.m.Snapshot())
	require.Equal(t, len(m.want), m.m.Size())
	require.NoError(t, tvar.CheckOrdered(m.m))
}

func TestOrderedMapModel(t *testing.T) {
	tvar.SmallNodes(t)
	checkMachine(t, newOrderedMachine)
	checkMachine(t, newReverseMachine)
}

func FuzzOrderedMap(f *testing.F) {
	tvar.SmallNodes(f)
	fuzzMachine(f, newOrderedMachine)
}
