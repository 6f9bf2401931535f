package sched_test

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// upTo yields 0 to n-1 and counts how many were drawn.
func upTo(n int, drawn *atomic.Int32) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := range n {
			drawn.Add(1)
			if !yield(i) {
				return
			}
		}
	}
}

func TestForEachValueOnce(t *testing.T) {
	modes(t, func(t *testing.T, opts ...sched.QueueOption) {
		var drawn atomic.Int32
		vars := make([]tvar.Var[int], 2000)
		sum := tvar.New(0)
		require.NoError(t, sched.ForEach(ctx, upTo(len(vars), &drawn), func(tx *stm.Tx, i int) error {
			if i%20 == 0 {
				sum.Set(tx, sum.Get(tx)+1)
			}
			return increment(&vars[i])(tx)
		}, opts...))
		require.EqualValues(t, len(vars), drawn.Load())
		require.Equal(t, len(vars)/20, sum.Load())
		for i := range vars {
			require.Equal(t, 1, vars[i].Load())
		}
	})
}

func TestForEachOfNothing(t *testing.T) {
	require.NoError(t, sched.ForEach(ctx, slices.Values([]int(nil)), func(*stm.Tx, int) error { return errUnit }))
}

// TestForEachInOrder equals the loop.
func TestForEachInOrder(t *testing.T) {
	for _, workers := range []int{1, 2, 8} {
		var drawn atomic.Int32
		hash, want := tvar.New(uint64(0)), uint64(0)
		var log []int
		require.NoError(t, sched.ForEach(ctx, upTo(1000, &drawn), func(tx *stm.Tx, i int) error {
			hash.Set(tx, hash.Get(tx)*31+uint64(i))
			tx.OnCommit(func() { log = append(log, i) })
			return nil
		}, sched.Ordered(), sched.Workers(workers)))
		for i := range 1000 {
			want = want*31 + uint64(i)
		}
		require.Equal(t, want, hash.Load())
		require.True(t, slices.IsSorted(log))
		require.Len(t, log, 1000)
	}
}

// TestForEachLooksAheadALittle: values wait only in small numbers, and more are
// drawn when half of those have been taken.
func TestForEachLooksAheadALittle(t *testing.T) {
	for _, opts := range [][]sched.QueueOption{nil, {sched.Ordered()}} {
		synctest.Test(t, func(t *testing.T) {
			var drawn atomic.Int32
			hold := make(chan struct{})
			done := make(chan error)
			go func() {
				done <- sched.ForEach(ctx, upTo(1000, &drawn), func(*stm.Tx, int) error {
					<-hold
					return nil
				}, append(opts, sched.Workers(3), sched.LookAhead(5))...)
			}()
			synctest.Wait()
			require.LessOrEqual(t, drawn.Load(), int32(3+5))
			require.Greater(t, drawn.Load(), int32(3+5/2))
			close(hold)
			require.NoError(t, <-done)
			require.EqualValues(t, 1000, drawn.Load())
		})
	}
}

// TestForEachFails: every value drawn is processed, or failed, or in the rest.
func TestForEachFails(t *testing.T) {
	modes(t, func(t *testing.T, opts ...sched.QueueOption) {
		const bad = 300
		var drawn atomic.Int32
		vars := make([]tvar.Var[int], 1000)
		err := sched.ForEach(ctx, upTo(len(vars), &drawn), func(tx *stm.Tx, i int) error {
			vars[i].Set(tx, 1)
			if i == bad {
				return errUnit
			}
			return nil
		}, append(opts, sched.UnitOptions(stm.Name("loop")))...)
		var e *sched.ForEachError[int]
		require.ErrorAs(t, err, &e)
		var u *sched.UnitError
		require.ErrorAs(t, err, &u)
		require.Equal(t, bad, u.Index)
		require.Equal(t, "loop", u.Name)
		require.ErrorIs(t, err, errUnit)
		require.ErrorContains(t, err, `unit 300 "loop": unit`)
		require.True(t, slices.IsSorted(e.Rest))
		require.Less(t, int(drawn.Load()), len(vars))
		for i := range vars {
			processed := i < int(drawn.Load()) && i != bad && !slices.Contains(e.Rest, i)
			require.Equal(t, processed, vars[i].Load() == 1, "value %d", i)
		}
	})
}

