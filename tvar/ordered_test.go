package tvar_test

import (
	"fmt"
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

type orderedInts = tvar.OrderedMap[int, int]

// orderedOf returns an OrderedMap of the given keys, each with ten times itself
// as its value.
func orderedOf(keys ...int) *orderedInts {
	m := tvar.NewOrderedMap[int, int]()
	for _, k := range keys {
		m.Store(k, 10*k)
	}
	return m
}

// upTo returns the numbers below n, multiplied by step.
func upTo(n, step int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = i * step
	}
	return s
}

// TestOrderedMapConflicts, and their absence, as the documentation has them.
// There are nodes of two to four keys each: 0 10 20 30 ... 390.
func TestOrderedMapConflicts(t *testing.T) {
	tvar.SmallNodes(t)
	type body = func(m *orderedInts, tx *stm.Tx)
	type event = func(m *orderedInts)
	get := func(k int) body { return func(m *orderedInts, tx *stm.Tx) { m.Get(tx, k) } }
	set := func(k int) body { return func(m *orderedInts, tx *stm.Tx) { m.Set(tx, k, 1) } }
	del := func(k int) body { return func(m *orderedInts, tx *stm.Tx) { m.Delete(tx, k) } }
	scan := func(low, high int) body {
		return func(m *orderedInts, tx *stm.Tx) { collected(m.Range(tx, low, high)) }
	}
	store := func(k int) event { return func(m *orderedInts) { m.Store(k, 7) } }
	remove := func(k int) event { return func(m *orderedInts) { m.Remove(k) } }
	inserts := func(low, high int) event {
		return func(m *orderedInts) {
			for k := low; k < high; k++ {
				m.Store(k, 7)
			}
		}
	}
	size := func(m *orderedInts, tx *stm.Tx) { m.Len(tx) }
	least := func(m *orderedInts, tx *stm.Tx) { m.Min(tx) }
	greatest := func(m *orderedInts, tx *stm.Tx) { m.Max(tx) }
	floor := func(m *orderedInts, tx *stm.Tx) { m.Floor(tx, 205) }
	all := func(m *orderedInts, tx *stm.Tx) { collected(m.All(tx)) }
	backward := func(m *orderedInts, tx *stm.Tx) { collected(m.Backward(tx)) }
	firstTwo := func(m *orderedInts, tx *stm.Tx) {
		for k := range m.All(tx) {
			if k == 10 {
				break
			}
		}
	}
	for _, c := range []struct {
		name     string
		body     body
		happens  event
		attempts int
	}{
		{"get and store of another", get(100), store(110), 1},
		{"get and removal of another", get(100), remove(110), 1},
		{"get and insertion next to it", get(100), inserts(91, 100), 1},
		{"set and insertion next to it", set(100), inserts(91, 100), 1},
		{"set and store of another", set(100), store(110), 1},
		{"deletions side by side", del(100), remove(110), 1},
		{"deletion and all others go", del(100), func(m *orderedInts) { m.RemoveRange(101, 1000); m.RemoveRange(0, 100) }, 1},
		{"insertions far apart", set(5), store(305), 1},
		{"insertions far apart that split", func(m *orderedInts, tx *stm.Tx) {
			for k := range 10 {
				m.Set(tx, k, 1)
			}
		}, inserts(301, 310), 1},
		{"a miss and an insertion far away", get(5), store(305), 1},
		{"get and store", get(100), store(100), 2},
		{"get and removal", get(100), remove(100), 2},
		{"a miss and the insertion", get(5), store(5), 2},
		{"insertions of one key", set(5), store(5), 2},
		{"Len and store", size, store(100), 1},
		{"Len and insertion", size, store(5), 2},
		{"Len and removal", size, remove(100), 2},
		{"insertion beside Size", set(5), func(m *orderedInts) { m.Size(); m.Snapshot() }, 1},
		{"Range and store inside", scan(100, 200), store(150), 2},
		{"Range and insertion inside", scan(100, 200), store(155), 2},
		{"Range and removal inside", scan(100, 200), remove(150), 2},
		{"Range and store below", scan(100, 200), store(90), 1},
		{"Range and store at its end", scan(100, 200), store(200), 1},
		{"Range and removal at its end", scan(100, 200), remove(200), 1},
		{"Range and insertions far away", scan(100, 200), func(m *orderedInts) { inserts(0, 60)(m); inserts(240, 300)(m) }, 1},
		{"Range of nothing and an insertion into it", scan(102, 108), store(105), 2},
		{"Range the wrong way round", scan(200, 100), func(m *orderedInts) { inserts(0, 60)(m); inserts(240, 300)(m) }, 1},
		{"All and insertion", all, store(395), 2},
		{"Backward and insertion", backward, store(5), 2},
		{"All that ends early and what happens behind", firstTwo, func(m *orderedInts) { m.Store(20, 7); inserts(41, 60)(m) }, 1},
		{"All that ends early and store", firstTwo, store(10), 2},
		{"Min and store", least, store(0), 2},
		{"Min and a smaller one", least, store(-1), 2},
		{"Min and what happens above", least, func(m *orderedInts) { m.Store(10, 1); m.Remove(90); inserts(41, 60)(m) }, 1},
		{"Max and a greater one", greatest, store(1000), 2},
		{"Max and what happens below", greatest, func(m *orderedInts) { m.Store(380, 1); inserts(0, 100)(m) }, 1},
		{"Floor and an insertion above it", floor, store(203), 2},
		{"Floor and its removal", floor, remove(200), 2},
		{"Floor and what happens below", floor, func(m *orderedInts) { m.Store(180, 1); m.Remove(170); inserts(0, 100)(m) }, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := orderedOf(upTo(40, 10)...)
			require.Equal(t, c.attempts, attemptsBeside(t, func(tx *stm.Tx) { c.body(m, tx) }, func() { c.happens(m) }))
			require.NoError(t, tvar.CheckOrdered(m))
		})
	}
}

