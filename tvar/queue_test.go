package tvar_test

import (
	"context"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// mustPop is Pop of a queue that has an item.
func mustPop[T any](tx *stm.Tx, q queue[T]) T {
	x, err := q.Pop(tx)
	if err != nil {
		panic(err)
	}
	return x
}

func mustPush[T any](tx *stm.Tx, q queue[T], x T) {
	if err := q.Push(tx, x); err != nil {
		panic(err)
	}
}

// TestQueueConflicts, and their absence, as the documentation has them.
func TestQueueConflicts(t *testing.T) {
	type q = queue[int]
	push := func(q q, tx *stm.Tx) { mustPush(tx, q, 9) }
	pop := func(q q, tx *stm.Tx) { mustPop(tx, q) }
	for _, c := range []struct {
		name     string
		items    int // before; the capacity is 4
		body     func(q q, tx *stm.Tx)
		happens  func(q q)
		attempts int
	}{
		{"push and pop", 2, push, func(q q) { _, _ = q.TryTake() }, 1},
		{"pop and push", 2, pop, func(q q) { _ = q.TryPut(5) }, 1},
		{"pop of the last and push", 1, pop, func(q q) { _ = q.TryPut(5) }, 1},
		{"push into the last slot and pop", 3, push, func(q q) { _, _ = q.TryTake() }, 1},
		{"peek and push", 1, func(q q, tx *stm.Tx) { _, _ = q.Peek(tx) }, func(q q) { _ = q.TryPut(5) }, 1},
		{"a loop broken off and push", 2, func(q q, tx *stm.Tx) {
			for range q.All(tx) {
				break
			}
		}, func(q q) { _ = q.TryPut(5) }, 1},
		{"push and unget", 2, push, func(q q) { _ = q.Return(5) }, 1},
		{"push and push", 2, push, func(q q) { _ = q.TryPut(5) }, 2},
		{"pop and pop", 2, pop, func(q q) { _, _ = q.TryTake() }, 2},
		{"pop and unget", 2, pop, func(q q) { _ = q.Return(5) }, 2},
		{"pop of nothing and push", 0, func(q q, tx *stm.Tx) { _, _ = q.TryPop(tx) }, func(q q) { _ = q.TryPut(5) }, 2},
		{"pop of nothing and unget", 0, func(q q, tx *stm.Tx) { _, _ = q.TryPop(tx) }, func(q q) { _ = q.Return(5) }, 2},
		{"peek and pop", 2, func(q q, tx *stm.Tx) { _, _ = q.Peek(tx) }, func(q q) { _, _ = q.TryTake() }, 2},
		{"length and push", 2, func(q q, tx *stm.Tx) { q.Len(tx) }, func(q q) { _ = q.TryPut(5) }, 2},
		{"length and pop", 2, func(q q, tx *stm.Tx) { q.Len(tx) }, func(q q) { _, _ = q.TryTake() }, 2},
		{"a whole loop and push", 2, func(q q, tx *stm.Tx) { _ = slices.Collect(q.All(tx)) }, func(q q) { _ = q.TryPut(5) }, 2},
		{"push and close", 2, func(q q, tx *stm.Tx) { _ = q.Push(tx, 9) }, func(q q) { q.Shut() }, 2},
		{"pop and close", 2, pop, func(q q) { q.Shut() }, 1},
		{"open and close", 2, func(q q, tx *stm.Tx) { q.IsClosed(tx) }, func(q q) { q.Shut() }, 2},
		{"drain and push", 2, func(q q, tx *stm.Tx) { q.Drain(tx) }, func(q q) { _ = q.TryPut(5) }, 2},
	} {
		for _, capacity := range []int{0, 4} {
			t.Run(c.name+", capacity "+strconv.Itoa(capacity), func(t *testing.T) {
				q := newQueue[int](capacity)
				for i := range c.items {
					require.NoError(t, q.TryPut(i))
				}
				require.Equal(t, c.attempts, attemptsBeside(t, func(tx *stm.Tx) { c.body(q, tx) }, func() { c.happens(q) }))
			})
		}
	}
}

// TestQueuePairsAreSeenTogether: who pops from two queues never sees that they
// have come apart.
func TestQueuePairsAreSeenTogether(t *testing.T) {
	eachQueue(t, func(t *testing.T, capacity int) {
		a, b := newQueue[int](capacity), newQueue[int](capacity)
		const n = 150
		var wg sync.WaitGroup
		for g := range 2 {
			wg.Go(func() {
				for i := range n {
					update(t, func(tx *stm.Tx) { mustPush(tx, a, g*n+i); mustPush(tx, b, g*n+i) })
				}
			})
		}
		var got [2][]int
		for g := range 2 {
			wg.Go(func() {
				for range n {
					update(t, func(tx *stm.Tx) {
						x, y := mustPop(tx, a), mustPop(tx, b)
						require.Equal(t, x, y)
						tx.OnCommit(func() { got[g] = append(got[g], x) })
					})
				}
			})
		}
		wg.Wait()
		next := [2][2]int{}
		for g := range got {
			for _, x := range got[g] {
				from := &next[g][x/n]
				require.LessOrEqual(t, *from, x%n, "the items of a producer in their order")
				*from = x % n
			}
		}
		require.ElementsMatch(t, numbers(2*n), append(got[0], got[1]...))
		require.Zero(t, a.Size()+b.Size())
	})
}

func numbers(n int) (all []int) {
	for i := range n {
		all = append(all, i)
	}
	return all
}

// TestQueueUnderContention: one-shot forms and transactions, on the same queue.
func TestQueueUnderContention(t *testing.T) {
	eachQueue(t, func(t *testing.T, capacity int) {
		q := newQueue[int](capacity)
		const n = 200
		var producers, consumers sync.WaitGroup
		var got [3][]int
		for g := range 3 {
			producers.Go(func() {
				for i := range n {
					if i%3 == 0 {
						update(t, func(tx *stm.Tx) { mustPush(tx, q, g*n+i) })
					} else {
						require.NoError(t, put(ctx, q, g*n+i))
					}
				}
			})
			consumers.Go(func() {
				for i := 0; ; i++ {
					var x int
					var err error
					if i%3 == 0 {
						x, err = stm.Do(ctx, q.Pop)
					} else {
						x, err = q.Take(ctx)
					}
					if err != nil {
						require.Equal(t, tvar.ErrClosed, err)
						return
					}
					got[g] = append(got[g], x)
				}
			})
		}
		producers.Wait()
		q.Shut()
		consumers.Wait()
		require.ElementsMatch(t, numbers(3*n), slices.Concat(got[:]...))
	})
}

// TestQueueViewIsOfItsInstant: a View sees neither what was pushed after it
// began nor misses what was popped.
func TestQueueViewIsOfItsInstant(t *testing.T) {
	for _, capacity := range []int{0, 4} {
		q := newQueue[int](capacity)
		for i := range 3 {
			require.NoError(t, q.TryPut(i))
		}
		got, err := stm.View(ctx, func(tx *stm.Tx) ([]int, error) {
			elsewhere(func() {
				_, _ = q.TryTake()
				_ = q.TryPut(3)
				_ = q.TryPut(4)
				_, _ = q.TryTake()
				q.Shut()
			})
			require.Equal(t, 3, q.Len(tx))
			require.False(t, q.IsClosed(tx))
			same2(t, 0, nil)(q.Peek(tx))
			return slices.Collect(q.All(tx)), nil
		})
		require.NoError(t, err)
		require.Equal(t, []int{0, 1, 2}, got)
		require.Equal(t, "[2 3 4]", q.String())
	}
}

// TestQueueLoopMayChangeIt as each documentation says.
func TestQueueLoopMayChangeIt(t *testing.T) {
	var q tvar.Queue[int]
	b := tvar.NewBoundedQueue[int](6)
	for i := range 4 {
		require.NoError(t, q.Put(i))
		require.NoError(t, b.TryPut(i))
	}
	update(t, func(tx *stm.Tx) {
		var got []int
		for x := range q.All(tx) {
			got = append(got, x)
			mustPush(tx, queue[int](&q), 10*x)
			mustPop(tx, queue[int](&q))
			require.NoError(t, q.Unget(tx, -1))
		}
		require.Equal(t, []int{0, 1, 2, 3}, got)
		require.Equal(t, 8, q.Len(tx))

		got = nil
		for x := range b.All(tx) {
			got = append(got, x)
			_ = b.TryPush(tx, 10+x)
		}
		require.Equal(t, []int{0, 1, 2, 3, 10, 11}, got)
		got = nil
		for x := range b.All(tx) {
			got = append(got, x)
			if x < 2 {
				mustPop(tx, queue[int](b))
				mustPop(tx, queue[int](b))
			}
		}
		require.Equal(t, []int{0}, got)
	})
}

func TestQueueBadUse(t *testing.T) {
	for _, n := range []int{0, -1} {
		panicsWith(t, "tvar: capacity "+strconv.Itoa(n)+" given to NewBoundedQueue", func() { tvar.NewBoundedQueue[int](n) })
	}
	var kept *stm.Tx
	update(t, func(tx *stm.Tx) { kept = tx })
	for _, q := range []queue[int]{(*tvar.Queue[int])(nil), (*tvar.BoundedQueue[int])(nil), new(tvar.BoundedQueue[int])} {
		text := "make it with tvar.NewBoundedQueue"
		if _, ok := q.(*tvar.Queue[int]); ok {
			text = "nil Queue: use a Queue value"
		}
		panicsWith(t, text, func() { _ = q.TryPut(1) })
		panicsWith(t, text, func() { _, _ = q.Take(ctx) })
		panicsWith(t, text, func() { q.Size() })
		panicsWith(t, text, func() { update(t, func(tx *stm.Tx) { q.Len(tx) }) })
		panicsWith(t, text, func() { update(t, func(tx *stm.Tx) { _, _ = q.Pop(tx) }) })
	}
	require.Equal(t, "<nil Queue>", (*tvar.Queue[int])(nil).String())
	require.Equal(t, "<nil BoundedQueue>", (*tvar.BoundedQueue[int])(nil).String())
	for _, capacity := range []int{0, 1} {
		q := newQueue[int](capacity)
		var none context.Context
		panicsWith(t, "nil context", func() { _, _ = q.Take(none) })
		panicsWith(t, "transaction used after its body returned", func() { _, _ = q.Pop(kept) })
		panicsWith(t, "transaction used after its body returned", func() {
			for range q.All(kept) {
			}
		})
		for name, write := range map[string]func(tx *stm.Tx){
			"Push":  func(tx *stm.Tx) { _ = q.Push(tx, 1) },
			"Pop":   func(tx *stm.Tx) { _, _ = q.Pop(tx) },
			"Unget": func(tx *stm.Tx) { _ = q.Unget(tx, 1) },
			"Drain": func(tx *stm.Tx) { q.Drain(tx) },
			"Close": q.Close,
		} {
			panicsWith(t, "write in a View", func() {
				_, _ = stm.View(ctx, func(tx *stm.Tx) (int, error) { write(tx); return 0, nil })
				t.Error(name)
			})
		}
		require.Zero(t, q.Size())
	}
}

// TestQueueKeepsNothing of an item that has been taken: not even of the last.
func TestQueueKeepsNothing(t *testing.T) {
	for _, capacity := range []int{0, 2} {
		for name, run := range map[string]func(q queue[*big], x *big){
			"Take":   func(q queue[*big], x *big) { _ = q.TryPut(x); _, _ = q.Take(ctx) },
			"Unget":  func(q queue[*big], x *big) { _ = q.Return(x); _, _ = q.TryTake() },
			"Drain":  func(q queue[*big], x *big) { _ = q.TryPut(x); _ = q.TryPut(x); q.TakeAll() },
			"Closed": func(q queue[*big], x *big) { _ = q.TryPut(x); q.Shut(); _, _ = q.TryTake() },
			"Pop": func(q queue[*big], x *big) {
				update(t, func(tx *stm.Tx) { mustPush(tx, q, x) })
				update(t, func(tx *stm.Tx) { mustPop(tx, q) })
			},
			"undone": func(q queue[*big], x *big) {
				_ = stm.Atomically(ctx, func(tx *stm.Tx) error { _ = q.Push(tx, x); return errBody })
			},
			"beside a View": func(q queue[*big], x *big) {
				_ = q.TryPut(x)
				_, _ = stm.View(ctx, func(tx *stm.Tx) (int, error) {
					elsewhere(func() { _, _ = q.TryTake() })
					return q.Len(tx), nil
				})
			},
		} {
			t.Run(name, func(t *testing.T) {
				q := newQueue[*big](capacity)
				x := new(big)
				p := weak.Make(x)
				run(q, x)
				runtime.KeepAlive(x)
				x = nil
				require.False(t, retained(p))
				runtime.KeepAlive(q)
			})
		}
	}
}
