package tvar_test

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/invariants"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// TestPriorityQueueConflicts, and their absence, as the documentation has them.
// Which heap a goroutine falls upon is changed from round to round.
func TestPriorityQueueConflicts(t *testing.T) {
	if atomics.Exploring {
		t.Skip("the explorer's goroutines share a heap")
	}
	type body = func(q *intQueue, tx *stm.Tx)
	push := func(x int) body { return func(q *intQueue, tx *stm.Tx) { q.Push(tx, x) } }
	pop := func(q *intQueue, tx *stm.Tx) { q.TryPop(tx) }
	peek := func(q *intQueue, tx *stm.Tx) { q.Peek(tx) }
	size := func(q *intQueue, tx *stm.Tx) { q.Len(tx) }
	put := func(x int) func(q *intQueue) { return func(q *intQueue) { q.Put(x) } }
	take := func(q *intQueue) { q.TryTake() }
	for _, c := range []struct {
		name    string
		body    body
		happens func(q *intQueue)
		always  bool // a conflict always happens, or rarely
	}{
		{"pushes", push(5), put(6), false},
		{"pop and a push behind", pop, put(50), false},
		{"Peek and a push behind", peek, put(50), false},
		{"pop and a push before all", pop, put(-1), true},
		{"Peek and a push before all", peek, put(-1), true},
		{"pops", pop, take, true},
		{"Len and a push", size, put(50), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			conflicts := 0
			for range 40 {
				q := tvar.NewPriorityQueue[int]()
				for range 16 { // so that each heap has something
					tvar.MoveHome()
					for x := range 5 {
						q.Put(x * 10)
					}
				}
				conflicts += attemptsBeside(t, func(tx *stm.Tx) { c.body(q, tx) }, func() {
					tvar.MoveHome()
					c.happens(q)
				}) - 1
			}
			if c.always {
				require.Equal(t, 40, conflicts)
			} else {
				require.Less(t, conflicts, 30)
			}
		})
	}
}

// TestPriorityQueueWait: who finds it empty sleeps until something is pushed,
// or its context ends.
func TestPriorityQueueWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := tvar.NewPriorityQueue[int]()
		var mu sync.Mutex
		var got []int
		for range 3 {
			go func() {
				x, err := q.Take(t.Context())
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Error(err)
				}
				got = append(got, x)
			}()
		}
		synctest.Wait()
		require.Empty(t, got)
		update(t, func(tx *stm.Tx) { q.Push(tx, 3); q.Push(tx, 1) })
		synctest.Wait()
		require.ElementsMatch(t, []int{1, 3}, got)
		q.Put(2)
		synctest.Wait()
		require.ElementsMatch(t, []int{1, 2, 3}, got)

		ended, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := q.Take(ended)
		require.ErrorIs(t, err, context.Canceled)
		_, ok := q.TryTake()
		require.False(t, ok)
	})
}

// TestPriorityQueueLosesNothing between many who push and many who pop, of whom
// nobody gets an element while the queue has a smaller one that it was there
// before.
func TestPriorityQueueLosesNothing(t *testing.T) {
	const producers, each = 3, 300
	q := tvar.NewPriorityQueue[int]()
	var wg sync.WaitGroup
	var taken [producers * each]atomic.Int32
	for p := range producers {
		wg.Go(func() {
			for i := range each {
				update(t, func(tx *stm.Tx) {
					q.Push(tx, i*producers+p)
				})
			}
		})
		wg.Go(func() {
			for range each {
				var x int
				update(t, func(tx *stm.Tx) {
					least, _ := q.Peek(tx)
					x = q.Pop(tx)
					if x != least {
						t.Error(x, "popped, but the least was", least)
					}
				})
				taken[x].Add(1)
			}
		})
	}
	wg.Wait()
	for x := range taken {
		require.EqualValues(t, 1, taken[x].Load(), x)
	}
	require.Zero(t, q.Size())
}

// TestPriorityQueueLoop: a loop over all sees what was there when it began.
func TestPriorityQueueLoop(t *testing.T) {
	q := tvar.NewPriorityQueue[int]()
	for _, x := range []int{5, 3, 9, 3} {
		q.Put(x)
	}
	update(t, func(tx *stm.Tx) {
		var seen []int
		for x := range q.All(tx) {
			seen = append(seen, x)
			q.TryPop(tx)
			q.Push(tx, x+100)
		}
		require.Equal(t, []int{3, 3, 5, 9}, seen)
	})
	require.Equal(t, "[103 103 105 109]", q.String())
}

