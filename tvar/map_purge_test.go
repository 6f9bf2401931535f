package tvar_test

import (
	"fmt"
	"math/bits"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// fewEntries is more than a Map keeps of keys that are not there when it has
// next to none that are: each shard looks around from 16 entries on.
const fewEntries = 64 * 64

// narrow is true where words have 32 bits, and the processor may be emulated.
const narrow = bits.UintSize == 32

func misses() int {
	switch {
	case atomics.Exploring: // entries are large
		return 20_000
	case narrow: // the processor may be emulated
		return 50_000
	}
	return 100_000
}

// TestMapMissesDoNotPileUp, however the transactions end that looked for keys
// which are not there.
func TestMapMissesDoNotPileUp(t *testing.T) {
	for name, look := range map[string]func(m *intMap, k int){
		"commit": func(m *intMap, k int) { update(t, func(tx *stm.Tx) { m.Get(tx, k) }) },
		"failure": func(m *intMap, k int) {
			_ = stm.Atomically(ctx, func(tx *stm.Tx) error { m.Get(tx, k); return errBody })
		},
		"insertion that fails": func(m *intMap, k int) {
			_ = stm.Atomically(ctx, func(tx *stm.Tx) error { m.Set(tx, k, k); return errBody })
		},
		"insertion undone in part": func(m *intMap, k int) {
			update(t, func(tx *stm.Tx) {
				_ = tx.Nested(func(tx *stm.Tx) error { m.Set(tx, k, k); return errBody })
			})
		},
		"alternative undone": func(m *intMap, k int) {
			update(t, func(tx *stm.Tx) {
				_ = tx.OrElse(
					func(tx *stm.Tx) error { tx.Check(m.Has(tx, k)); return nil },
					func(tx *stm.Tx) error { return nil })
			})
		},
		"panic": func(m *intMap, k int) {
			if k%10 == 0 { // slow
				quietly(func() { _ = stm.Atomically(ctx, func(tx *stm.Tx) error { m.Get(tx, k); panic("x") }) })
			}
		},
		"irrevocable": func(m *intMap, k int) {
			update(t, func(tx *stm.Tx) {
				_ = tx.Nested(func(tx *stm.Tx) error { m.Set(tx, k, k); return errBody })
			}, stm.Irrevocable())
		},
		"one-shot look-ups":   func(m *intMap, k int) { m.Load(k); m.Remove(k); m.CompareAndStore(k, 1, 2) },
		"come and go":         func(m *intMap, k int) { m.Store(k, k); m.Remove(k) },
		"come and go, slowly": func(m *intMap, k int) { m.Store(k, k); m.Remove(k - 10) },
		"come and go in one": func(m *intMap, k int) {
			update(t, func(tx *stm.Tx) { m.Set(tx, k, k); m.Delete(tx, k) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := mapOf()
			n := misses() / 10
			if name == "commit" {
				n = misses()
			}
			for k := range n {
				look(m, k)
				if k%1000 == 0 {
					require.Less(t, tvar.Entries(m), fewEntries, "after %d", k)
				}
			}
			require.Less(t, tvar.Slots(m), 4*fewEntries)
		})
	}
}

// TestMapMissesInOne transaction are kept while it runs, and go afterwards.
func TestMapMissesInOne(t *testing.T) {
	m := mapOf(-1)
	n := misses() / 10
	for range 3 {
		attempts := 0
		update(t, func(tx *stm.Tx) {
			attempts++
			for k := range n {
				m.Get(tx, k)
			}
			require.GreaterOrEqual(t, tvar.Entries(m), n)
		})
		require.Equal(t, 1, attempts)
	}
	for k := range 2 * n { // somebody else comes along
		update(t, func(tx *stm.Tx) { m.Get(tx, n+k) })
	}
	require.Less(t, tvar.Entries(m), n/4)
	require.Equal(t, map[int]int{-1: -10}, m.Snapshot())
}

// TestMapDeletedKeysGo: a Map that has been emptied is small, without anything
// else happening to it.
func TestMapDeletedKeysGo(t *testing.T) {
	for name, empty := range map[string]func(m *intMap, n int){
		"one by one": func(m *intMap, n int) {
			for k := range n {
				m.Remove(k)
			}
		},
		"in transactions": func(m *intMap, n int) {
			for k := 0; k < n; k += 100 {
				update(t, func(tx *stm.Tx) {
					for i := range 100 {
						m.Delete(tx, k+i)
					}
				})
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := mapOf()
			n := misses() / 10
			for k := range n {
				m.Store(k, k)
			}
			empty(m, n)
			require.Zero(t, m.Size())
			require.Less(t, tvar.Entries(m), n/3)
		})
	}
}

// TestMapRetainsNothing: values of deleted keys are garbage at once, the keys
// once they have been purged, although the Map is kept.
func TestMapRetainsNothing(t *testing.T) {
	t.Run("value", func(t *testing.T) {
		var m tvar.Map[int, *big]
		x := new(big)
		p := weak.Make(x)
		m.Store(1, x)
		m.Remove(1)
		runtime.KeepAlive(x)
		x = nil
		require.False(t, retained(p))
		runtime.KeepAlive(&m)
	})
	for name, use := range map[string]func(m *tvar.Map[*big, int], k *big){
		"key":          func(m *tvar.Map[*big, int], k *big) { m.Store(k, 1); m.Remove(k) },
		"key missed":   func(m *tvar.Map[*big, int], k *big) { update(t, func(tx *stm.Tx) { m.Get(tx, k) }) },
		"key not held": func(m *tvar.Map[*big, int], k *big) { m.Load(k) },
		"key beside a View": func(m *tvar.Map[*big, int], k *big) {
			m.Store(k, 1)
			_, err := stm.View(ctx, func(tx *stm.Tx) (int, error) {
				elsewhere(func() { m.Remove(k) })
				require.True(t, m.Has(tx, k))
				return 0, nil
			})
			require.NoError(t, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			tvar.PurgeAlways(t)
			var m tvar.Map[*big, int]
			k := new(big)
			p := weak.Make(k)
			use(&m, k)
			if name == "key missed" {
				for range 500 { // until the shard of k is purged again
					update(t, func(tx *stm.Tx) { m.Get(tx, new(big)) })
				}
			}
			runtime.KeepAlive(k)
			k = nil
			runtime.GC() // the descriptors' pool keeps one round
			require.False(t, retained(p))
			runtime.KeepAlive(&m)
		})
	}
}

// TestMapViewDoesNotPinMisses: as long as a View is open, keys that are looked
// for in vain are reclaimed as ever.
func TestMapViewDoesNotPinMisses(t *testing.T) {
	m := mapOf(1, 2, 3)
	_, err := stm.View(ctx, func(tx *stm.Tx) (int, error) {
		elsewhere(func() {
			for k := range misses() / 10 {
				update(t, func(tx *stm.Tx) { m.Get(tx, 10+k) })
			}
		})
		require.Less(t, tvar.Entries(m), fewEntries)
		for k := range misses() / 10 {
			require.False(t, m.Has(tx, 10+k)) // makes no entry either
		}
		require.Less(t, tvar.Entries(m), fewEntries)
		require.Equal(t, 3, m.Len(tx))
		return 0, nil
	})
	require.NoError(t, err)
}

// TestMapPurgeComesToRest: transactions that wait for keys which are not there
// come back when the variables of these are reclaimed, and make others. That
// must end, and their Map be quiet; synctest.Wait waits for it.
func TestMapPurgeComesToRest(t *testing.T) {
	for _, n := range []int{10, 100, 1000} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := mapOf()
				before := stm.ReadStats()
				var done atomic.Int32
				for k := range n {
					go func() {
						update(t, func(tx *stm.Tx) { tx.Check(m.Has(tx, k)) })
						done.Add(1)
					}()
				}
				synctest.Wait()
				for k := range min(20_000, misses()/5) {
					update(t, func(tx *stm.Tx) { m.Get(tx, -1-k) })
				}
				synctest.Wait()
				require.Zero(t, done.Load())
				wakes := stm.ReadStats().Sub(before).Wakes
				t.Logf("%d waiters were woken %d times", n, wakes)
				require.Less(t, wakes, uint64(20*n))
				for k := range n {
					m.Store(k, 1)
				}
				synctest.Wait()
				require.EqualValues(t, n, done.Load())
			})
		})
	}
}