// TestOrderedMapInsertedAgain: a key that has been deleted lately is in its node
// still, and its return disturbs no neighbour.
func TestOrderedMapInsertedAgain(t *testing.T) {
	m := orderedOf(upTo(20, 10)...)
	m.Remove(50)
	for name, body := range map[string]func(tx *stm.Tx){
		"miss of another": func(tx *stm.Tx) { m.Get(tx, 45) },
		"Range beside it": func(tx *stm.Tx) { collected(m.Range(tx, 0, 50)) },
		"insertion":       func(tx *stm.Tx) { m.Set(tx, 45, 1) },
	} {
		require.Equal(t, 1, attemptsBeside(t, body, func() { m.Store(50, 1); m.Remove(50) }), name)
	}
	require.Equal(t, 2, attemptsBeside(t, func(tx *stm.Tx) { m.Get(tx, 50) }, func() { m.Store(50, 1) }))
}

// TestOrderedMapGrowthDisturbsNobody: thousands of insertions beside
// transactions that look for keys which are there.
func TestOrderedMapGrowthDisturbsNobody(t *testing.T) {
	m := orderedOf(0, 10_000, 20_000)
	out := tvar.New(0)
	for k := range 3 {
		attempts := 0
		update(t, func(tx *stm.Tx) {
			attempts++
			x, _ := m.Get(tx, 10_000*k)
			out.Set(tx, x)
			elsewhere(func() {
				for i := range 500 {
					m.Store(10_000*k-i-1, i)
					m.Store(10_000*k+i+1, i)
				}
			})
		})
		require.Equal(t, 1, attempts)
	}
	require.Equal(t, 3003, m.Size())
	require.NoError(t, tvar.CheckOrdered(m))
}

// TestOrderedMapViewIsOfItsInstant however long it takes, although the nodes
// that it goes over have been split, emptied and merged since.
func TestOrderedMapViewIsOfItsInstant(t *testing.T) {
	tvar.SmallNodes(t)
	const n = 500
	m := orderedOf(upTo(n, 1)...)
	want := m.Snapshot()
	nodes := len(tvar.Nodes(m))
	got, err := stm.View(ctx, func(tx *stm.Tx) (got []intPair, _ error) {
		for k, x := range m.All(tx) {
			got = append(got, intPair{Key: k, Value: x})
			if len(got) == n/2 {
				elsewhere(func() {
					m.RemoveRange(0, n)
					for k := range n {
						m.Store(-k, 0)
					}
					m.Store(n/2+3, 0)
				})
			}
		}
		for k := range 2 * n {
			x, ok := m.Get(tx, k)
			require.Equal(t, k < n, ok, k)
			require.True(t, !ok || x == 10*k)
		}
		require.Equal(t, n, m.Len(tx))
		back := collected(m.Backward(tx))
		slices.Reverse(back)
		require.Equal(t, got, back)
		k, _, _ := m.Min(tx)
		require.Equal(t, 0, k)
		k, _, _ = m.Floor(tx, n)
		require.Equal(t, n-1, k)
		return got, nil
	})
	require.NoError(t, err)
	require.Equal(t, want, got)
	require.Greater(t, nodes, 3)
	require.NotEqual(t, want, m.Snapshot())
}

