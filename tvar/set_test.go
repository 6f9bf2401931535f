package tvar_test

import (
	"fmt"
	"maps"
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

// A setMachine is two Sets beside plain ones.
type setMachine struct {
	s    [2]tvar.Set[int]
	want [2]map[int]bool
}

func newSetMachine() machine {
	return &setMachine{want: [2]map[int]bool{{}, {}}}
}

// pick returns one of the sets, its model, and a key.
func (m *setMachine) pick(s *script) (*tvar.Set[int], map[int]bool, int) {
	i := s.next(2)
	return &m.s[i], m.want[i], s.next(24)
}

func (m *setMachine) alone(t testing.TB, s *script) {
	set, want, k := m.pick(s)
	switch s.next(5) {
	case 0:
		require.Equal(t, want[k], set.Contains(k))
	case 1, 2:
		require.Equal(t, !want[k], set.Insert(k))
		want[k] = true
	case 3:
		require.Equal(t, want[k], set.Remove(k))
		delete(want, k)
	case 4:
		if s.next(8) == 0 {
			set.Reset()
			clear(want)
		}
	}
}

func (m *setMachine) inside(t testing.TB, s *script, tx *stm.Tx) {
	set, want, k := m.pick(s)
	switch s.next(5) {
	case 0:
		m.algebra(s, tx)
	case 1, 2:
		require.Equal(t, !want[k], set.Add(tx, k))
		want[k] = true
	case 3:
		require.Equal(t, want[k], set.Delete(tx, k))
		delete(want, k)
	case 4:
		if s.next(8) == 0 {
			set.Clear(tx)
			clear(want)
		} else {
			m.look(t, s, tx)
		}
	}
}

// algebra changes one set by the other, or by itself.
func (m *setMachine) algebra(s *script, tx *stm.Tx) {
	i, j := s.next(2), s.next(2)
	a, b := m.want[i], maps.Clone(m.want[j])
	switch s.next(4) {
	case 0:
		m.s[i].Union(tx, &m.s[j])
		maps.Copy(a, b)
	case 1:
		m.s[i].Intersect(tx, &m.s[j])
		maps.DeleteFunc(a, func(k int, _ bool) bool { return !b[k] })
	case 2:
		m.s[i].Difference(tx, &m.s[j])
		maps.DeleteFunc(a, func(k int, _ bool) bool { return b[k] })
	case 3:
		m.s[i].SymmetricDifference(tx, &m.s[j])
		for k := range b {
			if a[k] {
				delete(a, k)
			} else {
				a[k] = true
			}
		}
	}
}

func (m *setMachine) look(t testing.TB, s *script, tx *stm.Tx) {
	set, want, k := m.pick(s)
	i, j := s.next(2), s.next(2)
	a, b := m.want[i], m.want[j]
	switch s.next(4) {
	case 0:
		require.Equal(t, want[k], set.Has(tx, k))
	case 1:
		require.Equal(t, len(want), set.Len(tx))
		require.ElementsMatch(t, slices.Collect(maps.Keys(want)), slices.Collect(set.All(tx)))
	case 2:
		require.Equal(t, maps.Equal(a, b), m.s[i].Equal(tx, &m.s[j]))
	case 3:
		subset := true
		for k := range a {
			subset = subset && b[k]
		}
		require.Equal(t, subset, m.s[i].Subset(tx, &m.s[j]))
	}
}

func (m *setMachine) save() func() {
	was := [2]map[int]bool{maps.Clone(m.want[0]), maps.Clone(m.want[1])}
	return func() { m.want = was }
}

func (m *setMachine) same(t testing.TB) {
	for i := range m.s {
		require.ElementsMatch(t, slices.Collect(maps.Keys(m.want[i])), m.s[i].Snapshot())
		require.Equal(t, len(m.want[i]), m.s[i].Size())
	}
}

func TestSetModel(t *testing.T) { checkMachine(t, newSetMachine) }

func FuzzSet(f *testing.F) { fuzzMachine(f, newSetMachine) }

func setOf(keys ...int) *tvar.Set[int] {
	s := new(tvar.Set[int])
	for _, k := range keys {
		s.Insert(k)
	}
	return s
}

// TestSetConflicts, and their absence, as the documentation has them.
func TestSetConflicts(t *testing.T) {
	for _, c := range []struct {
		name     string
		body     func(a, b *tvar.Set[int], tx *stm.Tx)
		happens  func(a, b *tvar.Set[int])
		attempts int
	}{
		{"Has and Insert of another", func(a, b *tvar.Set[int], tx *stm.Tx) { a.Has(tx, 1) }, func(a, b *tvar.Set[int]) { a.Insert(9) }, 1},
		{"Add and Insert of another", func(a, b *tvar.Set[int], tx *stm.Tx) { a.Add(tx, 8) }, func(a, b *tvar.Set[int]) { a.Insert(9) }, 1},
		{"Has and its Remove", func(a, b *tvar.Set[int], tx *stm.Tx) { a.Has(tx, 1) }, func(a, b *tvar.Set[int]) { a.Remove(1) }, 2},
		{"Add of what is there and Insert of it", func(a, b *tvar.Set[int], tx *stm.Tx) { a.Add(tx, 1) }, func(a, b *tvar.Set[int]) { a.Insert(1) }, 1},
		{"All and Insert", func(a, b *tvar.Set[int], tx *stm.Tx) { _ = slices.Collect(a.All(tx)) }, func(a, b *tvar.Set[int]) { a.Insert(9) }, 2},
		{"Union and Insert into the operand", func(a, b *tvar.Set[int], tx *stm.Tx) { a.Union(tx, b) }, func(a, b *tvar.Set[int]) { b.Insert(9) }, 2},
		{"Union and Insert of another into the target", func(a, b *tvar.Set[int], tx *stm.Tx) { a.Union(tx, b) }, func(a, b *tvar.Set[int]) { a.Insert(9) }, 1},
		{"Difference and Insert of another into the target", func(a, b *tvar.Set[int], tx *stm.Tx) { a.Difference(tx, b) }, func(a, b *tvar.Set[int]) { a.Insert(9) }, 1},
		{"Intersect and Insert of another into the operand", func(a, b *tvar.Set[int], tx *stm.Tx) { a.Intersect(tx, b) }, func(a, b *tvar.Set[int]) { b.Insert(9) }, 1},
		{"Intersect and Insert into the target", func(a, b *tvar.Set[int], tx *stm.Tx) { a.Intersect(tx, b) }, func(a, b *tvar.Set[int]) { a.Insert(9) }, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := setOf(1, 2, 3), setOf(2, 3, 4)
			require.Equal(t, c.attempts, attemptsBeside(t, func(tx *stm.Tx) { c.body(a, b, tx) }, func() { c.happens(a, b) }))
		})
	}
}

