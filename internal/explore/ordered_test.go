//go:build stmexplore

package explore_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// Under the explorer a node of an OrderedMap has at most four keys, and is
// tidied after each deletion.

type orderedInts = tvar.OrderedMap[int, int]

// A stage is a scenario around an OrderedMap that a guest of its own has filled
// before the others begin. Filling it splits nodes, which takes transactions
// that follow; outside of a run these would have descriptors of earlier ones.
type stage struct {
	*world
	m  *orderedInts
	up atomics.Bool
}

// stage fills an OrderedMap with the given keys, each with ten times itself as
// its value. A negative one stands for the removal of a key.
func (w *world) stage(keys ...int) *stage {
	s := &stage{world: w, m: tvar.NewOrderedMap[int, int]()}
	w.Go("stage", func() {
		for _, k := range keys {
			if k < 0 {
				s.m.Remove(-k)
			} else {
				s.m.Store(k, 10*k)
			}
		}
		s.up.Store(true)
	})
	return s
}

// Go adds a guest.
func (s *stage) Go(name string, f func()) {
	s.world.Go(name, func() {
		atomics.Pause(0, s.up.Load)
		f()
	})
}

// tx adds a guest that runs one transaction.
func (s *stage) tx(name string, body func(tx *stm.Tx) error) {
	s.Go(name, func() { must(stm.Atomically(ctx, body)) })
}

// keysEnd is the condition that the OrderedMap ends with these keys, and finds
// them by all means.
func (s *stage) keysEnd(want ...int) {
	s.Final(func() error {
		var got []int
		for _, p := range s.m.Snapshot() {
			got = append(got, p.Key)
			if x, ok := s.m.Load(p.Key); !ok || x != p.Value {
				return fmt.Errorf("key %d is lost", p.Key)
			}
		}
		if !slices.Equal(got, want) || s.m.Size() != len(want) {
			return fmt.Errorf("the OrderedMap ends with %v, by its count %d, not with %v", got, s.m.Size(), want)
		}
		return nil
	})
}

// TestOrderedMapNodesDoNotConflict: writers of different keys that are there,
// and of new ones in different nodes, which both are split.
func TestOrderedMapNodesDoNotConflict(t *testing.T) {
	checkStructure(t, func(w *world) {
		s := w.stage(10, 20, 30, 40, 50, 60)
		m := s.m
		bodies := 0
		s.tx("T0", func(tx *stm.Tx) error {
			bodies++
			m.Set(tx, 11, 1)
			m.Set(tx, 12, 1)
			m.Set(tx, 13, 1)
			return nil
		})
		s.tx("T1", func(tx *stm.Tx) error {
			bodies++
			m.Set(tx, 61, 1)
			m.Set(tx, 20, 1)
			return nil
		})
		s.holds(func() bool { return bodies == 2 }, "different nodes conflicted")
		s.keysEnd(10, 11, 12, 13, 20, 30, 40, 50, 60, 61)
	})
}

// TestOrderedMapSplitsMeet: two who split nodes side by side leave a tree that
// has all keys.
func TestOrderedMapSplitsMeet(t *testing.T) {
	checkStructure(t, func(w *world) {
		s := w.stage(10, 20, 30, 40)
		m := s.m
		s.Go("T0", func() { m.Store(25, 1); m.Store(26, 1) })
		s.Go("T1", func() { m.Store(50, 1); m.Store(24, 1) })
		s.keysEnd(10, 20, 24, 25, 26, 30, 40, 50)
	})
}

// TestOrderedMapMergeBesideInsertion: a node is emptied and merged into its
// neighbour while a key comes into one of them, and others are looked for.
func TestOrderedMapMergeBesideInsertion(t *testing.T) {
	checkStructure(t, func(w *world) {
		s := w.stage(10, 20, 30, 40, 50)
		m := s.m
		there, still := false, false
		s.Go("remover", func() { m.Remove(30); m.Remove(40) })
		s.Go("storer", func() {
			m.Store(35, 1)
			there = m.Contains(35)
		})
		s.Go("loader", func() { still = m.Contains(50) && m.Contains(20) })
		s.holds(func() bool { return there && still }, "a key was not found although it was there")
		s.keysEnd(10, 20, 35, 50)
	})
}

