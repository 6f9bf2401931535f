package sched_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/invariants"
	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

var errUnit = errors.New("unit")

// increment is a unit.
func increment(v *tvar.Var[int]) sched.Body {
	return func(tx *stm.Tx) error {
		v.Set(tx, v.Get(tx)+1)
		return nil
	}
}

// fails is a unit.
func fails(*stm.Tx) error { return errUnit }

// modes runs a test on queues of all kinds.
func modes(t *testing.T, test func(t *testing.T, opts ...sched.QueueOption)) {
	for name, opts := range map[string][]sched.QueueOption{
		"default":    nil,
		"one":        {sched.Workers(1)},
		"many":       {sched.Workers(8)},
		"ordered":    {sched.Ordered()},
		"one by one": {sched.Ordered(), sched.Workers(1)},
		"far ahead":  {sched.Ordered(), sched.Workers(8)},
	} {
		t.Run(name, func(t *testing.T) { test(t, opts...) })
	}
}

func TestQueueRunsEachUnitOnce(t *testing.T) {
	modes(t, func(t *testing.T, opts ...sched.QueueOption) {
		q := sched.NewQueue(opts...)
		vars := make([]tvar.Var[int], 3000)
		sum := tvar.New(0)
		for i := range vars {
			q.Add(func(tx *stm.Tx) error {
				if i%10 == 0 {
					sum.Set(tx, sum.Get(tx)+1)
				}
				return increment(&vars[i])(tx)
			})
		}
		require.Equal(t, len(vars), q.Len())
		require.NoError(t, q.Run(ctx))
		require.Zero(t, q.Len())
		require.Equal(t, len(vars)/10, sum.Load())
		for i := range vars {
			require.Equal(t, 1, vars[i].Load(), "unit %d", i)
		}
		require.Empty(t, q.Drain())
	})
}

func TestQueueOfNothing(t *testing.T) {
	var q sched.Queue
	require.NoError(t, q.Run(ctx))
	require.Equal(t, "queue: 0 units left, 0 done", q.String())
}

func TestZeroQueueServesSeveralRuns(t *testing.T) {
	var q sched.Queue
	v := tvar.New(0)
	for run := range 3 {
		for range 100 {
			q.Add(increment(v))
		}
		require.NoError(t, q.Run(ctx))
		require.Equal(t, 100*(run+1), v.Load())
		q.Add(increment(v)) // nobody runs it before the next Run
		require.Equal(t, 100*(run+1), v.Load())
		require.Len(t, q.Drain(), 1)
	}
}

func TestUnitsAddUnits(t *testing.T) {
	modes(t, func(t *testing.T, opts ...sched.QueueOption) {
		q := sched.NewQueue(opts...)
		v := tvar.New(0)
		var grow func(depth int) sched.Body
		grow = func(depth int) sched.Body {
			return func(tx *stm.Tx) error {
				if depth > 0 {
					q.AddTx(tx, grow(depth-1))
					q.AddTx(tx, grow(depth-1))
				}
				return increment(v)(tx)
			}
		}
		q.Add(grow(8))
		require.NoError(t, q.Run(ctx))
		require.Equal(t, 511, v.Load())
	})
}

// TestAttemptThatIsUndoneAddsNothing: a unit exists for the commit only.
func TestAttemptThatIsUndoneAddsNothing(t *testing.T) {
	modes(t, func(t *testing.T, opts ...sched.QueueOption) {
		q := sched.NewQueue(opts...)
		x, added, bodies := tvar.New(0), tvar.New(0), 0
		q.Add(func(tx *stm.Tx) error {
			bodies++
			q.AddTx(tx, increment(added))
			_ = tx.Nested(func(tx *stm.Tx) error {
				q.AddTx(tx, increment(added))
				return errUnit
			})
			if n := x.Get(tx); bodies == 1 {
				x.Store(n + 1) // as if by a rival
			}
			x.Set(tx, 10)
			return nil
		})
		require.NoError(t, q.Run(ctx))
		require.Equal(t, 2, bodies)
		require.Equal(t, 1, added.Load())

		q.Add(func(tx *stm.Tx) error {
			q.AddTx(tx, increment(added))
			return errUnit
		})
		require.ErrorIs(t, q.Run(ctx), errUnit)
		require.Zero(t, q.Len())
	})
}

