package sched_test

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// indices of what is left in q.
func indices(q *sched.Queue) (left []int) {
	for _, u := range q.Drain() {
		left = append(left, u.Index)
	}
	return left
}

// TestFirstErrorStopsTheQueue: each unit is committed, named by the error, or
// left.
func TestFirstErrorStopsTheQueue(t *testing.T) {
	modes(t, func(t *testing.T, opts ...sched.QueueOption) {
		const n, bad = 1000, 400
		q := sched.NewQueue(opts...)
		vars := make([]tvar.Var[int], n)
		for i := range vars {
			q.Add(func(tx *stm.Tx) error {
				vars[i].Set(tx, 1)
				if i == bad {
					return errUnit
				}
				return nil
			}, stm.Name("unit"))
		}
		err := q.Run(ctx)
		var e *sched.UnitError
		require.ErrorAs(t, err, &e)
		require.Same(t, errUnit, e.Err)
		require.ErrorIs(t, err, errUnit)
		require.Equal(t, bad, e.Index)
		require.Equal(t, "unit", e.Name)
		require.EqualError(t, err, `sched: unit 400 "unit": unit`)

		left := map[int]bool{bad: true}
		last := -1
		for _, u := range q.Drain() {
			require.Equal(t, "unit", u.Name)
			require.Greater(t, u.Index, last)
			last = u.Index
			left[u.Index] = true
		}
		for i := range vars {
			require.Equal(t, left[i], vars[i].Load() == 0, "unit %d", i)
		}
	})
}

// TestQueueGoesOnAfterAnError: a second Run, and units handed to another queue.
func TestQueueGoesOnAfterAnError(t *testing.T) {
	modes(t, func(t *testing.T, opts ...sched.QueueOption) {
		q := sched.NewQueue(opts...)
		v := tvar.New(0)
		const n = 200
		for i := range n {
			if i%50 == 25 {
				q.Add(fails)
			}
			q.Add(increment(v))
		}
		for range 2 {
			require.ErrorIs(t, q.Run(ctx), errUnit)
		}
		other := sched.NewQueue(opts...)
		for _, u := range q.Drain() {
			other.Add(u.Body, u.Options...)
		}
		for range 2 {
			require.ErrorIs(t, other.Run(ctx), errUnit)
		}
		require.NoError(t, other.Run(ctx))
		require.Equal(t, n, v.Load())
	})
}

func TestUnitErrorWithoutName(t *testing.T) {
	var q sched.Queue
	q.Add(fails)
	require.EqualError(t, q.Run(ctx), "sched: unit 0: unit")
}

func TestCancelStopsTheQueue(t *testing.T) {
	modes(t, func(t *testing.T, opts ...sched.QueueOption) {
		q := sched.NewQueue(opts...)
		v := tvar.New(0)
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		const n = 500
		for i := range n {
			q.Add(func(tx *stm.Tx) error {
				if i == 100 {
					tx.OnCommit(cancel)
				}
				return increment(v)(tx)
			})
		}
		err := q.Run(ctx)
		require.Equal(t, context.Canceled, err)
		left := q.Len()
		require.Positive(t, left)
		require.Equal(t, n, left+v.Load())
		require.Equal(t, context.Canceled, q.Run(ctx))
		require.Equal(t, left, q.Len())
		require.NoError(t, q.Run(context.Background()))
		require.Equal(t, n, v.Load())
	})
}

func TestCancelAfterTheLastUnit(t *testing.T) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var q sched.Queue
	q.Add(func(tx *stm.Tx) error { tx.OnCommit(cancel); return nil })
	require.NoError(t, q.Run(ctx))
}

// TestStopWakesWaitingUnits: a unit that waits for a change that will not come
// is not run; it stays in the queue.
func TestStopWakesWaitingUnits(t *testing.T) {
	for name, stop := range map[string]func(q *sched.Queue, cancel func()){
		"error":  func(q *sched.Queue, _ func()) { q.Add(fails) },
		"cancel": func(_ *sched.Queue, cancel func()) { cancel() },
	} {
		for _, opts := range [][]sched.QueueOption{nil, {sched.Ordered(), sched.AwaitOutside()}} {
			if name == "error" && opts != nil {
				continue // would be after the unit that waits
			}
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(ctx)
				defer cancel()
				q := sched.NewQueue(opts...)
				v := tvar.New(0)
				for range 5 {
					q.Add(func(tx *stm.Tx) error {
						tx.Check(v.Get(tx) > 0)
						return nil
					})
				}
				done := make(chan error)
				go func() { done <- q.Run(ctx) }()
				synctest.Wait()
				stop(q, cancel)
				require.Error(t, <-done)
				require.Equal(t, []int{0, 1, 2, 3, 4}, indices(q))
			})
		}
	}
}