// TestOrderedMapViewAbortsNobody who writes, inserts and deletes at full speed
// beside it, and is not aborted itself.
func TestOrderedMapViewAbortsNobody(t *testing.T) {
	n := misses() / 20
	m := tvar.NewOrderedMap[int, int]()
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

// TestOrderedMapNoPhantoms: transactions that go over a range of wandering keys
// see as many as there always are, in each attempt, and so do Views; nodes are
// split and merged all the time.
func TestOrderedMapNoPhantoms(t *testing.T) {
	tvar.SmallNodes(t)
	const keys, start = 60, 12
	m := tvar.NewOrderedMap[int, int]()
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
					if m.Has(tx, to) {
						return
					}
					if x, ok := m.Delete(tx, from); ok {
						m.Set(tx, to, x)
					}
				})
			}
		})
	}
	count := func(seq []intPair) (n int) {
		for _, p := range seq {
			n += p.Value
		}
		return n
	}
	check := func(tx *stm.Tx) (string, error) {
		low, high := count(collected(m.Range(tx, 0, keys/2))), count(collected(m.From(tx, keys/2)))
		k, _, _ := m.Max(tx)
		return fmt.Sprint(low+high, count(collected(m.Backward(tx))), count(collected(m.BackwardFrom(tx, k))), m.Len(tx)), nil
	}
	want := fmt.Sprint(start, start, start, start)
	for range 200 {
		got, err := stm.View(ctx, check)
		require.NoError(t, err)
		require.Equal(t, want, got)
		got, err = stm.Do(ctx, func(tx *stm.Tx) (string, error) {
			got, err := check(tx)
			if got != want {
				t.Error(got) // also in an attempt that will fail
			}
			return got, err
		})
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.Len(t, m.Snapshot(), start)
	}
	stop.Store(true)
	moving.Wait()
	require.NoError(t, tvar.CheckOrdered(m))
}

// TestOrderedMapWait: Retry after a look at the smallest key, or at one that is
// not there, wakes when something comes, also if the node has been tidied and
// merged meanwhile.
func TestOrderedMapWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tvar.SmallNodes(t)
		m := orderedOf(upTo(100, 1)...)
		m.RemoveRange(0, 40)
		least, miss := 0, 0
		go update(t, func(tx *stm.Tx) {
			k, _, ok := m.Min(tx)
			tx.Check(ok && k < 40)
			least = k
		})
		go update(t, func(tx *stm.Tx) {
			x, ok := m.Get(tx, 70)
			tx.Check(ok && x < 700)
			miss = x
		})
		synctest.Wait()
		m.RemoveRange(30, 100)
		synctest.Wait()
		m.Store(60, 1)
		m.Store(70, 699)
		m.Store(39, 1)
		synctest.Wait()
		require.Equal(t, 39, least)
		require.Equal(t, 699, miss)
	})
}

// TestOrderedMapLargeTransactions insert more than a node takes, in any order,
// and undo it in part.
func TestOrderedMapLargeTransactions(t *testing.T) {
	tvar.SmallNodes(t)
	n := 400
	if narrow {
		n = 150
	}
	for name, key := range map[string]func(i int) int{
		"ascending":  func(i int) int { return i },
		"descending": func(i int) int { return n - 1 - i },
		"scattered":  func(i int) int { return i * 7919 % n },
	} {
		t.Run(name, func(t *testing.T) {
			m := tvar.NewOrderedMap[int, int]()
			update(t, func(tx *stm.Tx) {
				err := tx.Nested(func(tx *stm.Tx) error {
					for i := range n {
						m.Set(tx, key(i), -1)
					}
					require.Equal(t, n, m.Len(tx))
					return errBody
				})
				require.ErrorIs(t, err, errBody)
				require.Empty(t, collected(m.All(tx)))
				for i := range n {
					m.Set(tx, key(i), i)
				}
				require.Len(t, collected(m.All(tx)), n)
				for k := range n {
					require.True(t, m.Has(tx, k))
				}
			})
			require.Len(t, m.Snapshot(), n)
			require.NoError(t, tvar.CheckOrdered(m))
			nodes := tvar.Nodes(m)
			require.Greater(t, len(nodes), 3)
			require.Equal(t, 1, nodes[len(nodes)-1])
			update(t, func(tx *stm.Tx) { require.Equal(t, n-2, m.DeleteRange(tx, 1, n-1)) })
			require.Len(t, tvar.Nodes(m), 1)
			require.NoError(t, tvar.CheckOrdered(m))
			require.Equal(t, 2, m.Size())
		})
	}
}
