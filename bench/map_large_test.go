package bench

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	peer "github.com/anacrolix/stm"
	"github.com/anacrolix/stm/stmutil"
	"github.com/puzpuzpuz/xsync/v4"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// A store is a map of some library from numbers to numbers for benchmarks of
// all of it: each calls f with every key.
type store struct {
	lib  string
	make func() (set func(k, x int), each func(f func(k, x int)), m any)
}

var stores = []store{
	{"mutex", func() (func(k, x int), func(f func(k, x int)), any) {
		var mu sync.Mutex
		m := map[int]int{}
		return func(k, x int) { mu.Lock(); m[k] = x; mu.Unlock() },
			func(f func(k, x int)) {
				mu.Lock()
				defer mu.Unlock()
				for k, x := range m {
					f(k, x)
				}
			}, m
	}},
	{"sync.Map", func() (func(k, x int), func(f func(k, x int)), any) {
		m := new(sync.Map)
		return func(k, x int) { m.Store(k, x) },
			func(f func(k, x int)) { m.Range(func(k, x any) bool { f(k.(int), x.(int)); return true }) }, m
	}},
	{"xsync", func() (func(k, x int), func(f func(k, x int)), any) {
		m := xsync.NewMap[int, int]()
		return m.Store, func(f func(k, x int)) { m.Range(func(k, x int) bool { f(k, x); return true }) }, m
	}},
	{"weft", func() (func(k, x int), func(f func(k, x int)), any) {
		m := new(tvar.Map[int, int])
		return m.Store, func(f func(k, x int)) {
			_, _ = stm.View(ctx, func(tx *stm.Tx) (int, error) {
				for k, x := range m.All(tx) {
					f(k, x)
				}
				return 0, nil
			})
		}, m
	}},
	{"anacrolix", func() (func(k, x int), func(f func(k, x int)), any) {
		v := peer.NewVar(stmutil.NewMap[any, int]())
		return func(k, x int) {
				peer.Atomically(peer.VoidOperation(func(tx *peer.Tx) { v.Set(tx, v.Get(tx).Set(k, x)) }))
			},
			func(f func(k, x int)) {
				peer.AtomicGet(v).Range(func(k any, x int) bool { f(k.(int), x); return true })
			}, v
	}},
}

// BenchmarkMapHeap fills a map with a million entries of a number each, and
// reports the heap that it takes and the time for an insertion.
func BenchmarkMapHeap(b *testing.B) {
	const n = 1_000_000
	for _, s := range stores {
		b.Run("lib="+s.lib, func(b *testing.B) {
			for range b.N {
				before := heap()
				set, _, m := s.make()
				b.ResetTimer()
				for k := range n {
					set(k*7919, k)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/n, "ns/entry")
				b.StopTimer()
				b.ReportMetric(float64(heap()-before)/n, "B/entry")
				keepAlive(m)
			}
		})
	}
}

//go:noinline
func keepAlive(any) {}

// BenchmarkMapIterate goes over a hundred thousand keys, alone or beside a
// goroutine that writes them as fast as it can. The mutex is held all the time;
// sync.Map and xsync give no instant, Weft and the peer do. aborts are the
// transactions that had to start over, of all.
func BenchmarkMapIterate(b *testing.B) {
	const n = 100_000
	for _, writers := range []int{0, 1} {
		for _, s := range stores {
			b.Run(fmt.Sprintf("writers=%d/lib=%s", writers, s.lib), func(b *testing.B) {
				set, each, _ := s.make()
				for k := range n {
					set(k, k)
				}
				before := stm.ReadStats()
				stop := startWriters(writers, n, set)
				b.ResetTimer()
				for range b.N {
					sum := 0
					each(func(_, x int) { sum += x })
					sink[0] = uint64(sum)
				}
				elapsed := b.Elapsed()
				writes := stop()
				b.ReportMetric(float64(elapsed.Nanoseconds())/float64(b.N*n), "ns/key")
				b.ReportMetric(float64(writes)/float64(elapsed.Milliseconds()+1), "writes/ms")
				b.ReportMetric(float64(stm.ReadStats().Sub(before).Conflicts), "aborts")
			})
		}
	}
}

// startWriters starts goroutines that write random keys, until stop is called.
func startWriters(goroutines, keys int, set func(k, x int)) (stop func() (writes int64)) {
	var stopped atomic.Bool
	var writes atomic.Int64
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			n := 0
			for x := uint32(g); !stopped.Load(); n++ {
				x = x*1664525 + 1013904223
				set(int(x>>8)%keys, n)
			}
			writes.Add(int64(n))
		})
	}
	return func() int64 {
		stopped.Store(true)
		wg.Wait()
		return writes.Load()
	}
}

// BenchmarkMapMisses looks for a key that is not there and that nobody has asked
// for before, in an update transaction. The heap afterwards is that of the keys
// that are there, if absent ones are reclaimed.
func BenchmarkMapMisses(b *testing.B) {
	m := new(tvar.Map[int, int])
	before := heap()
	b.ReportAllocs()
	b.ResetTimer()
	for k := range b.N {
		_ = stm.Atomically(ctx, func(tx *stm.Tx) error { m.Get(tx, k); return nil })
	}
	b.StopTimer()
	b.ReportMetric(float64(heap()-before)/1024, "kB-kept")
	keepAlive(m)
}
