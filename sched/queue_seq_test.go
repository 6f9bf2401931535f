package sched_test

import (
	"context"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

func bodies(b ...sched.Body) iter.Seq[sched.Body] { return slices.Values(b) }

// steps yields n bodies, each of which adds v to log.
func logs(log *tvar.Var[[]int], v, n int) iter.Seq[sched.Body] {
	return func(yield func(sched.Body) bool) {
		for range n {
			if !yield(func(tx *stm.Tx) error {
				log.Set(tx, append(slices.Clip(log.Get(tx)), v))
				return nil
			}) {
				return
			}
		}
	}
}

// TestSequencesTakeTurns: one worker runs a step of one, then of the other.
func TestSequencesTakeTurns(t *testing.T) {
	log := tvar.New[[]int](nil)
	q := sched.NewQueue(sched.Workers(1))
	q.AddSeq(logs(log, 1, 3))
	q.AddSeq(logs(log, 2, 4))
	require.Equal(t, 2, q.Len())
	require.NoError(t, q.Run(ctx))
	require.Equal(t, []int{1, 2, 1, 2, 1, 2, 2}, log.Load())
}

// TestSequencesStandInOrder: in an ordered queue nothing comes in between.
func TestSequencesStandInOrder(t *testing.T) {
	for _, workers := range []int{1, 2, 8} {
		log := tvar.New[[]int](nil)
		q := sched.NewQueue(sched.Workers(workers), sched.Ordered())
		var want []int
		for i := range 50 {
			q.AddSeq(logs(log, i, i%4))
			want = append(want, slices.Repeat([]int{i}, i%4)...)
		}
		require.NoError(t, q.Run(ctx))
		require.Equal(t, want, log.Load())
	}
}

// TestSequenceGoesOnAfterItsCommit: it sees what its last body did.
func TestSequenceGoesOnAfterItsCommit(t *testing.T) {
	modes(t, func(t *testing.T, opts ...sched.QueueOption) {
		q := sched.NewQueue(opts...)
		vars := make([]tvar.Var[int], 20)
		cleaned := 0
		for i := range vars {
			q.AddSeq(func(yield func(sched.Body) bool) {
				if i == 0 {
					defer func() { cleaned++ }()
				}
				for vars[i].Load() < 30 {
					before := vars[i].Load()
					if !yield(increment(&vars[i])) {
						return
					}
					require.Equal(t, before+1, vars[i].Load())
				}
			})
		}
		require.NoError(t, q.Run(ctx))
		for i := range vars {
			require.Equal(t, 30, vars[i].Load())
		}
		require.Equal(t, 1, cleaned)
	})
}

// TestBodyOfASequenceFails: yield reports false, and the sequence can clean up.
func TestBodyOfASequenceFails(t *testing.T) {
	for name, end := range map[string]sched.Body{
		"error":  fails,
		"panic":  func(*stm.Tx) error { panic("body") },
		"goexit": func(*stm.Tx) error { runtime.Goexit(); return nil },
	} {
		modes(t, func(t *testing.T, opts ...sched.QueueOption) {
			q := sched.NewQueue(opts...)
			v := tvar.New(0)
			var yielded []bool
			q.AddSeq(func(yield func(sched.Body) bool) {
				yielded = append(yielded, yield(increment(v)))
				yielded = append(yielded, yield(end))
			}, stm.Name("seq"))
			q.Add(increment(v))
			elsewhere(func() {
				defer func() {
					if p, ok := recover().(*sched.UnitPanic); ok {
						require.Equal(t, "panic", name)
						require.Equal(t, "seq", p.Name)
					}
				}()
				require.ErrorIs(t, q.Run(ctx), errUnit)
			})
			require.Equal(t, []bool{true, false}, yielded)
			require.NoError(t, q.Run(ctx))
			require.Equal(t, 2, v.Load())
		})
	}
}

// TestSequenceItselfPanics, between its transactions.
func TestSequenceItselfPanics(t *testing.T) {
	modes(t, func(t *testing.T, opts ...sched.QueueOption) {
		q := sched.NewQueue(opts...)
		v := tvar.New(0)
		q.AddSeq(func(yield func(sched.Body) bool) {
			yield(increment(v))
			panic("seq")
		}, stm.Name("bad"))
		p := panicOf(t, func() { _ = q.Run(ctx) })
		require.Equal(t, "seq", p.Value)
		require.Equal(t, "bad", p.Name)
		require.Equal(t, 1, v.Load())
	})
}

func TestNilBodyInASequence(t *testing.T) {
	modes(t, func(t *testing.T, opts ...sched.QueueOption) {
		q := sched.NewQueue(opts...)
		q.AddSeq(bodies(nil))
		require.Equal(t, "sched: nil body in a sequence", panicOf(t, func() { _ = q.Run(ctx) }).Value)
	})
}

// TestSequenceIsResumed: cancelled while one of its bodies waits, it begins
// with that body in the next Run.
func TestSequenceIsResumed(t *testing.T) {
	for _, opts := range [][]sched.QueueOption{nil, {sched.Ordered(), sched.AwaitOutside()}} {
		synctest.Test(t, func(t *testing.T) {
			q := sched.NewQueue(opts...)
			log, open := tvar.New[[]int](nil), tvar.New(false)
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			q.AddSeq(func(yield func(sched.Body) bool) {
				for i := range 4 {
					if !yield(func(tx *stm.Tx) error {
						tx.Check(i != 2 || open.Get(tx))
						log.Set(tx, append(slices.Clip(log.Get(tx)), i))
						return nil
					}) {
						return
					}
				}
			})
			done := make(chan error)
			go func() { done <- q.Run(ctx) }()
			synctest.Wait()
			cancel()
			require.Equal(t, context.Canceled, <-done)
			require.Equal(t, []int{0, 1}, log.Load())
			require.Equal(t, 1, q.Len())
			open.Store(true)
			require.NoError(t, q.Run(context.Background()))
			require.Equal(t, []int{0, 1, 2, 3}, log.Load())
		})
	}
}

// TestSequenceIsDrained: what is left goes on where it was.
func TestSequenceIsDrained(t *testing.T) {
	modes(t, func(t *testing.T, opts ...sched.QueueOption) {
		log := tvar.New[[]int](nil)
		q := sched.NewQueue(opts...)
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		q.AddSeq(func(yield func(sched.Body) bool) {
			for i := range 6 {
				if i == 3 {
					cancel()
				}
				for body := range logs(log, i, 1) {
					if !yield(body) {
						return
					}
				}
			}
		}, stm.Name("seq"))
		require.Equal(t, context.Canceled, q.Run(ctx))
		require.Equal(t, []int{0, 1, 2}, log.Load())
		left := q.Drain()
		require.Len(t, left, 1)
		require.Equal(t, "seq", left[0].Name)
		require.Nil(t, left[0].Body)

		other := sched.NewQueue(opts...)
		other.AddSeq(left[0].Seq, left[0].Options...)
		require.NoError(t, other.Run(context.Background()))
		require.Equal(t, []int{0, 1, 2, 3, 4, 5}, log.Load())
	})
}

func ExampleQueue_AddSeq() {
	// Two accounts grow, one transaction a year.
	total := tvar.New(200)
	grow := func(balance *tvar.Var[int], years int) func(func(sched.Body) bool) {
		return func(yield func(sched.Body) bool) {
			for range years {
				more := yield(func(tx *stm.Tx) error {
					interest := balance.Get(tx) / 10
					balance.Update(tx, func(b int) int { return b + interest })
					tvar.Add(tx, total, interest)
					return nil
				})
				if !more {
					return
				}
			}
		}
	}
	var q sched.Queue
	a, b := tvar.New(100), tvar.New(100)
	q.AddSeq(grow(a, 2))
	q.AddSeq(grow(b, 3))
	if err := q.Run(context.Background()); err != nil {
		panic(err)
	}
	fmt.Println(a.Load(), b.Load(), total.Load())
	// Output: 121 133 254
}
