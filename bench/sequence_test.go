package bench

import (
	"container/list"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// A treiber is a stack without a lock. (Treiber, 1986.)
type treiber struct{ top atomic.Pointer[treiberItem] }

type treiberItem struct {
	x     int
	below *treiberItem
}

func (s *treiber) push(x int) {
	n := &treiberItem{x: x}
	for {
		n.below = s.top.Load()
		if s.top.CompareAndSwap(n.below, n) {
			return
		}
	}
}

func (s *treiber) pop() {
	for {
		n := s.top.Load()
		if n == nil || s.top.CompareAndSwap(n, n.below) {
			return
		}
	}
}

// A lockedList is container/list under a mutex.
type lockedList struct {
	mu sync.Mutex
	l  list.List
}

func (l *lockedList) with(f func(l *list.List)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f(&l.l)
}

// BenchmarkStack pushes an item and pops one.
func BenchmarkStack(b *testing.B) {
	runPairings(b, "push", []pairing{
		{"mutex", func() func() {
			var mu sync.Mutex
			var xs []int
			return func() {
				mu.Lock()
				xs = append(xs, 1)
				mu.Unlock()
				mu.Lock()
				xs = xs[:len(xs)-1]
				mu.Unlock()
			}
		}},
		{"treiber", func() func() {
			s := new(treiber)
			return func() { s.push(1); s.pop() }
		}},
		{"weft", func() func() {
			s := new(tvar.Stack[int])
			return func() { s.Put(1); s.Take() }
		}},
		{"weft-tx", func() func() {
			s := new(tvar.Stack[int])
			push, pop := inTx(func(tx *stm.Tx) { s.Push(tx, 1) }), inTx(func(tx *stm.Tx) { s.Pop(tx) })
			return func() { push(); pop() }
		}},
	})
}

// BenchmarkDeque adds an item at one end and takes one there; each goroutine has
// an end, and a hundred items are between them.
func BenchmarkDeque(b *testing.B) {
	const between = 100
	locked := func() []func() {
		l := new(lockedList)
		for i := range between {
			l.l.PushBack(i)
		}
		return []func(){
			func() {
				l.with(func(l *list.List) { l.PushBack(1) })
				l.with(func(l *list.List) { l.Remove(l.Back()) })
			},
			func() {
				l.with(func(l *list.List) { l.PushFront(1) })
				l.with(func(l *list.List) { l.Remove(l.Front()) })
			},
		}
	}
	weft := func() []func() {
		d := new(tvar.Deque[int])
		for i := range between {
			d.PutBack(i)
		}
		return []func(){
			func() { d.PutBack(1); d.TakeBack() },
			func() { d.PutFront(1); d.TakeFront() },
		}
	}
	for _, g := range []int{1, 2} {
		for _, lib := range []string{"mutex", "weft"} {
			b.Run(fmt.Sprintf("g=%d/lib=%s", g, lib), func(b *testing.B) {
				fs := map[string]func() []func(){"mutex": locked, "weft": weft}[lib]()[:g]
				b.ReportAllocs()
				b.ResetTimer()
				share(b, fs)
			})
		}
	}
}

// BenchmarkList puts an item after one and removes it; each goroutine does so
// after an item of its own.
func BenchmarkList(b *testing.B) {
	locked := func(g int) (fs []func()) {
		l := new(lockedList)
		for i := range g {
			mark := l.l.PushBack(i)
			l.l.PushBack(i)
			fs = append(fs, func() {
				var e *list.Element
				l.with(func(l *list.List) { e = l.InsertAfter(1, mark) })
				l.with(func(l *list.List) { l.Remove(e) })
			})
		}
		return fs
	}
	weft := func(g int) (fs []func()) {
		l := new(tvar.List[int])
		for i := range g {
			mark := l.PutBack(i)
			l.PutBack(i)
			fs = append(fs, func() { l.Remove(l.PutAfter(1, mark)) })
		}
		return fs
	}
	for _, g := range []int{1, 2} {
		for _, lib := range []string{"mutex", "weft"} {
			b.Run(fmt.Sprintf("g=%d/lib=%s", g, lib), func(b *testing.B) {
				fs := map[string]func(g int) []func(){"mutex": locked, "weft": weft}[lib](g)
				b.ReportAllocs()
				b.ResetTimer()
				share(b, fs)
			})
		}
	}
}

// BenchmarkBroadcast publishes an item, which every subscriber takes: from one
// goroutine, or from one for the publisher and for each subscriber. Time is for
// an item and all who take it.
func BenchmarkBroadcast(b *testing.B) {
	const room = 128
	channels := func(n int) (publish func(), takes []func()) {
		cs := make([]chan int, n)
		for i := range cs {
			cs[i] = make(chan int, room)
			takes = append(takes, func() { <-cs[i] })
		}
		return func() {
			for _, c := range cs {
				c <- 1
			}
		}, takes
	}
	weft := func(bounded bool) func(n int) (publish func(), takes []func()) {
		return func(n int) (publish func(), takes []func()) {
			cast := new(tvar.Broadcast[int])
			if bounded {
				cast = tvar.NewBroadcast[int](room, tvar.BlockWhenFull)
			}
			for range n {
				sub := cast.Join()
				takes = append(takes, func() { _, _ = sub.Receive(ctx) })
			}
			return func() { _ = cast.Send(ctx, 1) }, takes
		}
	}
	libs := []struct {
		name string
		make func(n int) (publish func(), takes []func())
	}{{"channels", channels}, {"weft", weft(false)}, {"weft-bounded", weft(true)}}
	for _, n := range []int{1, 3, 10} {
		for _, lib := range libs {
			b.Run(fmt.Sprintf("op=turns/subscribers=%d/lib=%s", n, lib.name), func(b *testing.B) {
				publish, takes := lib.make(n)
				b.ReportAllocs()
				for range b.N {
					publish()
					for _, take := range takes {
						take()
					}
				}
			})
			b.Run(fmt.Sprintf("op=transfer/subscribers=%d/lib=%s", n, lib.name), func(b *testing.B) {
				publish, takes := lib.make(n)
				b.ReportAllocs()
				var wg sync.WaitGroup
				for _, f := range append(takes, publish) {
					wg.Go(func() {
						for range b.N {
							f()
						}
					})
				}
				wg.Wait()
			})
		}
	}
}
