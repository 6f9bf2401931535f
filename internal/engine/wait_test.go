package engine_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// TestWaitersLeaveUnchangedVariables: who is woken by one variable does not
// stay in the lists of the others, and an annex that has become useless goes.
func TestWaitersLeaveUnchangedVariables(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := tvar.New(0), tvar.New(0)
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() { update(t, func(tx *stm.Tx) { tx.Check(a.Get(tx)+b.Get(tx) > 0) }) })
		}
		synctest.Wait()
		require.Equal(t, 100, engine.Waiters(cell(a)))
		require.Equal(t, 100, engine.Waiters(cell(b)))
		a.Store(1)
		wg.Wait()
		for _, c := range []*engine.Cell{cell(a), cell(b)} {
			require.Zero(t, engine.Waiters(c))
			require.False(t, engine.Annexed(c))
		}
	})
}

// TestCancelledWaitersLeave, while others stay and are woken.
func TestCancelledWaitersLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := tvar.New(0)
		own, cancel := context.WithCancel(ctx)
		defer cancel()
		cancelled, woken := 0, tvar.New(0)
		var mu sync.Mutex
		for i := range 100 {
			of := own
			if i%2 == 0 {
				of = ctx
			}
			go func() {
				err := stm.Atomically(of, func(tx *stm.Tx) error {
					tx.Check(v.Get(tx) > 0)
					tvar.Add(tx, woken, 1)
					return nil
				})
				if err != nil {
					mu.Lock()
					cancelled++
					mu.Unlock()
				}
			}()
		}
		synctest.Wait()
		require.Equal(t, 100, engine.Waiters(cell(v)))
		cancel()
		synctest.Wait()
		require.Equal(t, 50, engine.Waiters(cell(v)))
		v.Store(1)
		synctest.Wait()
		require.Equal(t, 50, cancelled)
		require.Equal(t, 50, woken.Load())
		require.False(t, engine.Annexed(cell(v)))
	})
}

// TestManyWaitsLeaveNothing, on variables that are never written.
func TestManyWaitsLeaveNothing(t *testing.T) {
	still, turn := tvar.New(0), tvar.New(0)
	var wg sync.WaitGroup
	for g := range 2 {
		wg.Go(func() {
			for range 2000 {
				update(t, func(tx *stm.Tx) {
					still.Get(tx)
					tx.Check(turn.Get(tx)%2 == g)
					turn.Update(tx, inc)
				})
			}
		})
	}
	wg.Wait()
	require.Zero(t, engine.Waiters(cell(still)))
	require.False(t, engine.Annexed(cell(still)))
	require.NoError(t, engine.Leftover())
}

// TestQueueIsLeft by whoever is cancelled, also at its head.
func TestQueueIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() { update(t, func(*stm.Tx) { <-release }, stm.Irrevocable()) })
		synctest.Wait()
		require.True(t, engine.GateClosed())
		own, cancel := context.WithCancel(ctx)
		for range 5 {
			wg.Go(func() {
				err := stm.Atomically(own, func(*stm.Tx) error { return nil }, stm.Irrevocable())
				if err != context.Canceled { //nolint:errorlint // it is returned as it is
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		cancel()
		close(release)
		wg.Wait()
		require.Zero(t, engine.Queued())
		require.NoError(t, engine.Leftover())
	})
}