// TestOrderedMapNoPhantoms: each inserts a key if it finds the range empty, into
// one of its nodes. This is write skew over a range.
func TestOrderedMapNoPhantoms(t *testing.T) {
	for name, empty := range map[string]func(m *orderedInts, tx *stm.Tx) bool{
		"Range": func(m *orderedInts, tx *stm.Tx) bool {
			for range m.Range(tx, 25, 48) {
				return false
			}
			return true
		},
		"Ceiling": func(m *orderedInts, tx *stm.Tx) bool { k, _, _ := m.Ceiling(tx, 25); return k >= 48 },
		"Floor":   func(m *orderedInts, tx *stm.Tx) bool { k, _, _ := m.Floor(tx, 47); return k < 25 },
	} {
		t.Run(name, func(t *testing.T) {
			checkStructure(t, func(w *world) {
				s := w.stage(10, 40, 50, 60, 20, -40) // two nodes, from 10 and from 40
				m := s.m
				insert := func(k int) func(tx *stm.Tx) error {
					return func(tx *stm.Tx) error {
						if empty(m, tx) {
							m.Set(tx, k, 1)
						}
						return nil
					}
				}
				s.tx("T0", insert(30))
				s.tx("T1", insert(45))
				s.holds(func() bool { return m.Size() == 5 }, "two keys were inserted, each for lack of the other")
			})
		})
	}
}

// orderedLooks are ways to find out about key 30: its value, or 0 if it is not
// there.
var orderedLooks = []struct {
	name string
	at30 func(m *orderedInts, tx *stm.Tx) int
}{
	{"Get", func(m *orderedInts, tx *stm.Tx) int { x, _ := m.Get(tx, 30); return x }},
	{"Range", func(m *orderedInts, tx *stm.Tx) (x int) {
		for _, y := range m.Range(tx, 25, 35) {
			x = y
		}
		return x
	}},
}

// TestOrderedMapZombie: a key that goes, so that its node is tidied and merged,
// and comes back is never seen apart from its twin, be it in a View or in
// attempts that will fail.
func TestOrderedMapZombie(t *testing.T) {
	for _, l := range orderedLooks {
		for _, kind := range []string{"view", "update"} {
			t.Run(l.name+" in a "+kind, func(t *testing.T) {
				checkStructure(t, func(w *world) {
					s, twin := w.stage(10, 20, 30, 40, 50), alignedVar(300)
					m := s.m
					torn := false
					body := func(tx *stm.Tx) (int, error) {
						n := twin.Get(tx)
						x := l.at30(m, tx)
						torn = torn || x != n || 300*(m.Len(tx)-4) != n
						return 0, nil
					}
					s.Go(kind, func() {
						if kind == "view" {
							_, err := stm.View(ctx, body)
							must(err)
						} else {
							must(stm.Atomically(ctx, func(tx *stm.Tx) error { _, err := body(tx); return err }))
						}
					})
					s.Go("writer", func() {
						must(stm.Atomically(ctx, func(tx *stm.Tx) error { twin.Set(tx, 0); m.Delete(tx, 30); return nil }))
						must(stm.Atomically(ctx, func(tx *stm.Tx) error { twin.Set(tx, 300); m.Set(tx, 30, 300); return nil }))
					})
					s.holds(func() bool { return !torn }, "a key was seen apart from its twin")
					s.keysEnd(10, 20, 30, 40, 50)
				})
			})
		}
	}
}

// TestOrderedMapStoreBesideTidying: a key is deleted and taken out of its node
// while somebody stores it, and somebody changes it if it is there.
func TestOrderedMapStoreBesideTidying(t *testing.T) {
	checkStructure(t, func(w *world) {
		s := w.stage(1)
		m := s.m
		s.Go("remover", func() { m.Remove(1) })
		s.Go("storer", func() { m.Store(1, 5); m.Store(1, 6) })
		s.Go("changer", func() { m.CompareAndStore(1, 5, 7) })
		s.holds(func() bool {
			x, ok := m.Load(1)
			return ok && x == 6 && m.Size() == 1 || !ok && m.Size() == 0
		}, "a Store was lost")
	})
}

// TestOrderedMapWaitForLeast: a transaction that waits for something to be there
// is woken, also if the node that it looked at is merged into another.
func TestOrderedMapWaitForLeast(t *testing.T) {
	checkStructure(t, func(w *world) {
		s := w.stage(10, 20, 30, 40, 50)
		m := s.m
		got := 0
		s.tx("waiter", func(tx *stm.Tx) error {
			k, _, ok := m.Ceiling(tx, 35)
			tx.Check(ok && k < 40)
			got = k
			return nil
		})
		s.Go("others", func() { m.RemoveRange(30, 60); m.Store(36, 3) })
		s.holds(func() bool { return got == 36 }, "the waiter got something else")
	})
}
