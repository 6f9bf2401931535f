package sched_test

import (
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// ordered runs a test with several numbers of workers.
func ordered(t *testing.T, test func(t *testing.T, q *sched.Queue)) {
	for _, workers := range []int{1, 2, 3, 8} {
		test(t, sched.NewQueue(sched.Ordered(), sched.Workers(workers)))
	}
}

// TestOrderOfCommitsAndHooks: what does not commute comes out as in a loop, and
// hooks run between two units, with what they change.
func TestOrderOfCommitsAndHooks(t *testing.T) {
	ordered(t, func(t *testing.T, q *sched.Queue) {
		const n = 2000
		x, want := tvar.New(uint64(1)), uint64(1)
		var seen, inLoop []uint64
		for i := range n {
			conflict := i%7 < 2
			step := func(v uint64) uint64 { return v*31 + uint64(i) }
			q.Add(func(tx *stm.Tx) error {
				if conflict {
					x.Set(tx, step(x.Get(tx)))
				}
				tx.OnCommit(func() {
					seen = append(seen, x.Load())
					if i%5 == 0 {
						x.Modify(step)
					}
				})
				return nil
			})
			if conflict {
				want = step(want)
			}
			inLoop = append(inLoop, want)
			if i%5 == 0 {
				want = step(want)
			}
		}
		require.NoError(t, q.Run(ctx))
		require.Equal(t, inLoop, seen)
		require.Equal(t, want, x.Load())
	})
}

// TestReadersAreInOrder: a unit that writes nothing sees what those before it
// wrote, although it began before they committed.
func TestReadersAreInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := sched.NewQueue(sched.Ordered(), sched.Workers(2))
		x := tvar.New(0)
		var read atomic.Bool
		hold := make(chan struct{})
		got := -1
		q.Add(func(tx *stm.Tx) error {
			<-hold
			x.Set(tx, 1)
			return nil
		})
		q.Add(func(tx *stm.Tx) error {
			n := x.Get(tx)
			read.Store(true)
			tx.OnCommit(func() { got = n })
			return nil
		})
		done := make(chan error)
		go func() { done <- q.Run(ctx) }()
		synctest.Wait()
		require.True(t, read.Load(), "nothing was run ahead of its turn")
		close(hold)
		require.NoError(t, <-done)
		require.Equal(t, 1, got)
	})
}

// TestUnitsAheadWaitAside: two workers, and while the first unit is long the
// bodies of all others within reach are run.
func TestUnitsAheadWaitAside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := sched.NewQueue(sched.Ordered(), sched.Workers(2))
		var bodies, hooks atomic.Int32
		hold := make(chan struct{})
		for i := range 20 {
			q.Add(func(tx *stm.Tx) error {
				bodies.Add(1)
				tx.OnCommit(func() { hooks.Add(1) })
				if i == 0 {
					<-hold
				}
				return nil
			})
		}
		done := make(chan error)
		go func() { done <- q.Run(ctx) }()
		synctest.Wait()
		require.EqualValues(t, 8, bodies.Load())
		require.Zero(t, hooks.Load())
		require.Contains(t, q.String(), "ordered queue: 12 units left, 0 done; 1 workers busy, 7 waiting")
		close(hold)
		require.NoError(t, <-done)
		require.EqualValues(t, 20, bodies.Load(), "a unit was run twice for nothing")
		require.EqualValues(t, 20, hooks.Load())
	})
}

// TestErrorIsThatOfTheLoop: the units before it have committed, those after it
// have not, although they had run.
func TestErrorIsThatOfTheLoop(t *testing.T) {
	ordered(t, func(t *testing.T, q *sched.Queue) {
		const n, bad = 500, 321
		x := tvar.New(0)
		for i := range n {
			q.Add(func(tx *stm.Tx) error {
				if i == bad || x.Get(tx) > bad {
					return errUnit // of the first alone
				}
				x.Set(tx, i+1)
				return nil
			})
		}
		var e *sched.UnitError
		require.ErrorAs(t, q.Run(ctx), &e)
		require.Equal(t, bad, e.Index)
		require.Equal(t, bad, x.Load())
		left := indices(q)
		require.Len(t, left, n-bad-1)
		require.Equal(t, bad+1, left[0])
		require.True(t, slices.IsSorted(left))
	})
}