// TestMapLongTransactionBesidePurges looks for keys which are not there, all the
// while others come and go. It gets through: each time that its entries have
// been reclaimed it asks for twice as long.
func TestMapLongTransactionBesidePurges(t *testing.T) {
	m := mapOf()
	var stop atomic.Bool
	var others sync.WaitGroup
	others.Go(func() {
		for k := 0; !stop.Load(); k++ {
			update(t, func(tx *stm.Tx) { m.Get(tx, k) })
		}
	})
	out := tvar.New(0)
	attempts := 0
	update(t, func(tx *stm.Tx) {
		attempts = tx.Attempt()
		for k := range min(20_000, misses()/5) {
			m.Get(tx, -1-k)
			if k%64 == 0 {
				runtime.Gosched()
			}
		}
		out.Set(tx, 1)
	})
	stop.Store(true)
	others.Wait()
	require.LessOrEqual(t, attempts, 20)
	t.Logf("%d attempts", attempts)
}

// TestMapPurgeInsideIrrevocable: a Map grows and is emptied in a transaction
// that keeps the gate closed; whatever there is to tidy up waits for its end.
func TestMapPurgeInsideIrrevocable(t *testing.T) {
	tvar.PurgeAlways(t)
	m := mapOf()
	update(t, func(tx *stm.Tx) {
		for k := range 1000 {
			m.Set(tx, k, k)
			_ = tx.Nested(func(tx *stm.Tx) error { m.Delete(tx, k); return errBody })
			m.Delete(tx, k)
		}
	}, stm.Irrevocable())
	require.Zero(t, m.Size())
	require.True(t, tvar.Purged(m))
}
