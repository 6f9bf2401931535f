//go:build stmexplore

package explore_test

import (
	"fmt"
	"maps"
	"testing"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// Under the explorer a Map has one shard of few entries, and purges it as soon
// as half of them hold nothing.

type intMap = tvar.Map[int, int]

func newMap(keys ...int) *intMap {
	m := new(intMap)
	prepare(func(tx *stm.Tx) {
		for _, k := range keys {
			m.Set(tx, k, 10*k)
		}
	})
	return m
}

func (w *world) ends(m *intMap, want map[int]int) {
	w.Final(func() error {
		if got := m.Snapshot(); !maps.Equal(got, want) || m.Size() != len(want) {
			return fmt.Errorf("the Map ends as %v with %d keys, not as %v", got, m.Size(), want)
		}
		return nil
	})
}

// TestMapDifferentKeysDoNotConflict, while they are inserted, overwritten and
// looked for and the index grows. (There are enough of them that nothing is
// reclaimed.)
func TestMapDifferentKeysDoNotConflict(t *testing.T) {
	checkStructure(t, func(w *world) {
		m := newMap(1, 2, 5, 6, 7)
		bodies := 0
		w.tx("T0", func(tx *stm.Tx) error { bodies++; m.Set(tx, 3, 1); return nil })
		w.tx("T1", func(tx *stm.Tx) error {
			bodies++
			x, _ := m.Get(tx, 4)
			m.Set(tx, 1, x)
			return nil
		})
		w.ends(m, map[int]int{1: 0, 2: 20, 3: 1, 5: 50, 6: 60, 7: 70})
		w.holds(func() bool { return bodies == 2 }, "different keys conflicted")
	})
}

// TestMapSameKeyOneEntry: two who insert a key that the Map has never had agree
// on its variable.
func TestMapSameKeyOneEntry(t *testing.T) {
	checkStructure(t, func(w *world) {
		m := newMap()
		var found [2]bool
		for i := range found {
			w.Go(fmt.Sprintf("T%d", i), func() { _, found[i] = m.LoadOrStore(7, i) })
		}
		w.holds(func() bool { return found[0] != found[1] && m.Size() == 1 }, "both inserted the key")
	})
}

// TestMapAbsenceIsNoticed: who read that a key is not there, and who inserts it,
// also if it has been there and its variable is reclaimed meanwhile. This is
// write skew between two keys.
func TestMapAbsenceIsNoticed(t *testing.T) {
	for name, before := range map[string][]int{"new keys": nil, "reclaimed keys": {1, 2}} {
		t.Run(name, func(t *testing.T) {
			checkStructure(t, func(w *world) {
				m := newMap(before...)
				insert := func(k, unless int) func(tx *stm.Tx) error {
					return func(tx *stm.Tx) error {
						if !m.Has(tx, unless) && !m.Has(tx, k) {
							m.Set(tx, k, 1)
						}
						return nil
					}
				}
				if before != nil {
					prepare(func(tx *stm.Tx) { m.Clear(tx) }) // retired after the transaction, or by the guests
				}
				w.tx("T0", insert(1, 2))
				w.tx("T1", insert(2, 1))
				w.holds(func() bool { return m.Size() == 1 }, "both keys were inserted, each for lack of the other")
			})
		})
	}
}

// TestMapPurgeBesideInsertion: a key is deleted, so that its entry is retired,
// and inserted again by somebody else at any moment of that, who then finds it
// by all means.
func TestMapPurgeBesideInsertion(t *testing.T) {
	checkStructure(t, func(w *world) {
		m := newMap(1)
		removed, lost := false, false
		w.Go("remover", func() { _, removed = m.Remove(1) })
		w.Go("storer", func() {
			if _, found := m.LoadOrStore(1, 5); found {
				return
			}
			x, _ := m.Load(1)
			y, err := stm.View(ctx, func(tx *stm.Tx) (y int, _ error) {
				for _, x := range m.All(tx) {
					y += x
				}
				z, _ := m.Get(tx, 1)
				return y + z, nil
			})
			must(err)
			lost = x != 5 || y != 10
		})
		w.holds(func() bool { return removed && !lost && m.Size() == len(m.Snapshot()) }, "an insertion was lost")
	})
}

// looks are ways to find out about key 1: its value, or 0 if it is not there.
var looks = []struct {
	name string
	at1  func(m *intMap, tx *stm.Tx) int
}{
	{"Get", func(m *intMap, tx *stm.Tx) int { x, _ := m.Get(tx, 1); return x }},
	{"All", func(m *intMap, tx *stm.Tx) (x int) {
		for k, y := range m.All(tx) {
			if k == 1 {
				x = y
			}
		}
		return x
	}},
	{"Keys", func(m *intMap, tx *stm.Tx) (x int) {
		for k := range m.Keys(tx) {
			if k == 1 {
				x = 10
			}
		}
		return x
	}},
}

// TestMapZombie: the classic bug of two variables for one key. A key that
// comes, goes, is reclaimed and comes back is never seen apart from its twin,
// in attempts that will fail either.
func TestMapZombie(t *testing.T) {
	for _, l := range looks {
		t.Run(l.name, func(t *testing.T) {
			checkStructure(t, func(w *world) {
				m, twin := newMap(1), alignedVar(10)
				torn := false
				w.tx("reader", func(tx *stm.Tx) error {
					n := twin.Get(tx)
					x := l.at1(m, tx)
					torn = torn || x != n || 10*m.Len(tx) != n
					return nil
				})
				w.Go("writer", func() {
					must(stm.Atomically(ctx, func(tx *stm.Tx) error { twin.Set(tx, 0); m.Delete(tx, 1); return nil }))
					must(stm.Atomically(ctx, func(tx *stm.Tx) error { twin.Set(tx, 10); m.Set(tx, 1, 10); return nil }))
				})
				w.holds(func() bool { return !torn }, "a key was seen apart from its twin")
				w.ends(m, map[int]int{1: 10})
			})
		})
	}
}

// TestMapViewSeesItsInstant: a View looks for a key that is deleted, reclaimed
// and inserted again while it runs.
func TestMapViewSeesItsInstant(t *testing.T) {
	for _, l := range looks {
		t.Run(l.name, func(t *testing.T) {
			checkStructure(t, func(w *world) {
				m, twin := newMap(1, 2), alignedVar(10)
				torn := false
				w.Go("view", func() {
					_, err := stm.View(ctx, func(tx *stm.Tx) (int, error) {
						x, n := l.at1(m, tx), twin.Get(tx)
						torn = torn || x != n || 10*m.Len(tx) != 10+n
						return 0, nil
					})
					must(err)
				})
				w.Go("writer", func() {
					must(stm.Atomically(ctx, func(tx *stm.Tx) error { twin.Set(tx, 0); m.Delete(tx, 1); return nil }))
					must(stm.Atomically(ctx, func(tx *stm.Tx) error { twin.Set(tx, 10); m.Set(tx, 1, 10); return nil }))
				})
				w.holds(func() bool { return !torn }, "a View saw a key apart from its twin")
			})
		})
	}
}

// TestMapOldState: a transaction has begun, then the key is deleted and its
// variable reclaimed, then the transaction looks for it. By its state the key is
// there still; an update may start over instead.
func TestMapOldState(t *testing.T) {
	for _, l := range looks {
		for _, kind := range []string{"view", "update"} {
			t.Run(l.name+" in a "+kind, func(t *testing.T) {
				checkStructure(t, func(w *world) {
					m, twin := newMap(1), alignedVar(10)
					var begun, gone atomics.Bool
					torn := false
					body := func(tx *stm.Tx) (int, error) {
						n, keys := twin.Get(tx), m.Len(tx)
						begun.Store(true)
						atomics.Pause(0, gone.Load)
						torn = torn || l.at1(m, tx) != n || 10*keys != n
						return 0, nil
					}
					w.Go(kind, func() {
						if kind == "view" {
							_, err := stm.View(ctx, body)
							must(err)
						} else {
							must(stm.Atomically(ctx, func(tx *stm.Tx) error { _, err := body(tx); return err }))
						}
					})
					w.Go("writer", func() {
						atomics.Pause(0, begun.Load)
						must(stm.Atomically(ctx, func(tx *stm.Tx) error { twin.Set(tx, 0); m.Delete(tx, 1); return nil }))
						gone.Store(true)
					})
					w.holds(func() bool { return !torn }, "a key was seen apart from its twin")
				})
			})
		}
	}
}

// TestMapViewBesidePurge: a View begins while a purge is under way, and then
// another key goes, perhaps in time for that purge.
func TestMapViewBesidePurge(t *testing.T) {
	for _, l := range looks {
		t.Run(l.name, func(t *testing.T) {
			checkStructure(t, func(w *world) {
				m := newMap(1, 2)
				var begun atomics.Bool
				var done atomics.Uint32
				x := 0
				w.Go("purger", func() { m.Remove(2); done.Add(1) })
				w.Go("remover", func() { atomics.Pause(0, begun.Load); m.Remove(1); done.Add(1) })
				w.Go("view", func() {
					_, err := stm.View(ctx, func(tx *stm.Tx) (int, error) {
						begun.Store(true)
						atomics.Pause(0, func() bool { return done.Load() == 2 })
						x = l.at1(m, tx)
						return 0, nil
					})
					must(err)
				})
				w.holds(func() bool { return x == 10 }, "a View missed a key that was deleted after it began")
				w.ends(m, map[int]int{})
			})
		})
	}
}

// TestMapViewBesideLookUps: a View and a transaction that makes entries for
// keys that are not there, whose purge must not take what the View needs.
func TestMapViewBesideLookUps(t *testing.T) {
	checkStructure(t, func(w *world) {
		m := newMap(1)
		n, x := 0, 0
		w.Go("view", func() {
			_, err := stm.View(ctx, func(tx *stm.Tx) (int, error) {
				n = m.Len(tx)
				x, _ = m.Get(tx, 1)
				return 0, nil
			})
			must(err)
		})
		w.tx("looker", func(tx *stm.Tx) error { m.Get(tx, 2); m.Get(tx, 3); return nil })
		w.Go("remover", func() { m.Remove(1) })
		w.holds(func() bool { return x == 10*n }, "a View saw a key apart from the count")
		w.ends(m, map[int]int{})
	})
}

// TestMapWaitForAKey: a transaction that waits for a key to appear is woken,
// also if its variable is reclaimed while it sleeps.
func TestMapWaitForAKey(t *testing.T) {
	checkStructure(t, func(w *world) {
		m := newMap(5)
		got := 0
		w.tx("waiter", func(tx *stm.Tx) error {
			x, ok := m.Get(tx, 1)
			tx.Check(ok)
			got = x
			return nil
		})
		w.Go("others", func() { m.Remove(5); m.Store(1, 3) })
		w.holds(func() bool { return got == 3 }, "the waiter got something else")
	})
}

// TestMapIterationNoticesMembership: an update that goes over the keys does not
// miss one that is inserted, nor keep one that is deleted.
func TestMapIterationNoticesMembership(t *testing.T) {
	checkStructure(t, func(w *world) {
		m, sum := newMap(1), alignedVar(0)
		n := 0
		w.tx("iterator", func(tx *stm.Tx) error {
			n = 0
			for k := range m.Keys(tx) {
				n += k
			}
			sum.Set(tx, n+m.Len(tx)*100)
			return nil
		})
		w.Go("T1", func() { m.Remove(1); m.Store(2, 5) })
		w.holds(func() bool {
			s := sum.Load()
			return s == 101 || s == 0 || s == 102
		}, "an iteration saw keys of no instant")
	})
}

// TestMapLenDisturbsNobody who inserts other keys: the counts commute.
func TestMapLenDisturbsNobody(t *testing.T) {
	checkStructure(t, func(w *world) {
		m := newMap(1, 4, 5, 6)
		bodies := 0
		w.tx("T0", func(tx *stm.Tx) error { bodies++; m.Set(tx, 2, 2); return nil })
		w.tx("T1", func(tx *stm.Tx) error { bodies++; m.Set(tx, 3, 3); return nil })
		n := 0
		w.Go("size", func() { n = m.Size() })
		w.holds(func() bool { return bodies == 2 && n >= 4 && n <= 6 }, "an insertion started over")
		w.ends(m, map[int]int{1: 10, 2: 2, 3: 3, 4: 40, 5: 50, 6: 60})
	})
}
