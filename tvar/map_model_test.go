package tvar_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// A mapMachine is a Map beside a plain map. Its keys are few enough to meet
// again and enough to make the index grow.
type mapMachine struct {
	m    tvar.Map[string, int]
	want map[string]int
}

func newMapMachine() machine { return &mapMachine{want: map[string]int{}} }

func (m *mapMachine) key(s *script) string {
	if s.next(3) == 0 {
		return fmt.Sprint("rare ", s.next(256))
	}
	return fmt.Sprint("often ", s.next(4))
}

// A change is what Update or Modify does: add, delete if it is odd, or leave
// away what is not there.
func (m *mapMachine) change(kind, x int) func(int, bool) (int, bool) {
	return func(old int, found bool) (int, bool) {
		switch kind {
		case 0:
			return old + x, true
		case 1:
			return old + x, old%2 == 0
		}
		return old + x, found
	}
}

// apply does to the model what f says, and returns what it should have
// returned.
func (m *mapMachine) apply(k string, f func(int, bool) (int, bool)) (int, bool) {
	old, found := m.want[k]
	x, keep := f(old, found)
	if keep {
		m.want[k] = x
	} else {
		delete(m.want, k)
	}
	return x, keep
}

// equal compares what two functions with two results returned.
func equal[V any](t testing.TB, want V, wantOK bool) func(V, bool) {
	return func(got V, ok bool) {
		t.Helper()
		require.Equal(t, wantOK, ok)
		require.Equal(t, want, got)
	}
}

func (m *mapMachine) alone(t testing.TB, s *script) {
	op, k, x := s.next(9), m.key(s), s.next(256)
	old, found := m.want[k]
	switch op {
	case 0:
		equal(t, old, found)(m.m.Load(k))
	case 1, 2:
		m.m.Store(k, x)
		m.want[k] = x
	case 3:
		f := m.change(s.next(3), x)
		y, kept := m.apply(k, f)
		equal(t, y, kept)(m.m.Modify(k, f))
	case 4:
		equal(t, old, found)(m.m.Remove(k))
		delete(m.want, k)
	case 5:
		if !found {
			m.want[k] = x
		}
		equal(t, m.want[k], found)(m.m.LoadOrStore(k, x))
	case 6:
		if s.next(2) == 0 {
			old++
		}
		swapped := found && m.want[k] == old
		require.Equal(t, swapped, m.m.CompareAndStore(k, old, x))
		if swapped {
			m.want[k] = x
		}
	case 7:
		require.Equal(t, found, m.m.Contains(k))
	case 8:
		if s.next(8) == 0 {
			m.m.Reset()
			clear(m.want)
		}
	}
}

func (m *mapMachine) inside(t testing.TB, s *script, tx *stm.Tx) {
	op, k, x := s.next(9), m.key(s), s.next(256)
	old, found := m.want[k]
	switch op {
	case 0, 1:
		m.m.Set(tx, k, x)
		m.want[k] = x
	case 2:
		f := m.change(s.next(3), x)
		y, kept := m.apply(k, f)
		equal(t, y, kept)(m.m.Update(tx, k, f))
	case 3:
		equal(t, old, found)(m.m.Delete(tx, k))
		delete(m.want, k)
	case 4:
		if !found {
			m.want[k] = x
		}
		equal(t, m.want[k], found)(m.m.GetOrSet(tx, k, x))
	case 5:
		if s.next(2) == 0 {
			old++
		}
		swapped := found && m.want[k] == old
		require.Equal(t, swapped, m.m.CompareAndSwap(tx, k, old, x))
		if swapped {
			m.want[k] = x
		}
	case 6:
		if s.next(8) == 0 {
			m.m.Clear(tx)
			clear(m.want)
		}
	default:
		m.look(t, s, tx)
	}
}

func (m *mapMachine) look(t testing.TB, s *script, tx *stm.Tx) {
	k := m.key(s)
	old, found := m.want[k]
	switch s.next(5) {
	case 0, 1:
		equal(t, old, found)(m.m.Get(tx, k))
	case 2:
		require.Equal(t, found, m.m.Has(tx, k))
	case 3:
		require.Equal(t, len(m.want), m.m.Len(tx))
		require.ElementsMatch(t, slices.Collect(maps.Keys(m.want)), slices.Collect(m.m.Keys(tx)))
	case 4:
		n := 0
		got := map[string]int{}
		for k, x := range m.m.All(tx) {
			got[k] = x
			n++
		}
		require.Equal(t, m.want, got)
		require.Len(t, got, n, "each key once")
	}
}

func (m *mapMachine) save() func() {
	was := maps.Clone(m.want)
	return func() { m.want = was }
}

func (m *mapMachine) same(t testing.TB) {
	require.Equal(t, m.want, m.m.Snapshot())
	require.Equal(t, len(m.want), m.m.Size())
}

func TestMapModel(t *testing.T) { checkMachine(t, newMapMachine) }

func FuzzMap(f *testing.F) { fuzzMachine(f, newMapMachine) }

// TestMapIsLinearizable: the one-shot forms, on a Map that is purged as often
// as it can be.
func TestMapIsLinearizable(t *testing.T) {
	type call struct {
		op   int
		k, x int
	}
	type state string // the values of keys 0 and 1, '-' if not there
	load := func(s state, k int) (int, bool) { return int(s[k] - '0'), s[k] != '-' }
	set := func(s state, k int, c byte) state { return s[:k] + state(c) + s[k+1:] }
	model := porcupine.Model{
		Init: func() any { return state("--") },
		Step: func(st, in, out any) (bool, any) {
			s, c := st.(state), in.(call)
			x, found := load(s, c.k)
			was := fmt.Sprint(x, found)
			if !found {
				was = "0 false"
			}
			digit := byte('0' + c.x)
			switch c.op {
			case 0:
				return out == was, s
			case 1:
				return true, set(s, c.k, digit)
			case 2:
				return out == was, set(s, c.k, '-')
			case 3:
				if !found {
					return out == fmt.Sprint(c.x, false), set(s, c.k, digit)
				}
				return out == was, s
			case 4: // toggles
				if found {
					return true, set(s, c.k, '-')
				}
				return true, set(s, c.k, digit)
			case 5:
				return out == 2-strings.Count(string(s), "-"), s
			case 6:
				ok := found && x == 5
				if ok {
					s = set(s, c.k, digit)
				}
				return out == ok, s
			}
			return out == s, s
		},
		DescribeOperation: func(in, out any) string { return fmt.Sprintf("%+v = %v", in, out) },
	}
	tvar.PurgeAlways(t)
	linearizable(t, model, func() func(rng *rand.Rand) (in, out any) {
		var m tvar.Map[int, int]
		return func(rng *rand.Rand) (any, any) {
			c := call{rng.IntN(8), rng.IntN(2), rng.IntN(10)}
			switch c.op {
			case 0:
				return c, fmt.Sprint(m.Load(c.k))
			case 1:
				m.Store(c.k, c.x)
				return c, nil
			case 2:
				return c, fmt.Sprint(m.Remove(c.k))
			case 3:
				return c, fmt.Sprint(m.LoadOrStore(c.k, c.x))
			case 4:
				m.Modify(c.k, func(_ int, found bool) (int, bool) { return c.x, !found })
				return c, nil
			case 5:
				return c, m.Size()
			case 6:
				return c, m.CompareAndStore(c.k, 5, c.x)
			}
			all := []byte("--")
			for k, x := range m.Snapshot() {
				all[k] = byte('0' + x)
			}
			return c, state(all)
		}
	})
}
