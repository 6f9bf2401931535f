package heap_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/sched/heap"
)

// TestDictEqualsOrderedMap: a random program on a Dict does what it does on a Go
// map with a list of keys, in all modes and over many transactions.
func TestDictEqualsOrderedMap(t *testing.T) {
	for name, opts := range modes {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(r *rapid.T) {
				m := sched.NewMachine(opts...)
				d := new(heap.Dict[int, int])
				want, order := map[int]int{}, []int{}
				fail := fmt.Errorf("undo")
				th, err := m.NewThread(ctx, nil)
				require.NoError(r, err)
				defer th.Close()
				for range rapid.IntRange(1, 10).Draw(r, "regions") {
					undo := rapid.Bool().Draw(r, "undo")
					before, beforeOrder := clone(want), slices.Clone(order)
					n := rapid.IntRange(1, 20).Draw(r, "operations")
					err := th.Atomically(func() error {
						want, order = clone(before), slices.Clone(beforeOrder)
						for range n {
							k := rapid.IntRange(0, 12).Draw(r, "key")
							_, there := want[k]
							switch rapid.IntRange(0, 5).Draw(r, "operation") {
							case 0, 1:
								if !there {
									order = append(order, k)
								}
								want[k] = n
								d.Set(th, k, n)
							case 2:
								require.Equal(r, there, d.Delete(th, k))
								delete(want, k)
								order = slices.DeleteFunc(order, func(x int) bool { return x == k })
							case 3:
								x, found := d.Get(th, k)
								require.Equal(r, there, found)
								require.Equal(r, want[k], x)
							case 4:
								if !there {
									order = append(order, k)
								}
								want[k] += 3
								heap.AddTo(th, d, k, 3)
							case 5:
								require.Equal(r, there, d.Has(th, k))
								require.Equal(r, len(want), d.Len(th))
								require.Equal(r, order, d.Keys(th))
							}
						}
						if undo {
							return fail
						}
						return nil
					})
					if undo {
						require.Equal(r, fail, err)
						want, order = before, beforeOrder
					} else {
						require.NoError(r, err)
					}
				}
				require.NoError(r, th.Atomically(func() error {
					require.Equal(r, order, d.Keys(th))
					for k, v := range d.All(th) {
						require.Equal(r, want[k], v)
					}
					d.Clear(th)
					require.Zero(r, d.Len(th))
					require.Empty(r, d.Keys(th))
					return nil
				}))
			})
		})
	}
}

func clone(m map[int]int) map[int]int {
	c := make(map[int]int, len(m))
	for k, v := range m {
		c[k] = v
	}
	return c
}

// TestDictKeys that equal nothing are not found, and not stored.
func TestDictKeys(t *testing.T) {
	inModes(t, func(t *testing.T, m *sched.Machine) {
		var d heap.Dict[float64, int]
		do(t, m, func(th *sched.Thread) {
			_, found := d.Get(th, math.NaN())
			require.False(t, found)
			require.False(t, d.Has(th, math.NaN()))
			require.False(t, d.Delete(th, math.NaN()))
			require.Panics(t, func() { d.Set(th, math.NaN(), 1) })
			d.Set(th, 0, 1)
			x, found := d.Get(th, math.Copysign(0, -1))
			require.True(t, found)
			require.Equal(t, 1, x)
		})
	})
}

// TestDictChurn: keys that come and go do not make the table larger and larger.
// While several threads use it, it grows with what happens during a transaction,
// whatever the scheduler makes of that; what is left is dropped later.
func TestDictChurn(t *testing.T) {
	inModes(t, func(t *testing.T, m *sched.Machine) {
		const times, window = 4000, 8
		var d heap.Dict[int, int]
		used := 0
		churn := func(threads int) {
			base := used
			used += threads * times
			each(t, m, threads, times, func(th *sched.Thread, thread, i int) {
				k := func(i int) int { return base + thread*times + i }
				d.Set(th, k(i), i)
				if i >= window {
					x, found := d.Get(th, k(i-window))
					if !found || x != i-window || !d.Delete(th, k(i-window)) {
						panic(fmt.Sprintf("key %d: %d, %v", k(i-window), x, found))
					}
				}
				if _, found := d.Get(th, -1-k(i)); found {
					panic("found what was never there")
				}
			})
			do(t, m, func(th *sched.Thread) {
				require.Equal(t, threads*window, d.Len(th))
				require.Len(t, d.Keys(th), threads*window)
				d.Clear(th)
			})
		}
		churn(3)
		rounds := 0
		for ; heap.Places(&d) > 2000 && rounds < 40; rounds++ {
			churn(1)
		}
		t.Logf("%d places after %d rounds", heap.Places(&d), rounds)
		require.Less(t, rounds, 40, "of 8,000 keys each that were looked at")
	})
}

// TestDictOfManyThreads that insert and delete the same keys: each key is there
// as often as the counts say.
func TestDictOfManyThreads(t *testing.T) {
	inModes(t, func(t *testing.T, m *sched.Machine) {
		var d heap.Dict[int, int]
		var there heap.Counter
		each(t, m, 4, 1000, func(th *sched.Thread, thread, i int) {
			k := (i * 7) % 13
			if d.Delete(th, k) {
				there.Add(th, -1)
			} else {
				d.Set(th, k, i)
				there.Add(th, 1)
			}
			if i%50 == 0 {
				if n := len(d.Keys(th)); n != d.Len(th) {
					panic(fmt.Sprintf("%d keys, and a length of %d", n, d.Len(th)))
				}
			}
		})
		do(t, m, func(th *sched.Thread) {
			require.EqualValues(t, there.Get(th), d.Len(th))
			require.Len(t, d.Keys(th), d.Len(th))
		})
	})
}