// TestSetAlgebraIsAtomic: two sets that share out the keys between them always
// do, whoever moves keys from one to the other.
func TestSetAlgebraIsAtomic(t *testing.T) {
	tvar.PurgeAlways(t)
	const keys = 12
	var a, b tvar.Set[int]
	for k := range keys {
		a.Insert(k)
	}
	var wg sync.WaitGroup
	for g := range 3 {
		wg.Go(func() {
			for i := range 400 {
				update(t, func(tx *stm.Tx) {
					switch (i + g) % 3 {
					case 0: // exchanges them
						var was tvar.Set[int]
						was.Union(tx, &a)
						a.Clear(tx)
						a.Union(tx, &b)
						b.Clear(tx)
						b.Union(tx, &was)
					case 1:
						k := i % keys
						if a.Delete(tx, k) {
							b.Add(tx, k)
						} else if b.Delete(tx, k) {
							a.Add(tx, k)
						}
					case 2:
						var all tvar.Set[int]
						all.Union(tx, &a)
						all.SymmetricDifference(tx, &b)
						if all.Len(tx) != keys || a.Subset(tx, &b) != (a.Len(tx) == 0) {
							t.Error("a key is in both sets or in none")
						}
					}
				})
			}
		})
	}
	wg.Wait()
	require.Equal(t, keys, a.Size()+b.Size())
}

func TestSetBadUse(t *testing.T) {
	var none *tvar.Set[int]
	s := setOf(1)
	for name, f := range map[string]func(){
		"Contains": func() { none.Contains(1) },
		"Insert":   func() { none.Insert(1) },
		"Snapshot": func() { none.Snapshot() },
		"Union":    func() { update(t, func(tx *stm.Tx) { s.Union(tx, none) }) },
	} {
		t.Run(name, func(t *testing.T) { panicsWith(t, "tvar: nil Set", f) })
	}
	require.Equal(t, "<nil Set>", none.String())
	require.Equal(t, "[1]", s.String())
	var floats tvar.Set[float64]
	require.False(t, floats.Contains(math.NaN()))
	require.False(t, floats.Remove(math.NaN()))
	panicsWith(t, "key not equal to itself", func() { floats.Insert(math.NaN()) })

	var kept *stm.Tx
	update(t, func(tx *stm.Tx) { kept = tx })
	all := new(tvar.Set[int]).All(kept)
	panicsWith(t, "transaction used after its body returned", func() {
		for range all {
		}
	})
}

func TestSetIsLinearizable(t *testing.T) {
	type call struct{ op, k int }
	model := porcupine.Model{
		Init: func() any { return [2]bool{} },
		Step: func(state, in, out any) (bool, any) {
			now, c := state.([2]bool), in.(call)
			was := now[c.k]
			switch c.op {
			case 0:
				return out == was, now
			case 1:
				now[c.k] = true
				return out == !was, now
			case 2:
				now[c.k] = false
				return out == was, now
			}
			return out == now, now
		},
		DescribeOperation: func(in, out any) string { return fmt.Sprint(in, " = ", out) },
	}
	tvar.PurgeAlways(t)
	linearizable(t, model, func() func(rng *rand.Rand) (in, out any) {
		s := new(tvar.Set[int])
		return func(rng *rand.Rand) (any, any) {
			c := call{rng.IntN(4), rng.IntN(2)}
			switch c.op {
			case 0:
				return c, s.Contains(c.k)
			case 1:
				return c, s.Insert(c.k)
			case 2:
				return c, s.Remove(c.k)
			}
			var all [2]bool
			for _, k := range s.Snapshot() {
				all[k] = true
			}
			return c, all
		}
	})
}
