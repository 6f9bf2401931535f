package bench

import (
	binary "container/heap"
	"fmt"
	"sync"
	"testing"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// An intHeap is what container/heap works on.
type intHeap []int

func (h intHeap) Len() int           { return len(h) }
func (h intHeap) Less(i, j int) bool { return h[i] < h[j] }
func (h intHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *intHeap) Push(x any)        { *h = append(*h, x.(int)) }
func (h *intHeap) Pop() any {
	s := *h
	x := s[len(s)-1]
	*h = s[:len(s)-1]
	return x
}

// An agenda is a priority queue of some library, of numbers.
type agenda struct {
	push func(x int)
	pop  func()
}

var agendas = []struct {
	lib  string
	make func() agenda
}{
	{"mutex", func() agenda {
		var mu sync.Mutex
		h := new(intHeap)
		return agenda{
			push: func(x int) { mu.Lock(); binary.Push(h, x); mu.Unlock() },
			pop:  func() { mu.Lock(); binary.Pop(h); mu.Unlock() },
		}
	}},
	{"weft", func() agenda {
		q := tvar.NewPriorityQueue[int]()
		return agenda{push: q.Put, pop: func() { q.TryTake() }}
	}},
	{"weft-tx", func() agenda {
		q := tvar.NewPriorityQueue[int]()
		in := func(body func(tx *stm.Tx)) {
			_ = stm.Atomically(ctx, func(tx *stm.Tx) error { body(tx); return nil })
		}
		return agenda{
			push: func(x int) { in(func(tx *stm.Tx) { q.Push(tx, x) }) },
			pop:  func() { in(func(tx *stm.Tx) { q.TryPop(tx) }) },
		}
	}},
}

// BenchmarkPriority has queues of some four thousand numbers. hold pops the
// least and pushes another one ahead of it, as a simulation does with its events;
// push only pushes.
func BenchmarkPriority(b *testing.B) {
	const n = 1 << 12
	for _, op := range []string{"hold", "push"} {
		for _, g := range []int{1, 2} {
			for _, a := range agendas {
				b.Run(fmt.Sprintf("op=%s/g=%d/lib=%s", op, g, a.lib), func(b *testing.B) {
					q := a.make()
					fs := make([]func(), g)
					for i := range fs {
						x := &new([64]uint32)[32] // on a line that no other goroutine has
						*x = uint32(i+1) * 0x9e3779b9
						base := 0
						random := func() int {
							*x = *x*1664525 + 1013904223
							base++
							return int(*x>>12) + base*200
						}
						for range n / g {
							q.push(random())
						}
						fs[i] = func() { q.pop(); q.push(random()) }
						if op == "push" {
							fs[i] = func() { q.push(random()) }
						}
					}
					b.ReportAllocs()
					b.ResetTimer()
					share(b, fs)
				})
			}
		}
	}
}
