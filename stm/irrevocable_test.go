package stm_test

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// irrevocably are the two ways to become so, at the start and half-way.
var irrevocably = map[string]func(body func(tx *stm.Tx) error) error{
	"option": func(body func(tx *stm.Tx) error) error {
		return stm.Atomically(ctx, body, stm.Irrevocable())
	},
	"half-way": func(body func(tx *stm.Tx) error) error {
		return stm.Atomically(ctx, func(tx *stm.Tx) error { tx.Irrevocable(); return body(tx) })
	},
	"twice": func(body func(tx *stm.Tx) error) error {
		return stm.Atomically(ctx, func(tx *stm.Tx) error { tx.Irrevocable(); return body(tx) }, stm.Irrevocable())
	},
}

// TestIrrevocableRunsOnce although rivals want to commit what it reads.
func TestIrrevocableRunsOnce(t *testing.T) {
	for name, run := range irrevocably {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v, w := tvar.New(0), tvar.New(0)
				read, goOn := make(chan struct{}), make(chan struct{})
				effects := 0
				var wg sync.WaitGroup
				wg.Go(func() {
					err := run(func(tx *stm.Tx) error {
						n := v.Get(tx)
						effects++
						close(read)
						<-goOn
						w.Set(tx, n+v.Get(tx)+1)
						return nil
					})
					if err != nil {
						t.Error(err)
					}
				})
				<-read
				var committed atomic.Int64
				for range 4 {
					wg.Go(func() {
						update(t, func(tx *stm.Tx) { v.Update(tx, inc) })
						if w.Load() != 1 {
							t.Error("an update overtook the irrevocable transaction")
						}
						committed.Add(1)
					})
					wg.Go(func() { v.Modify(inc) })
					wg.Go(func() { v.Store(v.Load() + 1) })
				}
				synctest.Wait()
				require.Zero(t, v.Load(), "commits of others wait")
				_, err := stm.View(ctx, func(tx *stm.Tx) (int, error) { return v.Get(tx) + w.Get(tx), nil })
				require.NoError(t, err, "reads of others do not")
				update(t, func(tx *stm.Tx) { v.Get(tx); w.Get(tx) })
				close(goOn)
				wg.Wait()
				require.Equal(t, 1, effects)
				require.EqualValues(t, 4, committed.Load())
				require.Equal(t, 1, w.Load())
			})
		})
	}
}

// TestOneIrrevocableAtATime, in the order in which they came.
func TestOneIrrevocableAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		running := 0
		var order []int
		release := make(chan struct{})
		var wg sync.WaitGroup
		for i := range 5 {
			wg.Go(func() {
				update(t, func(*stm.Tx) {
					if running++; running != 1 {
						t.Error("two at a time")
					}
					order = append(order, i)
					<-release
					running--
				}, stm.Irrevocable())
			})
			synctest.Wait() // in the queue before the next one comes
		}
		close(release)
		wg.Wait()
		require.Equal(t, []int{0, 1, 2, 3, 4}, order)
	})
}

// TestIrrevocableRetryIsRefused with a typed error; nothing is written, and the
// token is free.
func TestIrrevocableRetryIsRefused(t *testing.T) {
	for name, run := range irrevocably {
		v := tvar.New(0)
		undone := 0
		err := run(func(tx *stm.Tx) error {
			tx.OnRollback(func() { undone++ })
			v.Set(tx, v.Get(tx)+1)
			tx.Retry()
			return nil
		})
		require.ErrorIs(t, err, stm.ErrIrrevocableRetry, name)
		require.Zero(t, v.Load())
		require.Equal(t, 1, undone)
		update(t, func(tx *stm.Tx) { v.Set(tx, 1) })
	}
}

// TestEscalatedMayRetry: a transaction that runs under the token because it
// lost too often has promised nothing. It sleeps without the token.
func TestEscalatedMayRetry(t *testing.T) {
	r, v := newRival(), tvar.New(0)
	update(t, func(tx *stm.Tx) {
		switch n := tx.Attempt(); {
		case n <= 16:
			r.beat(tx)
		case n == 17:
			v.Get(tx)
			go update(t, func(tx *stm.Tx) { v.Set(tx, 1) }) // needs the gate open
			tx.Retry()
		}
	})
	require.Equal(t, 1, v.Load())
}