func TestAnyTransactionAddsUnits(t *testing.T) {
	var q sched.Queue
	v := tvar.New(0)
	require.NoError(t, stm.Atomically(ctx, func(tx *stm.Tx) error {
		q.AddTx(tx, increment(v), stm.Name("later"))
		return nil
	}))
	require.Zero(t, v.Load())
	require.NoError(t, q.Run(ctx))
	require.Equal(t, 1, v.Load())
}

// TestUnitsAddedFromOutside: Run works on what arrives while it works.
func TestUnitsAddedFromOutside(t *testing.T) {
	modes(t, func(t *testing.T, opts ...sched.QueueOption) {
		q := sched.NewQueue(opts...)
		v, open := tvar.New(0), tvar.New(true)
		q.Add(func(tx *stm.Tx) error {
			tx.Check(!open.Get(tx))
			return nil
		})
		if len(opts) > 0 {
			q = sched.NewQueue(append(opts, sched.AwaitOutside())...)
			q.Add(func(tx *stm.Tx) error {
				tx.Check(!open.Get(tx))
				return nil
			})
		}
		go func() {
			for range 200 {
				q.Add(increment(v))
			}
			open.Store(false)
		}()
		require.NoError(t, q.Run(ctx))
		require.Equal(t, 200, v.Load())
	})
}

// TestWaitingUnitsAreNotInTheWay: one worker, and each unit waits for the next.
func TestWaitingUnitsAreNotInTheWay(t *testing.T) {
	const n = 300
	for _, workers := range []int{1, 2, 7} {
		q := sched.NewQueue(sched.Workers(workers))
		turn := tvar.New(n)
		for i := range n {
			q.Add(func(tx *stm.Tx) error {
				tx.Check(turn.Get(tx) == i+1)
				turn.Set(tx, i)
				return nil
			})
		}
		require.NoError(t, q.Run(ctx))
		require.Zero(t, turn.Load())
	}
}

// TestWorkersLimitWhatRuns counts the bodies that run at a time.
func TestWorkersLimitWhatRuns(t *testing.T) {
	for _, opts := range [][]sched.QueueOption{{}, {sched.Ordered()}} {
		synctest.Test(t, func(t *testing.T) {
			q := sched.NewQueue(append(opts, sched.Workers(3))...)
			var running, most atomic.Int32
			hold := make(chan struct{})
			for range 10 {
				q.Add(func(tx *stm.Tx) error {
					n := running.Add(1)
					defer running.Add(-1)
					for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
					}
					<-hold
					return nil
				})
			}
			done := make(chan error)
			go func() { done <- q.Run(ctx) }()
			synctest.Wait()
			require.EqualValues(t, 3, running.Load())
			require.Equal(t, 7, q.Len())
			require.Contains(t, q.String(), "queue: 7 units left, 0 done; 3 workers busy, 0 waiting")
			close(hold)
			require.NoError(t, <-done)
			require.EqualValues(t, 3, most.Load())
		})
	}
}

// TestWorkersThatComeBack from a wait are too many: those beyond the limit begin
// nothing.
func TestWorkersThatComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := sched.NewQueue(sched.Workers(1))
		x, hold := tvar.New(0), make(chan struct{})
		var running atomic.Int32
		for range 5 {
			q.Add(func(tx *stm.Tx) error {
				tx.Check(x.Get(tx) > 0)
				return nil
			})
		}
		q.Add(increment(x))
		for range 60 {
			q.Add(func(*stm.Tx) error {
				running.Add(1)
				<-hold
				running.Add(-1)
				return nil
			})
		}
		done := make(chan error)
		go func() { done <- q.Run(ctx) }()
		for range 60 {
			synctest.Wait()
			require.EqualValues(t, 1, running.Load())
			hold <- struct{}{}
		}
		require.NoError(t, <-done)
	})
}

// TestLongUnitDoesNotHoldOthers: those in the batch of a worker that is busy
// for long are run by others.
func TestLongUnitDoesNotHoldOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := sched.NewQueue(sched.Workers(2))
		v, hold := tvar.New(0), make(chan struct{})
		const n = 1000
		for i := range n {
			q.Add(func(tx *stm.Tx) error {
				if i == 0 {
					<-hold
				}
				return increment(v)(tx)
			})
		}
		done := make(chan error)
		go func() { done <- q.Run(ctx) }()
		synctest.Wait()
		require.Equal(t, n-1, v.Load())
		close(hold)
		require.NoError(t, <-done)
		require.Equal(t, n, v.Load())
	})
}