// TestWhatHappensAheadIsVoid: an error, a panic or the end of the goroutine
// that has no cause once the units before have committed.
func TestWhatHappensAheadIsVoid(t *testing.T) {
	ends := map[string]sched.Body{
		"error":  fails,
		"panic":  func(*stm.Tx) error { panic("ahead") },
		"goexit": func(*stm.Tx) error { runtime.Goexit(); return nil },
		"retry":  func(tx *stm.Tx) error { tx.Retry(); return nil },
		"hook": func(tx *stm.Tx) error {
			tx.BeforeCommit(func(*stm.Tx) error { panic("hook") })
			return nil
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				q := sched.NewQueue(sched.Ordered(), sched.Workers(2))
				x, hold := tvar.New(0), make(chan struct{})
				var early atomic.Int32
				q.Add(func(tx *stm.Tx) error {
					<-hold
					x.Set(tx, 1)
					return nil
				})
				for i := range 5 {
					q.Add(func(tx *stm.Tx) error {
						if x.Get(tx) != i+1 {
							early.Add(1)
							return end(tx)
						}
						x.Set(tx, i+2)
						return nil
					})
				}
				done := make(chan error)
				go func() { done <- q.Run(ctx) }()
				synctest.Wait()
				require.Positive(t, early.Load(), "nothing was run ahead of its turn")
				close(hold)
				require.NoError(t, <-done)
				require.Equal(t, 6, x.Load())
			})
		})
	}
}

// TestHookOfAUnitAheadPanics: it runs in order, and the unit has committed.
func TestHookOfAUnitAheadPanics(t *testing.T) {
	for name, end := range map[string]func(){"panic": func() { panic("hook") }, "goexit": runtime.Goexit} {
		synctest.Test(t, func(t *testing.T) {
			q := sched.NewQueue(sched.Ordered(), sched.Workers(2))
			x, hold := tvar.New(0), make(chan struct{})
			q.Add(func(*stm.Tx) error { <-hold; return nil })
			q.Add(func(tx *stm.Tx) error {
				tx.OnCommit(end)
				return increment(x)(tx)
			})
			q.Add(increment(x))
			var value any
			done := make(chan struct{})
			go func() {
				defer close(done)
				defer func() { value = recover() }()
				_ = q.Run(ctx)
				t.Error("returned")
			}()
			synctest.Wait()
			close(hold)
			<-done
			if name == "panic" {
				require.Equal(t, "hook", value.(*sched.UnitPanic).Value)
			}
			require.Equal(t, 1, x.Load())
			require.Equal(t, 1, q.Len())
		})
	}
}

// TestPaceRecovers: after a time of conflicts units are run one by one, by one
// worker. When they have become harmless the other comes back.
func TestPaceRecovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := sched.NewQueue(sched.Ordered(), sched.Workers(2))
		x, hold := tvar.New(0), make(chan struct{})
		for i := range 8 { // 7 of them lose to the first
			q.Add(func(tx *stm.Tx) error {
				if i == 0 {
					<-hold
				}
				return increment(x)(tx)
			})
		}
		for range 300 {
			q.Add(func(*stm.Tx) error { return nil })
		}
		held, ahead := make(chan struct{}), false
		q.Add(func(*stm.Tx) error { <-held; return nil })
		q.Add(func(*stm.Tx) error { ahead = true; return nil })
		done := make(chan error)
		go func() { done <- q.Run(ctx) }()
		synctest.Wait()
		before := stm.ReadStats()
		close(hold)
		synctest.Wait()
		require.GreaterOrEqual(t, stm.ReadStats().Sub(before).Conflicts, uint64(7))
		require.True(t, ahead)
		close(held)
		require.NoError(t, <-done)
	})
}

// TestRetryWaitsForUnitsBefore, and fails when there are none.
func TestRetryWaitsForUnitsBefore(t *testing.T) {
	ordered(t, func(t *testing.T, q *sched.Queue) {
		x := tvar.New(0)
		const n = 200
		for i := range n {
			q.Add(func(tx *stm.Tx) error {
				tx.Check(x.Get(tx) == i)
				x.Set(tx, i+1)
				return nil
			})
		}
		q.Add(func(tx *stm.Tx) error {
			tx.Check(x.Get(tx) > n)
			return nil
		}, stm.Name("waits"))
		q.Add(increment(x))
		err := q.Run(ctx)
		require.ErrorIs(t, err, sched.ErrOrderedRetry)
		require.ErrorContains(t, err, `unit 200 "waits"`)
		require.Equal(t, n, x.Load())
		require.Equal(t, 1, q.Len())
	})
}

