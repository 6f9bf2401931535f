package heap_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/sched/heap"
)

// TestArrayEqualsSlice: a random program on an Array does what it does on a
// slice, in all modes and over many transactions.
func TestArrayEqualsSlice(t *testing.T) {
	for name, opts := range modes {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(r *rapid.T) {
				m := sched.NewMachine(opts...)
				th, err := m.NewThread(ctx, nil)
				require.NoError(r, err)
				defer th.Close()
				first := rapid.IntRange(0, 100).Draw(r, "length")
				want := make([]int, first)
				var a *heap.Array[int]
				require.NoError(r, th.Atomically(func() error { a = heap.NewArray[int](th, first); return nil }))
				for range rapid.IntRange(1, 10).Draw(r, "regions") {
					require.NoError(r, th.Atomically(func() error {
						for range rapid.IntRange(1, 40).Draw(r, "operations") {
							i := rapid.IntRange(-1, len(want)+2).Draw(r, "index")
							in := i >= 0 && i < len(want)
							switch rapid.IntRange(0, 4).Draw(r, "operation") {
							case 0, 1:
								a.Append(th, i)
								want = append(want, i)
							case 2:
								x, found := a.Pop(th)
								require.Equal(r, len(want) > 0, found)
								if found {
									require.Equal(r, want[len(want)-1], x)
									want = want[:len(want)-1]
								}
							case 3:
								require.Equal(r, in, a.Set(th, i, -i))
								if in {
									want[i] = -i
								}
							case 4:
								x, found := a.Get(th, i)
								require.Equal(r, in, found)
								if in {
									require.Equal(r, want[i], x)
								}
							}
							require.Equal(r, len(want), a.Len(th))
						}
						return nil
					}))
				}
				require.NoError(r, th.Atomically(func() error {
					for i, x := range want {
						got, found := a.Get(th, i)
						require.True(r, found)
						require.Equal(r, x, got)
					}
					return nil
				}))
			})
		})
	}
}

// TestLargeArray spans all kinds of chunks.
func TestLargeArray(t *testing.T) {
	inModes(t, func(t *testing.T, m *sched.Machine) {
		const n = 10_000
		var a heap.Array[int]
		do(t, m, func(th *sched.Thread) {
			for i := range n {
				a.Append(th, i)
			}
		})
		do(t, m, func(th *sched.Thread) {
			for i := range n {
				x, found := a.Get(th, i)
				require.True(t, found && x == i)
			}
			_, found := a.Get(th, n)
			require.False(t, found)
			_, found = a.Get(th, math.MaxInt)
			require.False(t, found)
			require.False(t, a.Set(th, math.MaxInt, 1))
		})
	})
}

// TestAppendFromManyThreads loses nothing.
func TestAppendFromManyThreads(t *testing.T) {
	inModes(t, func(t *testing.T, m *sched.Machine) {
		var a heap.Array[int]
		each(t, m, 4, 500, func(th *sched.Thread, thread, i int) { a.Append(th, thread*1000+i) })
		do(t, m, func(th *sched.Thread) {
			require.Equal(t, 2000, a.Len(th))
			last := map[int]int{}
			for i := range a.Len(th) {
				x, _ := a.Get(th, i)
				thread, n := x/1000, x%1000
				require.Equal(t, last[thread], n, "those of one thread are in order")
				last[thread] = n + 1
			}
		})
	})
}

// TestQueue: each value is taken once, those of one thread in order.
func TestQueue(t *testing.T) {
	inModes(t, func(t *testing.T, m *sched.Machine) {
		const producers, consumers, each1 = 2, 2, 1000
		var q heap.Queue[int]
		var taken heap.Counter
		got := make([][]int, consumers)
		each(t, m, producers+consumers, each1, func(th *sched.Thread, thread, i int) {
			if thread < producers {
				q.Put(th, thread*each1+i)
				return
			}
			x, found := q.Take(th)
			if !found {
				s, err := th.Retry()
				if err != nil {
					panic(err)
				}
				th.Must(s)
			}
			taken.Add(th, 1)
			th.OnCommit(func() { got[thread-producers] = append(got[thread-producers], x) })
		})
		seen := map[int]bool{}
		for _, xs := range got {
			last := map[int]int{0: -1, 1: -1}
			for _, x := range xs {
				require.False(t, seen[x])
				seen[x] = true
				require.Greater(t, x, last[x/each1])
				last[x/each1] = x
			}
		}
		require.Len(t, seen, producers*each1)
		do(t, m, func(th *sched.Thread) {
			require.Zero(t, q.Len(th))
			require.EqualValues(t, producers*each1, taken.Get(th))
		})
	})
}

// TestCache is shared, and never undone.
func TestCache(t *testing.T) {
	m := transacting()
	var c heap.Cache[int]
	require.Nil(t, c.Load())
	th, err := m.NewThread(ctx, nil)
	require.NoError(t, err)
	defer th.Close()
	x := 3
	require.PanicsWithValue(t, "undo", func() {
		_ = th.Atomically(func() error { c.Store(&x); panic("undo") })
	})
	require.Equal(t, 3, *c.Load())
}