func TestPriorityQueueOrders(t *testing.T) {
	q := tvar.NewPriorityQueueFunc(func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	for _, s := range []string{"a", "ccc", "bb"} {
		q.Put(s)
	}
	require.Equal(t, []string{"ccc", "bb", "a"}, q.Snapshot())

	floats := tvar.NewPriorityQueue[float64]()
	for _, x := range []float64{1, math.NaN(), math.Inf(-1)} {
		floats.Put(x)
	}
	x, ok := floats.TryTake()
	require.True(t, ok && math.IsNaN(x), "a NaN comes before all numbers")
	require.Equal(t, []float64{math.Inf(-1), 1}, floats.Snapshot())

	// A comparison that contradicts itself gives an order of its own, and loses
	// nothing.
	rng := rand.New(rand.NewPCG(1, 2))
	none := tvar.NewPriorityQueueFunc(func(a, b int) int { return rng.IntN(3) - 1 })
	var got []int
	for i := range 100 {
		none.Put(i)
		if i%3 == 0 {
			x, _ := none.TryTake()
			got = append(got, x)
		}
	}
	got = append(got, none.Snapshot()...)
	slices.Sort(got)
	require.Equal(t, upTo(100, 1), got)
}

func TestPriorityQueueBadUse(t *testing.T) {
	for name, q := range map[string]*intQueue{"nil": nil, "not made": {}} {
		for op, f := range map[string]func(){
			"Put":      func() { q.Put(1) },
			"Take":     func() { _, _ = q.Take(ctx) },
			"TryTake":  func() { q.TryTake() },
			"First":    func() { q.First() },
			"Size":     func() { q.Size() },
			"Push":     func() { update(t, func(tx *stm.Tx) { q.Push(tx, 1) }) },
			"Clear":    func() { update(t, func(tx *stm.Tx) { q.Clear(tx) }) },
			"Snapshot": func() { q.Snapshot() },
		} {
			t.Run(name+"/"+op, func(t *testing.T) { panicsWith(t, "PriorityQueue without an order: make it with", f) })
		}
	}
	require.Equal(t, "<nil PriorityQueue>", (*intQueue)(nil).String())
	panicsWith(t, "nil comparison", func() { tvar.NewPriorityQueueFunc[int](nil) })

	q := tvar.NewPriorityQueue[int]()
	q.Put(1)
	var nilContext context.Context
	panicsWith(t, "nil context", func() { _, _ = q.Take(nilContext) })
	panicsWith(t, "write in a View", func() {
		_, _ = stm.View(ctx, func(tx *stm.Tx) (int, error) { q.Push(tx, 2); return 0, nil })
	})
	var kept *stm.Tx
	update(t, func(tx *stm.Tx) { kept = tx })
	all := q.All(kept)
	for name, f := range map[string]func(){
		"Push": func() { q.Push(kept, 1) },
		"Pop":  func() { q.TryPop(kept) },
		"Peek": func() { q.Peek(kept) },
		"Len":  func() { q.Len(kept) },
		"All":  func() { _ = slices.Collect(all) },
	} {
		t.Run(name, func(t *testing.T) { panicsWith(t, "transaction used after its body returned", f) })
	}
}

func TestPriorityQueueMemory(t *testing.T) {
	q := tvar.NewPriorityQueueFunc(func(a, b *[100]int) int { return cmp.Compare(a[0], b[0]) })
	x := new([100]int)
	w := weak.Make(x)
	q.Put(x)
	q.Put(&[100]int{1})
	_, ok := q.TryTake()
	require.True(t, ok)
	x = nil
	runtime.GC()
	runtime.GC() // the descriptors' pool keeps one round
	require.Nil(t, w.Value())
	runtime.KeepAlive(q)

	if invariants.Enabled || invariants.GoroutineAllocates || atomics.Exploring {
		t.Skip("the allocations of a normal build are counted")
	}
	ints := tvar.NewPriorityQueue[int]()
	for i := range 1000 {
		ints.Put(i * 7919 % 1000)
	}
	require.Zero(t, testing.AllocsPerRun(100, func() { ints.First() }))
	require.Zero(t, testing.AllocsPerRun(100, func() {
		update(t, func(tx *stm.Tx) { ints.Peek(tx); ints.Len(tx) })
	}))
	push := testing.AllocsPerRun(1000, func() { ints.Put(rand.IntN(1000)) })
	pop := testing.AllocsPerRun(1000, func() { ints.TryTake() })
	t.Logf("%v nodes a push, %v a pop", push, pop)
	require.Less(t, push, 12.0)
	require.Less(t, pop, 22.0)
}

func ExamplePriorityQueue() {
	type job struct {
		urgency int
		name    string
	}
	jobs := tvar.NewPriorityQueueFunc(func(a, b job) int { return cmp.Compare(b.urgency, a.urgency) })
	jobs.Put(job{1, "tidy up"})
	jobs.Put(job{7, "put out the fire"})
	done := tvar.New(0)
	_ = stm.Atomically(context.Background(), func(tx *stm.Tx) error {
		fmt.Println(jobs.Pop(tx).name) // waits if there is nothing to do
		done.Set(tx, done.Get(tx)+1)
		return nil
	})
	fmt.Println(jobs.Size(), "left")
	// Output:
	// put out the fire
	// 1 left
}