func TestProgress(t *testing.T) {
	modes(t, func(t *testing.T, opts ...sched.QueueOption) {
		var told []int
		caller := true // written by the caller's goroutine only
		q := sched.NewQueue(append(opts, sched.Progress(100, func(done int) {
			require.True(t, caller)
			caller = true
			told = append(told, done)
		}))...)
		v := tvar.New(0)
		for range 1000 {
			q.Add(increment(v))
		}
		require.NoError(t, q.Run(ctx))
		require.NotEmpty(t, told)
		require.True(t, slices.IsSorted(told))
		require.Equal(t, 1000, told[len(told)-1])
		for i := 1; i < len(told); i++ {
			require.Greater(t, told[i]/100, told[i-1]/100)
		}
		n := len(told)
		for range 50 {
			q.Add(increment(v))
		}
		require.NoError(t, q.Run(ctx))
		require.Len(t, told, n, "told of units that were done before")
	})
}

func TestUnitOptions(t *testing.T) {
	modes(t, func(t *testing.T, opts ...sched.QueueOption) {
		q := sched.NewQueue(append(opts, sched.UnitOptions(stm.Name("all")), sched.QueueOption{})...)
		for want, opts := range map[string][]stm.Option{"all": nil, "this": {stm.Name("this")}} {
			q.Add(fails, opts...)
			var e *sched.UnitError
			require.ErrorAs(t, q.Run(ctx), &e)
			require.Equal(t, want, e.Name)
		}
	})
}

func TestQueueAllocatesNothingPerUnit(t *testing.T) {
	if invariants.Enabled || invariants.GoroutineAllocates || atomics.Exploring {
		t.Skip("counts of a normal build, in which watching the first bodies of a worker costs nothing")
	}
	const n = 10_000
	v := tvar.New(0)
	body := increment(v)
	for name, opts := range map[string][]sched.QueueOption{"queue": nil, "ordered": {sched.Ordered(), sched.Workers(1)}} {
		t.Run(name, func(t *testing.T) {
			allocs := testing.AllocsPerRun(10, func() {
				q := sched.NewQueue(opts...)
				for range n {
					q.Add(body)
				}
				if err := q.Run(ctx); err != nil {
					panic(err)
				}
			})
			require.Less(t, allocs, n/50.0)
		})
	}
}

func ExampleQueue() {
	balance := []*tvar.Var[int]{tvar.New(100), tvar.New(0), tvar.New(0)}
	transfer := func(from, to, n int) sched.Body {
		return func(tx *stm.Tx) error {
			if balance[from].Get(tx) < n {
				return fmt.Errorf("account %d has too little", from)
			}
			balance[from].Update(tx, func(b int) int { return b - n })
			balance[to].Update(tx, func(b int) int { return b + n })
			return nil
		}
	}

	// In the order of a ledger, and in parallel as far as that allows.
	q := sched.NewQueue(sched.Ordered())
	q.Add(transfer(0, 1, 80), stm.Name("rent"))
	q.Add(transfer(1, 2, 50), stm.Name("repairs"))
	q.Add(transfer(0, 2, 30), stm.Name("dinner"))
	q.Add(transfer(2, 0, 10), stm.Name("refund"))
	err := q.Run(context.Background())

	fmt.Println(err)
	fmt.Println(balance[0].Load(), balance[1].Load(), balance[2].Load())
	fmt.Println("not run:", q.Drain()[0].Name)
	// Output:
	// sched: unit 2 "dinner": account 0 has too little
	// 20 30 50
	// not run: refund
}

func ExampleQueue_AddTx() {
	// Each unit visits a page and adds the pages that nobody has seen yet.
	links := map[string][]string{"home": {"news", "about"}, "news": {"home", "archive"}, "archive": {"news"}}
	seen := tvar.New(0)
	visited := map[string]*tvar.Var[bool]{}
	for _, page := range []string{"home", "news", "about", "archive"} {
		visited[page] = tvar.New(false)
	}

	var q sched.Queue
	var visit func(page string) sched.Body
	visit = func(page string) sched.Body {
		return func(tx *stm.Tx) error {
			if visited[page].Swap(tx, true) {
				return nil
			}
			tvar.Add(tx, seen, 1)
			for _, next := range links[page] {
				q.AddTx(tx, visit(next))
			}
			return nil
		}
	}
	q.Add(visit("home"))
	fmt.Println(q.Run(context.Background()), seen.Load())
	// Output: <nil> 4
}
