package bench

import (
	"fmt"
	"sync"
	"testing"

	peer "github.com/anacrolix/stm"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// A pipe is a queue of ints; both functions wait.
type pipe struct {
	put  func(x int)
	take func() int
}

// A lockedRing is what one writes by hand: a ring under a mutex, with a
// condition for either side.
type lockedRing struct {
	mu          sync.Mutex
	items, room sync.Cond
	ring        []int
	head, n     int
}

func newLockedRing(capacity int) *lockedRing {
	r := &lockedRing{ring: make([]int, capacity)}
	r.items.L, r.room.L = &r.mu, &r.mu
	return r
}

func (r *lockedRing) put(x int) {
	r.mu.Lock()
	for r.n == len(r.ring) {
		r.room.Wait()
	}
	r.ring[(r.head+r.n)%len(r.ring)] = x
	r.n++
	r.mu.Unlock()
	r.items.Signal()
}

func (r *lockedRing) take() int {
	r.mu.Lock()
	for r.n == 0 {
		r.items.Wait()
	}
	x := r.ring[r.head]
	r.head = (r.head + 1) % len(r.ring)
	r.n--
	r.mu.Unlock()
	r.room.Signal()
	return x
}

// pipes makes queues with room for so many items, where there is a bound.
var pipes = []struct {
	lib  string
	make func(capacity int) pipe
}{
	{"channel", func(capacity int) pipe {
		c := make(chan int, capacity)
		return pipe{func(x int) { c <- x }, func() int { return <-c }}
	}},
	{"ring", func(capacity int) pipe {
		r := newLockedRing(capacity)
		return pipe{r.put, r.take}
	}},
	{"weft", func(capacity int) pipe {
		q := tvar.NewBoundedQueue[int](capacity)
		return pipe{
			func(x int) { _ = q.Put(ctx, x) },
			func() int { x, _ := q.Take(ctx); return x },
		}
	}},
	{"weft-tx", func(capacity int) pipe {
		q := tvar.NewBoundedQueue[int](capacity)
		return pipe{
			func(x int) { _ = stm.Atomically(ctx, func(tx *stm.Tx) error { return q.Push(tx, x) }) },
			func() int { x, _ := stm.Do(ctx, q.Pop); return x },
		}
	}},
	{"weft-unbounded", func(int) pipe {
		q := new(tvar.Queue[int])
		return pipe{
			func(x int) { _ = q.Put(x) },
			func() int { x, _ := q.Take(ctx); return x },
		}
	}},
	{"weft-unbounded-tx", func(int) pipe {
		q := new(tvar.Queue[int])
		return pipe{
			func(x int) { _ = stm.Atomically(ctx, func(tx *stm.Tx) error { return q.Push(tx, x) }) },
			func() int { x, _ := stm.Do(ctx, q.Pop); return x },
		}
	}},
	{"anacrolix", func(capacity int) pipe {
		q := peer.NewVar([]int(nil))
		return pipe{
			func(x int) {
				peer.Atomically(peer.VoidOperation(func(tx *peer.Tx) {
					xs := q.Get(tx)
					tx.Assert(len(xs) < capacity)
					q.Set(tx, append(xs[:len(xs):len(xs)], x))
				}))
			},
			func() int {
				return peer.Atomically(func(tx *peer.Tx) int {
					xs := q.Get(tx)
					tx.Assert(len(xs) > 0)
					q.Set(tx, xs[1:])
					return xs[0]
				})
			},
		}
	}},
}

// BenchmarkQueue passes items through a queue with room for 128: one goroutine
// that puts and takes in turn, or producers and consumers. A hand-over is there
// and back between two goroutines, of which one always waits. Time is for an
// item.
func BenchmarkQueue(b *testing.B) {
	const capacity = 128
	for _, p := range pipes {
		b.Run("op=turns/g=1/lib="+p.lib, func(b *testing.B) {
			q := p.make(capacity)
			b.ReportAllocs()
			for i := range b.N {
				q.put(i)
				q.take()
			}
		})
	}
	for _, g := range []int{1, 4} {
		for _, p := range pipes {
			b.Run(fmt.Sprintf("op=transfer/g=%d/lib=%s", 2*g, p.lib), func(b *testing.B) {
				q := p.make(capacity)
				b.ReportAllocs()
				var fs []func()
				for range g {
					fs = append(fs, func() { q.put(1) }, func() { q.take() })
				}
				b.N *= 2 // a put and a take for each item
				share(b, fs)
				b.N /= 2
			})
		}
	}
	for _, p := range pipes {
		b.Run("op=handover/g=2/lib="+p.lib, func(b *testing.B) {
			there, back := p.make(1), p.make(1)
			b.ReportAllocs()
			share(b, []func(){
				func() { there.put(1); back.take() },
				func() { back.put(there.take()) },
			})
		})
	}
}