// TestIrrevocableHalfWayRestartsBefore it returns, if what was read is stale;
// then it is irrevocable from the start.
func TestIrrevocableHalfWayRestartsBefore(t *testing.T) {
	v, w := tvar.New(0), tvar.New(0)
	starts, effects := 0, 0
	var late sync.WaitGroup
	update(t, func(tx *stm.Tx) {
		starts++
		n := v.Get(tx)
		if starts == 1 {
			elsewhere(func() { v.Store(1) })
		} else {
			late.Go(func() { v.Store(2) })
			for range 3000 {
				runtime.Gosched() // it would get through if it could
			}
			require.Equal(t, 1, v.Load())
		}
		tx.Irrevocable()
		effects++
		w.Set(tx, n)
	})
	late.Wait()
	require.Equal(t, 2, starts)
	require.Equal(t, 1, effects)
	require.Equal(t, 1, w.Load())
}

// TestIrrevocableKeepsItsWrites of before.
func TestIrrevocableKeepsItsWrites(t *testing.T) {
	v := tvar.New(0)
	update(t, func(tx *stm.Tx) {
		v.Set(tx, 1)
		_ = tx.Nested(func(tx *stm.Tx) error {
			tx.Irrevocable()
			v.Set(tx, 2)
			return errBody
		})
		require.Equal(t, 1, v.Get(tx))
	})
	require.Equal(t, 1, v.Load())
	update(t, func(tx *stm.Tx) { v.Set(tx, 3) }, stm.Irrevocable())
}

// TestIrrevocableInView is no more than a View is anyway.
func TestIrrevocableInView(t *testing.T) {
	v := tvar.New(4)
	n, err := stm.View(ctx, func(tx *stm.Tx) (int, error) {
		tx.Irrevocable()
		elsewhere(func() { update(t, func(tx *stm.Tx) { v.Set(tx, 5) }) })
		return v.Get(tx), nil
	})
	require.NoError(t, err)
	require.Equal(t, 4, n)
}

// TestIrrevocableBesideUpdates: committers that are under way when the
// gate closes are waited for or let go; no update is lost.
func TestIrrevocableBesideUpdates(t *testing.T) {
	const each = 150
	v, w := tvar.New(0), tvar.New(0)
	var effects, commits atomic.Int64
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range each {
				update(t, func(tx *stm.Tx) {
					if g%2 == 0 && i%3 == 0 {
						if i%2 == 0 {
							v.Get(tx)
						}
						tx.Irrevocable()
						effects.Add(1)
					}
					n := v.Get(tx)
					if w.Get(tx) != n {
						t.Error("v and w differ inside")
					}
					v.Set(tx, n+1)
					w.Set(tx, n+1)
				})
				commits.Add(1)
				if i%16 == 0 {
					runtime.Gosched()
				}
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 2*each/3, effects.Load(), "each effect happened once")
	require.EqualValues(t, commits.Load(), v.Load())
}

// TestEndingsReleaseTheToken: see the matrix of package engine; this one shows
// that those who wait in the queue get on.
func TestEndingsReleaseTheToken(t *testing.T) {
	for name, end := range map[string]func(cancel func()) error{
		"error":  func(func()) error { return errBody },
		"panic":  func(func()) error { panic("x") },
		"Goexit": func(func()) error { runtime.Goexit(); return nil },
		"cancel": func(cancel func()) error { cancel(); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				own, cancel := context.WithCancel(ctx)
				defer cancel()
				started, goOn := make(chan struct{}), make(chan struct{})
				var wg sync.WaitGroup
				wg.Go(func() {
					defer func() { _ = recover() }()
					_ = stm.Atomically(own, func(*stm.Tx) error {
						close(started)
						<-goOn
						return end(cancel)
					}, stm.Irrevocable())
				})
				<-started
				done := 0
				for range 3 {
					wg.Go(func() { update(t, func(*stm.Tx) { done++ }, stm.Irrevocable()) })
				}
				synctest.Wait()
				require.Zero(t, done)
				close(goOn)
				wg.Wait()
				require.Equal(t, 3, done)
			})
		})
	}
}