// TestUnitThatReturnsTheErrorOfItsContext has not been run either.
func TestUnitThatReturnsTheErrorOfItsContext(t *testing.T) {
	modes(t, func(t *testing.T, opts ...sched.QueueOption) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		q := sched.NewQueue(opts...)
		q.Add(func(tx *stm.Tx) error {
			cancel()
			return tx.Context().Err()
		})
		require.Equal(t, context.Canceled, q.Run(ctx))
		require.Equal(t, 1, q.Len())
	})
}

func TestUnitPanics(t *testing.T) {
	modes(t, func(t *testing.T, opts ...sched.QueueOption) {
		q := sched.NewQueue(opts...)
		v := tvar.New(0)
		const n = 300
		for i := range n {
			if i == 150 {
				q.Add(func(tx *stm.Tx) error {
					v.Set(tx, -1)
					panic(errUnit)
				}, stm.Name("bad"))
				continue
			}
			q.Add(increment(v))
		}
		p := panicOf(t, func() { _ = q.Run(ctx) })
		require.Equal(t, 150, p.Index)
		require.Equal(t, "bad", p.Name)
		require.Same(t, errUnit, p.Value)
		require.ErrorIs(t, p, errUnit)
		require.Empty(t, p.Also)
		require.Contains(t, string(p.Stack), "TestUnitPanics")
		require.Contains(t, p.Error(), `sched: unit 150 "bad" panicked: unit`)

		left := q.Len()
		require.Equal(t, n-1, v.Load()+left)
		require.NoError(t, q.Run(ctx))
		require.Equal(t, n-1, v.Load())
	})
}

func panicOf(t *testing.T, f func()) (p *sched.UnitPanic) {
	t.Helper()
	defer func() {
		var ok bool
		p, ok = recover().(*sched.UnitPanic)
		require.True(t, ok, "no UnitPanic")
	}()
	f()
	return nil
}

// TestUnitsPanicTogether: none of the panics is lost, nor a unit whose error
// they displace.
func TestUnitsPanicTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := sched.NewQueue(sched.Workers(4))
		hold := make(chan struct{})
		q.Add(func(*stm.Tx) error { <-hold; panic(1) })
		q.Add(func(*stm.Tx) error { <-hold; panic(2) })
		q.Add(func(*stm.Tx) error { <-hold; return errUnit })
		q.Add(func(*stm.Tx) error { <-hold; return errUnit })
		go func() {
			synctest.Wait()
			close(hold)
		}()
		p := panicOf(t, func() { _ = q.Run(ctx) })
		require.Len(t, p.Also, 1)
		require.Equal(t, 3, p.Value.(int)+p.Also[0].Value.(int))
		require.Equal(t, []int{2, 3}, indices(q))
	})
}

// TestHookPanics: the unit has committed.
func TestHookPanics(t *testing.T) {
	modes(t, func(t *testing.T, opts ...sched.QueueOption) {
		q := sched.NewQueue(opts...)
		v := tvar.New(0)
		for i := range 10 {
			q.Add(func(tx *stm.Tx) error {
				if i == 5 {
					tx.OnCommit(func() { panic("hook") })
				}
				return increment(v)(tx)
			})
		}
		p := panicOf(t, func() { _ = q.Run(ctx) })
		require.Equal(t, "hook", p.Value)
		require.Equal(t, 5, p.Index)
		require.Equal(t, 10, v.Load()+q.Len())
	})
}

// TestGoexitInAUnit: it ends the goroutine of the caller, as if the unit had
// run there.
func TestGoexitInAUnit(t *testing.T) {
	modes(t, func(t *testing.T, opts ...sched.QueueOption) {
		q := sched.NewQueue(opts...)
		v := tvar.New(0)
		for i := range 100 {
			q.Add(func(tx *stm.Tx) error {
				v.Set(tx, v.Get(tx)+1)
				if i == 50 {
					runtime.Goexit()
				}
				return nil
			})
		}
		returned := false
		elsewhere(func() {
			_ = q.Run(ctx)
			returned = true
		})
		require.False(t, returned)
		left := q.Len()
		require.Equal(t, 99, v.Load()+left)
		require.NoError(t, q.Run(ctx))
		require.Equal(t, 99, v.Load())
	})
}

// elsewhere runs f on a goroutine of its own and waits for its end.
func elsewhere(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	<-done
}

func TestProgressFunctionPanics(t *testing.T) {
	modes(t, func(t *testing.T, opts ...sched.QueueOption) {
		fail := true
		q := sched.NewQueue(append(opts, sched.Progress(10, func(int) {
			if fail {
				panic("progress")
			}
		}))...)
		v := tvar.New(0)
		for range 1000 {
			q.Add(increment(v))
		}
		require.PanicsWithValue(t, "progress", func() { _ = q.Run(ctx) })
		require.Equal(t, 1000, v.Load()+q.Len())
		fail = false
		require.NoError(t, q.Run(ctx))
		require.Equal(t, 1000, v.Load())
	})
}

