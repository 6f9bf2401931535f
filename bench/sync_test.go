package bench

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"golang.org/x/sync/semaphore"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// A pairing is an operation and the one that undoes it, of one object.
type pairing struct {
	lib  string
	make func() (f func())
}

// runPairings runs them from one goroutine and from two.
func runPairings(b *testing.B, op string, pairings []pairing) {
	for _, g := range []int{1, 2} {
		for _, p := range pairings {
			b.Run(fmt.Sprintf("op=%s/g=%d/lib=%s", op, g, p.lib), func(b *testing.B) {
				f := p.make()
				fs := make([]func(), g)
				for i := range fs {
					fs[i] = f
				}
				b.ReportAllocs()
				b.ResetTimer()
				share(b, fs)
			})
		}
	}
}

func inTx(body func(tx *stm.Tx)) func() {
	f := func(tx *stm.Tx) error { body(tx); return nil }
	return func() { _ = stm.Atomically(ctx, f) }
}

// BenchmarkSemaphore acquires and releases: permits that are always there, and
// the only one that is wanted by all.
func BenchmarkSemaphore(b *testing.B) {
	for _, n := range []int{1000, 1} {
		runPairings(b, fmt.Sprint("of", n), []pairing{
			{"channel", func() func() {
				c := make(chan struct{}, n)
				return func() { c <- struct{}{}; <-c }
			}},
			{"x-sync", func() func() {
				s := semaphore.NewWeighted(int64(n))
				return func() { _ = s.Acquire(ctx, 1); s.Release(1) }
			}},
			{"weft", func() func() {
				s := tvar.NewSemaphore(n)
				return func() { _ = s.Enter(ctx, 1); s.Leave(1) }
			}},
			{"weft-tx", func() func() {
				s := tvar.NewSemaphore(n)
				enter, leave := inTx(func(tx *stm.Tx) { s.Acquire(tx, 1) }), inTx(func(tx *stm.Tx) { s.Release(tx, 1) })
				return func() { enter(); leave() }
			}},
		})
	}
}

// BenchmarkSemaphoreQueue hands one permit around among goroutines that queue
// for it, since its holder yields: each operation is a wake of the next.
func BenchmarkSemaphoreQueue(b *testing.B) {
	const waiters = 100
	for _, s := range []struct {
		lib  string
		make func() (enter, leave func())
	}{
		{"x-sync", func() (enter, leave func()) {
			s := semaphore.NewWeighted(1)
			return func() { _ = s.Acquire(ctx, 1) }, func() { s.Release(1) }
		}},
		{"weft", func() (enter, leave func()) {
			s := tvar.NewSemaphore(1)
			return func() { _ = s.Enter(ctx, 1) }, func() { s.Leave(1) }
		}},
		{"weft-tx", func() (enter, leave func()) {
			s := tvar.NewSemaphore(1)
			return inTx(func(tx *stm.Tx) { s.Acquire(tx, 1) }), inTx(func(tx *stm.Tx) { s.Release(tx, 1) })
		}},
	} {
		b.Run(fmt.Sprintf("waiters=%d/lib=%s", waiters, s.lib), func(b *testing.B) {
			enter, leave := s.make()
			b.ReportAllocs()
			var wg sync.WaitGroup
			for i := range waiters {
				wg.Go(func() {
					for range b.N/waiters + map[bool]int{true: 1}[i < b.N%waiters] {
						enter()
						runtime.Gosched()
						leave()
					}
				})
			}
			wg.Wait()
		})
	}
}

// BenchmarkRWLock locks and unlocks, for reading and for writing.
func BenchmarkRWLock(b *testing.B) {
	runPairings(b, "read", []pairing{
		{"sync", func() func() {
			l, n := new(sync.RWMutex), 0
			return func() { l.RLock(); _ = n; l.RUnlock() }
		}},
		{"weft", func() func() {
			l := new(tvar.RWLock)
			return func() { _ = l.RLock(ctx); l.RUnlock() }
		}},
		{"weft-tx", func() func() {
			l := new(tvar.RWLock)
			lock, unlock := inTx(l.AcquireShared), inTx(l.ReleaseShared)
			return func() { lock(); unlock() }
		}},
	})
	runPairings(b, "write", []pairing{
		{"sync", func() func() {
			l, n := new(sync.RWMutex), 0
			return func() { l.Lock(); _ = n; l.Unlock() }
		}},
		{"weft", func() func() {
			l := new(tvar.RWLock)
			return func() { _ = l.Lock(ctx); l.Unlock() }
		}},
		{"weft-tx", func() func() {
			l := new(tvar.RWLock)
			lock, unlock := inTx(l.Acquire), inTx(l.Release)
			return func() { lock(); unlock() }
		}},
	})
}

