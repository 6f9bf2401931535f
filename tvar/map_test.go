package tvar_test

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

type intMap = tvar.Map[int, int]

// mapOf returns a Map of the given keys, each with ten times itself as its
// value.
func mapOf(keys ...int) *intMap {
	m := new(intMap)
	for _, k := range keys {
		m.Store(k, 10*k)
	}
	return m
}

// TestMapConflicts, and their absence, as the documentation has them.
func TestMapConflicts(t *testing.T) {
	get := func(k int) func(m *intMap, tx *stm.Tx) {
		return func(m *intMap, tx *stm.Tx) { m.Get(tx, k) }
	}
	set := func(k int) func(m *intMap, tx *stm.Tx) {
		return func(m *intMap, tx *stm.Tx) { m.Set(tx, k, 1) }
	}
	store := func(k int) func(m *intMap) { return func(m *intMap) { m.Store(k, 7) } }
	remove := func(k int) func(m *intMap) { return func(m *intMap) { m.Remove(k) } }
	size := func(m *intMap, tx *stm.Tx) { m.Len(tx) }
	keys := func(m *intMap, tx *stm.Tx) { _ = slices.Collect(m.Keys(tx)) }
	all := func(m *intMap, tx *stm.Tx) { _ = maps.Collect(m.All(tx)) }
	yielded := 0
	first := func(m *intMap, tx *stm.Tx) {
		for k := range m.All(tx) {
			yielded = k
			break
		}
	}
	for _, c := range []struct {
		name     string
		body     func(m *intMap, tx *stm.Tx)
		happens  func(m *intMap)
		attempts int
	}{
		{"get and store of another", get(1), store(2), 1},
		{"get and insertion of another", get(1), store(9), 1},
		{"get and removal of another", get(1), remove(2), 1},
		{"set and store of another", set(1), store(2), 1},
		{"insertions", set(8), store(9), 1},
		{"a miss and another insertion", get(8), store(9), 1},
		{"a miss and another miss", get(8), func(m *intMap) { update(t, func(tx *stm.Tx) { m.Get(tx, 9) }) }, 1},
		{"get and store", get(1), store(1), 2},
		{"get and removal", get(1), remove(1), 2},
		{"a miss and the insertion", get(8), store(8), 2},
		{"insertions of one key", set(8), store(8), 2},
		{"insertions beside Size", set(8), func(m *intMap) { m.Size(); m.Snapshot() }, 1},
		{"Len and store", size, store(1), 1},
		{"Len and insertion", size, store(9), 2},
		{"Len and removal", size, remove(1), 2},
		{"Keys and store", keys, store(1), 1},
		{"Keys and insertion", keys, store(9), 2},
		{"Keys and removal", keys, remove(1), 2},
		{"All and store", all, store(1), 2},
		{"All and insertion", all, store(9), 2},
		{"All and removal", all, remove(1), 2},
		{"All that ends early and store of another", first, func(m *intMap) { m.Store(yielded%3+1, 7) }, 1},
		{"All that ends early and store", first, func(m *intMap) { m.Store(yielded, 7) }, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := mapOf(1, 2, 3)
			require.Equal(t, c.attempts, attemptsBeside(t, func(tx *stm.Tx) { c.body(m, tx) }, func() { c.happens(m) }))
		})
	}
}

// TestMapGrowthDisturbsNobody: ten thousand insertions beside transactions that
// look for keys that are there and keys that are not.
func TestMapGrowthDisturbsNobody(t *testing.T) {
	m := mapOf(1, 2, 3)
	out := tvar.New(0)
	for k := range 10 {
		attempts := 0
		update(t, func(tx *stm.Tx) {
			attempts++
			x, _ := m.Get(tx, k)
			out.Set(tx, x)
			elsewhere(func() {
				for i := range 1000 {
					m.Store(1000*(k+1)+i, i)
				}
			})
		})
		require.Equal(t, 1, attempts)
	}
	require.Equal(t, 10_003, m.Size())
}