// TestUnitsAddUnitsInOrder: at the end, in the order of those who added them.
func TestUnitsAddUnitsInOrder(t *testing.T) {
	ordered(t, func(t *testing.T, q *sched.Queue) {
		log := tvar.New[[]int](nil)
		note := func(tx *stm.Tx, i int) {
			tx.OnCommit(func() { log.Modify(func(l []int) []int { return append(l, i) }) })
		}
		var want []int
		for i := range 100 {
			q.Add(func(tx *stm.Tx) error {
				note(tx, i)
				for k := range 2 {
					q.AddTx(tx, func(tx *stm.Tx) error {
						note(tx, 1000+2*i+k)
						return nil
					})
				}
				return nil
			})
			want = append(want, i)
		}
		for i := range 200 {
			want = append(want, 1000+i)
		}
		require.NoError(t, q.Run(ctx))
		require.Equal(t, want, log.Load())
	})
}

// TestHeavyUnitsDoNotEscalateAhead: they have wasted more than the policy lets
// others waste, by losing to a unit that must commit before them.
func TestHeavyUnitsDoNotEscalateAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := sched.NewQueue(sched.Ordered(), sched.Workers(2))
		vars := make([]tvar.Var[int], 5000)
		hold := make(chan struct{})
		want := 0
		for i := range 8 {
			q.Add(func(tx *stm.Tx) error {
				if i == 0 {
					<-hold
				}
				sum := 0
				for k := range vars {
					sum += vars[k].Get(tx)
				}
				vars[i].Set(tx, sum+1)
				return nil
			})
			want += want + 1
		}
		done := make(chan error)
		go func() { done <- q.Run(ctx) }()
		synctest.Wait()
		before := stm.ReadStats()
		close(hold)
		require.NoError(t, <-done)
		spent := stm.ReadStats().Sub(before)
		require.GreaterOrEqual(t, spent.Conflicts, uint64(7), "nobody lost")
		require.Zero(t, spent.Escalations)
		sum := 0
		for k := range vars {
			sum += vars[k].Load()
		}
		require.Equal(t, want, sum)
	})
}

// TestIrrevocableUnitsInOrder run once each, in their turn.
func TestIrrevocableUnitsInOrder(t *testing.T) {
	ordered(t, func(t *testing.T, q *sched.Queue) {
		x := tvar.New(0)
		var effects []int
		for i := range 300 {
			if i%3 == 0 {
				q.Add(func(tx *stm.Tx) error {
					effects = append(effects, i)
					return increment(x)(tx)
				}, stm.Irrevocable())
				continue
			}
			q.Add(increment(x))
		}
		require.NoError(t, q.Run(ctx))
		require.Equal(t, 300, x.Load())
		require.Len(t, effects, 100)
		require.True(t, slices.IsSorted(effects))
	})
}

// TestIrrevocableAheadOfItsTurn would keep the unit before from committing.
func TestIrrevocableAheadOfItsTurn(t *testing.T) {
	q := sched.NewQueue(sched.Ordered(), sched.Workers(2))
	x, hold := tvar.New(0), make(chan struct{})
	q.Add(func(tx *stm.Tx) error {
		<-hold
		return increment(x)(tx)
	})
	q.Add(func(tx *stm.Tx) error {
		tx.Irrevocable()
		close(hold)
		return nil
	}, stm.Name("early"))
	p := panicOf(t, func() { _ = q.Run(ctx) })
	require.Equal(t, "early", p.Name)
	require.Contains(t, p.Error(), "add the unit with the option stm.Irrevocable")
	require.Equal(t, 1, x.Load()+q.Len())

	// In its turn it may.
	q = sched.NewQueue(sched.Ordered(), sched.Workers(1))
	q.Add(func(tx *stm.Tx) error {
		tx.Irrevocable()
		return increment(x)(tx)
	})
	require.NoError(t, q.Run(ctx))
}

// TestRivalsOfAnOrderedQueue: transactions that are not of the queue get in the
// way, and units still commit in order.
func TestRivalsOfAnOrderedQueue(t *testing.T) {
	ordered(t, func(t *testing.T, q *sched.Queue) {
		x, y := tvar.New(0), tvar.New(0)
		var order []int
		for i := range 500 {
			q.Add(func(tx *stm.Tx) error {
				x.Set(tx, x.Get(tx)+1)
				y.Set(tx, y.Get(tx)+i)
				tx.OnCommit(func() { order = append(order, i) })
				return nil
			})
		}
		var stop atomic.Bool
		n := 0
		done := make(chan struct{})
		go func() {
			defer close(done)
			for !stop.Load() {
				if stm.Atomically(ctx, increment(x)) == nil {
					n++
				}
				runtime.Gosched()
			}
		}()
		require.NoError(t, q.Run(ctx))
		stop.Store(true)
		<-done
		require.Equal(t, 500+n, x.Load())
		require.Equal(t, 500*499/2, y.Load())
		require.Len(t, order, 500)
		require.True(t, slices.IsSorted(order))
	})
}