// BenchmarkWaitGroup counts up and down above zero.
func BenchmarkWaitGroup(b *testing.B) {
	runPairings(b, "add", []pairing{
		{"sync", func() func() {
			w := new(sync.WaitGroup)
			w.Add(1)
			return func() { w.Add(1); w.Done() }
		}},
		{"weft", func() func() {
			w := new(tvar.WaitGroup)
			w.Increase(1)
			return func() { w.Increase(1); w.Finish() }
		}},
		{"weft-tx", func() func() {
			w := new(tvar.WaitGroup)
			w.Increase(1)
			add, done := inTx(func(tx *stm.Tx) { w.Add(tx, 1) }), inTx(w.Done)
			return func() { add(); done() }
		}},
	})
}

// BenchmarkBox fills and empties.
func BenchmarkBox(b *testing.B) {
	runPairings(b, "fill", []pairing{
		{"channel", func() func() {
			c := make(chan int, 1)
			return func() { c <- 1; <-c }
		}},
		{"weft", func() func() {
			x := tvar.NewBox[int]()
			return func() { _ = x.Put(ctx, 1); _, _ = x.Take(ctx) }
		}},
		{"weft-tx", func() func() {
			x := tvar.NewBox[int]()
			put, take := inTx(func(tx *stm.Tx) { x.Push(tx, 1) }), inTx(func(tx *stm.Tx) { x.Pop(tx) })
			return func() { put(); take() }
		}},
	})
}

// BenchmarkHandOver passes values from one goroutine to another, through a box
// and through a channel of one place.
func BenchmarkHandOver(b *testing.B) {
	b.Run("lib=channel", func(b *testing.B) {
		c := make(chan int, 1)
		handOver(b, func(i int) { c <- i }, func() int { return <-c })
	})
	b.Run("lib=weft", func(b *testing.B) {
		x := tvar.NewBox[int]()
		handOver(b, func(i int) { _ = x.Put(ctx, i) }, func() int { i, _ := x.Take(ctx); return i })
	})
}

func handOver(b *testing.B, put func(i int), take func() int) {
	b.ReportAllocs()
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range b.N {
			put(i)
		}
	})
	for i := range b.N {
		if got := take(); got != i {
			b.Errorf("got %d instead of %d", got, i)
			break
		}
	}
	wg.Wait()
}

// BenchmarkPromise makes one, settles it, and awaits the result.
func BenchmarkPromise(b *testing.B) {
	b.Run("lib=channel", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var x int
			c := make(chan struct{})
			x = 1
			close(c)
			<-c
			sink[0] = uint64(x)
		}
	})
	b.Run("lib=weft", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			p := new(tvar.Promise[int])
			p.Settle(1, nil)
			x, _ := p.Await(ctx)
			sink[0] = uint64(x)
		}
	})
}

// BenchmarkBarrier is two goroutines that meet, again and again.
func BenchmarkBarrier(b *testing.B) {
	meeting := func(meet func()) func(b *testing.B) {
		return func(b *testing.B) {
			b.ReportAllocs()
			var wg sync.WaitGroup
			for range 2 {
				wg.Go(func() {
					for range b.N {
						meet()
					}
				})
			}
			wg.Wait()
		}
	}
	var cond condBarrier
	cond.c.L = &cond.mu
	b.Run("lib=cond", meeting(cond.meet))
	barrier := tvar.NewBarrier(2)
	b.Run("lib=weft", meeting(func() { _, _ = barrier.Meet(context.Background()) }))
}

// A condBarrier is what one writes by hand.
type condBarrier struct {
	mu    sync.Mutex
	c     sync.Cond
	here  int
	phase int
}

func (b *condBarrier) meet() {
	b.mu.Lock()
	defer b.mu.Unlock()
	phase := b.phase
	if b.here++; b.here == 2 {
		b.here = 0
		b.phase++
		b.c.Broadcast()
		return
	}
	for b.phase == phase {
		b.c.Wait()
	}
}