// TestMapViewIsOfItsInstant however long it takes: new keys are not seen and
// deleted ones are, although their variables have been reclaimed since and
// there are others for the same keys.
func TestMapViewIsOfItsInstant(t *testing.T) {
	tvar.PurgeAlways(t)
	const n = 2000
	m := new(intMap)
	for k := range n {
		m.Store(k, k)
	}
	want := m.Snapshot()
	got, err := stm.View(ctx, func(tx *stm.Tx) (map[int]int, error) {
		got := map[int]int{}
		for k, x := range m.All(tx) {
			got[k] = x
			if len(got)%100 == 1 {
				elsewhere(func() {
					base := len(got) / 100 * 100
					for k := base; k < base+100; k++ {
						m.Remove(k)
						m.Remove(n - 1 - k)
						m.Store(n+k, 0)
						if k%2 == 0 {
							m.Store(k, -1)
						}
					}
				})
			}
		}
		for k := range 2 * n {
			x, ok := m.Get(tx, k)
			require.Equal(t, k < n, ok, k)
			require.Equal(t, got[k], x)
		}
		require.Equal(t, n, m.Len(tx))
		require.Len(t, slices.Collect(m.Keys(tx)), n)
		return got, nil
	})
	require.NoError(t, err)
	require.Equal(t, want, got)
	require.True(t, tvar.Purged(m))
	require.NotEqual(t, want, m.Snapshot())
}

// TestMapViewAbortsNobody who writes, inserts and deletes at full speed beside
// it, and is not aborted itself.
func TestMapViewAbortsNobody(t *testing.T) {
	n := misses() / 10
	m := new(intMap)
	for k := range n {
		m.Store(k, 1)
	}
	var stop atomic.Bool
	var writer sync.WaitGroup
	writes := 0
	before := stm.ReadStats()
	writer.Go(func() {
		for ; writes == 0 || !stop.Load(); writes++ {
			k := writes * 7919 % n
			update(t, func(tx *stm.Tx) { // moves a key, and with it the sum
				if x, ok := m.Delete(tx, k); ok {
					m.Set(tx, k+n, x)
				} else {
					m.Delete(tx, k+n)
					m.Set(tx, k, 1)
				}
			})
		}
	})
	for range 5 {
		runs, sum := 0, 0
		_, err := stm.View(ctx, func(tx *stm.Tx) (int, error) {
			runs++
			for k, x := range m.All(tx) {
				sum += x
				if k%(n/4) == 0 {
					runtime.Gosched() // for the writer, where there is one processor
				}
			}
			return 0, nil
		})
		require.NoError(t, err)
		require.Equal(t, 1, runs)
		require.Equal(t, n, sum)
	}
	stop.Store(true)
	writer.Wait()
	require.Positive(t, writes)
	require.Zero(t, stm.ReadStats().Sub(before).Conflicts)
	t.Logf("%d writes", writes)
}

// TestMapLoopMayChangeIt: what the documentation says about a loop that changes
// the Map that it goes over.
func TestMapLoopMayChangeIt(t *testing.T) {
	m := mapOf()
	for k := range 100 {
		m.Store(k, k)
	}
	update(t, func(tx *stm.Tx) {
		seen := map[int]bool{}
		for k := range m.All(tx) {
			require.False(t, seen[k], "each key once")
			seen[k] = true
			if k >= 100 {
				continue // inserted by the loop itself
			}
			other := (k + 50) % 100
			if _, found := m.Delete(tx, other); found && !seen[other] {
				seen[other] = true // not to be yielded any more
			}
			for i := range 10 {
				m.Set(tx, 1000*(k+1)+i, k)
			}
		}
		for k := range 100 {
			require.True(t, seen[k], "keys that stay are yielded, and those that go were deleted first")
		}
		m.Clear(tx)
		require.Zero(t, m.Len(tx))
		for range m.Keys(tx) {
			t.Error("nothing is left")
		}
		m.Set(tx, 1, 1)
	})
	require.Equal(t, map[int]int{1: 1}, m.Snapshot())
}