// TestUnitsThatHaveBegunEnd: Run returns no sooner, whatever stopped it.
func TestUnitsThatHaveBegunEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := sched.NewQueue(sched.Workers(2))
		var ended atomic.Bool
		began, hold := make(chan struct{}), make(chan struct{})
		q.Add(func(tx *stm.Tx) error {
			close(began)
			<-hold
			tx.OnCommit(func() { ended.Store(true) })
			return nil
		})
		q.Add(func(*stm.Tx) error { <-began; return errUnit })
		done := make(chan error)
		go func() { done <- q.Run(ctx) }()
		synctest.Wait()
		select {
		case <-done:
			t.Fatal("a unit is still running")
		default:
		}
		close(hold)
		require.ErrorIs(t, <-done, errUnit)
		require.True(t, ended.Load())
	})
}

func TestQueueMisuse(t *testing.T) {
	nop := func(*stm.Tx) error { return nil }
	require.Panics(t, func() { sched.Workers(0) })
	require.Panics(t, func() { sched.Workers(-1) })
	require.Panics(t, func() { sched.LookAhead(0) })
	require.Panics(t, func() { sched.Progress(0, func(int) {}) })
	require.Panics(t, func() { sched.Progress(1, nil) })

	var q sched.Queue
	require.PanicsWithValue(t, "sched: nil body", func() { q.Add(nil) })
	require.PanicsWithValue(t, "sched: nil sequence", func() { q.AddSeq(nil) })
	require.Panics(t, func() { q.AddTx(nil, nop) })
	var none context.Context
	require.Panics(t, func() { _ = q.Run(none) })
	require.NoError(t, stm.Atomically(ctx, func(tx *stm.Tx) error {
		require.PanicsWithValue(t, "sched: nil body", func() { q.AddTx(tx, nil) })
		require.PanicsWithValue(t, "sched: nil sequence", func() { q.AddSeqTx(tx, nil) })
		require.Panics(t, func() { _ = q.Run(ctx) })
		require.Panics(t, func() { _ = q.Run(tx.Context()) })
		require.PanicsWithValue(t, "sched: Queue.Add inside a body, which may run several times: use AddTx", func() { q.Add(nop) })
		require.PanicsWithValue(t, "sched: Queue.Add inside a body, which may run several times: use AddTx", func() { q.AddSeq(bodies(nop)) })
		return nil
	}))
	require.NoError(t, q.Run(ctx))

	// By a unit, or by the hook of one.
	for _, body := range []sched.Body{
		func(*stm.Tx) error { return q.Run(ctx) },
		func(tx *stm.Tx) error { tx.OnCommit(func() { _ = q.Run(ctx) }); return nil },
		func(tx *stm.Tx) error { tx.OnCommit(func() { q.Drain() }); return nil },
	} {
		q.Add(body)
		require.NotNil(t, panicOf(t, func() { _ = q.Run(ctx) }))
	}
	require.Zero(t, q.Len())
}

// TestRunInsideAnIrrevocableBody would wait for itself.
func TestRunInsideAnIrrevocableBody(t *testing.T) {
	var q sched.Queue
	w := sched.NewWorker()
	for range 100 { // its bodies are not watched any more
		require.NoError(t, w.Atomically(ctx, func(*stm.Tx) error { return nil }))
	}
	require.NoError(t, w.Atomically(ctx, func(*stm.Tx) error {
		require.Panics(t, func() { _ = q.Run(context.Background()) })
		return nil
	}, stm.Irrevocable()))
}

func TestRunTwiceAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var q sched.Queue
		hold := make(chan struct{})
		q.Add(func(*stm.Tx) error { <-hold; return nil })
		done := make(chan error)
		go func() { done <- q.Run(ctx) }()
		synctest.Wait()
		require.PanicsWithValue(t, "sched: Queue.Run while it is running: add units to the Run under way, or wait for it", func() { _ = q.Run(ctx) })
		require.PanicsWithValue(t, "sched: Queue.Drain during Run: cancel its context and wait for it to return", func() { q.Drain() })
		close(hold)
		require.NoError(t, <-done)
	})
}

// TestFailuresDoNotHideBehindErrors: a unit that was interrupted by the error
// of another has not failed.
func TestFailuresDoNotHideBehindErrors(t *testing.T) {
	v := tvar.New(0)
	var q sched.Queue
	q.Add(func(tx *stm.Tx) error { tx.Check(v.Get(tx) == 1); return nil })
	q.Add(fails)
	err := q.Run(ctx)
	require.ErrorIs(t, err, errUnit)
	require.False(t, errors.Is(err, context.Canceled))
	v.Store(1)
	require.NoError(t, q.Run(ctx))
}