func TestForEachCancelled(t *testing.T) {
	modes(t, func(t *testing.T, opts ...sched.QueueOption) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		var drawn atomic.Int32
		done := tvar.New(0)
		err := sched.ForEach(ctx, upTo(1_000_000, &drawn), func(tx *stm.Tx, i int) error {
			if i == 100 {
				tx.OnCommit(cancel)
			}
			return increment(done)(tx)
		}, opts...)
		var e *sched.ForEachError[int]
		require.ErrorAs(t, err, &e)
		require.Equal(t, context.Canceled, e.Err)
		require.EqualValues(t, drawn.Load(), done.Load()+len(e.Rest))

		drawn.Store(0)
		require.ErrorIs(t, sched.ForEach(ctx, upTo(10, &drawn), func(*stm.Tx, int) error { return nil }, opts...), context.Canceled)
		require.Zero(t, drawn.Load())
	})
}

// TestForEachBrokenOff: the sequence, the function or the progress function
// panics or ends its goroutine. The sequence can clean up, and no goroutine is
// left.
func TestForEachBrokenOff(t *testing.T) {
	ends := map[string]func(){
		"panic":  func() { panic(errUnit) },
		"goexit": runtime.Goexit,
	}
	for _, place := range []string{"sequence", "function", "progress"} {
		for name, end := range ends {
			t.Run(place+" "+name, func(t *testing.T) {
				modes(t, func(t *testing.T, opts ...sched.QueueOption) {
					at := func(here string, i int) {
						if here == place && i == 50 {
							end()
						}
					}
					v, cleaned := tvar.New(0), false
					var value any
					elsewhere(func() {
						defer func() { value = recover() }()
						_ = sched.ForEach(ctx, func(yield func(int) bool) {
							defer func() { cleaned = true }()
							for i := 0; yield(i); i++ {
								at("sequence", i)
							}
						}, func(tx *stm.Tx, i int) error {
							at("function", i)
							return increment(v)(tx)
						}, append(opts, sched.Progress(1, func(int) { at("progress", 50) }))...)
						t.Error("returned")
					})
					require.True(t, cleaned)
					switch {
					case name == "goexit":
						require.Nil(t, value)
					case place == "function":
						require.Same(t, errUnit, value.(*sched.UnitPanic).Value)
					default:
						require.Same(t, errUnit, value)
					}
				})
			})
		}
	}
}

func TestForEachMisuse(t *testing.T) {
	nop := func(*stm.Tx, int) error { return nil }
	none := slices.Values([]int{1})
	require.Panics(t, func() { _ = sched.ForEach(ctx, nil, nop) })
	require.Panics(t, func() { _ = sched.ForEach[int](ctx, none, nil) })
	require.NoError(t, stm.Atomically(ctx, func(tx *stm.Tx) error {
		require.Panics(t, func() { _ = sched.ForEach(ctx, none, nop) })
		require.Panics(t, func() { _ = sched.ForEach(tx.Context(), none, nop) })
		return nil
	}))
}

// TestOrderedForEachFeedsAConsumer: units wait for room that only somebody
// outside can make.
func TestOrderedForEachFeedsAConsumer(t *testing.T) {
	var drawn atomic.Int32
	box := tvar.New(-1) // of one value; -1 when empty
	var got []int
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 200 {
			v, err := stm.Do(ctx, func(tx *stm.Tx) (int, error) {
				tx.Check(box.Get(tx) >= 0)
				return box.Swap(tx, -1), nil
			})
			if err == nil {
				got = append(got, v)
			}
		}
	}()
	require.NoError(t, sched.ForEach(ctx, upTo(200, &drawn), func(tx *stm.Tx, i int) error {
		tx.Check(box.Get(tx) < 0)
		box.Set(tx, i)
		return nil
	}, sched.Ordered(), sched.AwaitOutside(), sched.Workers(4)))
	<-done
	require.Len(t, got, 200)
	require.True(t, slices.IsSorted(got))
}

func ExampleForEach() {
	text := "the quick brown fox jumps over the lazy dog and the cat"
	counts := map[rune]*tvar.Var[int]{}
	for r := 'a'; r <= 'z'; r++ {
		counts[r] = tvar.New(0)
	}
	err := sched.ForEach(context.Background(), strings.FieldsSeq(text), func(tx *stm.Tx, word string) error {
		for _, r := range word {
			counts[r].Update(tx, func(n int) int { return n + 1 })
		}
		return nil
	})
	most := slices.MaxFunc(slices.Sorted(maps.Keys(counts)), func(a, b rune) int { return counts[a].Load() - counts[b].Load() })
	fmt.Println(err, string(most), counts[most].Load())
	// Output: <nil> e 4
}