// TestMapWaitForAKey: Retry after a miss wakes when the key comes.
func TestMapWaitForAKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := mapOf()
		got := make([]int, 100)
		for k := range got {
			go func() {
				update(t, func(tx *stm.Tx) {
					x, ok := m.Get(tx, k)
					tx.Check(ok)
					got[k] = x
				})
			}()
		}
		synctest.Wait()
		for k := range got {
			m.Store(k, k+1)
		}
		synctest.Wait()
		for k := range got {
			require.Equal(t, k+1, got[k])
		}
	})
}

// TestMapWatch: the body of a Watch may look for keys that are not there, and
// hears of those that come and go.
func TestMapWatch(t *testing.T) {
	m := mapOf()
	var seen []int
	for n, err := range stm.Watch(ctx, func(tx *stm.Tx) (n int, _ error) {
		for k := range 50 {
			if m.Has(tx, k) {
				n++
			}
		}
		return n, nil
	}) {
		require.NoError(t, err)
		if seen = append(seen, n); n == 3 {
			break
		}
		m.Store(10*n, n)
	}
	require.Equal(t, []int{0, 1, 2, 3}, seen)
}

// TestMapZombies: a sum over keys that wander about is the same in each attempt
// and in each View, beside purges of everything that can be.
func TestMapZombies(t *testing.T) {
	tvar.PurgeAlways(t)
	const keys, start = 40, 8
	m := mapOf()
	for k := range start {
		m.Store(k, 1)
	}
	var moving sync.WaitGroup
	var stop atomic.Bool
	for g := range 3 {
		moving.Go(func() {
			for i := 0; !stop.Load(); i++ {
				from, to := (i*7+g)%keys, (i*11+3*g+1)%keys
				update(t, func(tx *stm.Tx) {
					if _, taken := m.Get(tx, to); taken {
						return
					}
					if x, ok := m.Delete(tx, from); ok {
						m.Set(tx, to, x)
					}
				})
			}
		})
	}
	count := func(tx *stm.Tx) (n int) {
		for k := range keys {
			if m.Has(tx, k) {
				n++
			}
		}
		return n
	}
	check := func(tx *stm.Tx) (int, error) {
		n := 0
		for _, x := range m.All(tx) {
			n += x
		}
		if n != start || m.Len(tx) != start || count(tx) != start {
			t.Error(n, m.Len(tx), count(tx))
		}
		return n, nil
	}
	for range 300 {
		_, err := stm.View(ctx, check)
		require.NoError(t, err)
		_, err = stm.Do(ctx, check)
		require.NoError(t, err)
		require.Len(t, m.Snapshot(), start)
	}
	stop.Store(true)
	moving.Wait()
	require.True(t, tvar.Purged(m))
}

// TestMapOfEverything: keys and values of all kinds.
func TestMapOfEverything(t *testing.T) {
	type point struct {
		x, y int
		name string
	}
	roundTripMap(t, 1, "a", "", "b")
	roundTripMap(t, "k", 1, 0, -1)
	roundTripMap(t, point{1, 2, "p"}, point{}, point{3, 4, "q"})
	roundTripMap(t, [2]bool{true}, errBody, nil)
	roundTripMap[any](t, nil, []int{1}, nil)
	roundTripMap(t, new(int), new(point), nil)
	roundTripMap(t, 'x', struct{}{})
	roundTripMap(t, uint8(7), func() map[string]int { return nil }(), map[string]int{"a": 1})
	roundTripMap(t, fmt.Stringer(nil), uint8(3), 0)
}

func roundTripMap[K comparable, V any](t *testing.T, k K, xs ...V) {
	t.Helper()
	var m tvar.Map[K, V]
	for _, x := range xs {
		m.Store(k, x)
		got, ok := m.Load(k)
		require.True(t, ok)
		require.Equal(t, x, got)
		update(t, func(tx *stm.Tx) {
			got, ok := m.Delete(tx, k)
			require.True(t, ok)
			require.Equal(t, x, got)
			require.False(t, m.Has(tx, k))
			m.Set(tx, k, x)
			got, ok = m.Get(tx, k)
			require.True(t, ok)
			require.Equal(t, x, got)
		})
		m.Remove(k)
		require.False(t, m.Contains(k))
		m.Store(k, x)
	}
}
