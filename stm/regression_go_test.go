package stm_test

import (
	"errors"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// Bugs of other transactional memories for Go.

// After a Retry and a panic the dead transaction stayed on the variable's list,
// locked: later writers, and others' wake-ups, hung on it. anacrolix/stm.
func TestPanicStrandsNobody_Anacrolix(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := tvar.New(0)
		done := tvar.New(0)
		for range 8 {
			go update(t, func(tx *stm.Tx) { tx.Check(v.Get(tx) == 2); tvar.Add(tx, done, 1) })
			synctest.Wait()
		}
		go quietly(func() {
			update(t, func(tx *stm.Tx) {
				if v.Get(tx) == 1 {
					panic("after a wait")
				}
				tx.Retry()
			})
		})
		synctest.Wait()
		v.Store(1)
		synctest.Wait()
		v.Store(2)
		synctest.Wait()
		require.Equal(t, 8, done.Load())
	})
}

// A comparison that panicked in the middle of a commit left a part of the
// writes visible. anacrolix/stm.
func TestPanickingComparisonIsNoPartialCommit_Anacrolix(t *testing.T) {
	for range 50 { // theirs depended on the order of a map
		a, b := tvar.New(0), tvar.New(0)
		odd := tvar.New[any]([]int{1}, tvar.Equal[any]())
		require.Panics(t, func() {
			update(t, func(tx *stm.Tx) { a.Set(tx, 1); odd.Set(tx, []int{2}); b.Set(tx, 1) })
		})
		require.Equal(t, []int{0, 0}, []int{a.Load(), b.Load()})
	}
}

// A blanket recover in the body swallowed Retry, and then the body committed.
// anacrolix/stm.
func TestSwallowedRetryDoesNotCommit_Anacrolix(t *testing.T) {
	x := tvar.New(0)
	err := stm.Atomically(ctx, func(tx *stm.Tx) error {
		x.Set(tx, 7)
		quietly(tx.Retry)
		return nil
	})
	require.ErrorIs(t, err, stm.ErrNothingRead)
	require.Zero(t, x.Load())
}

// Each write started a goroutine. anacrolix/stm.
func TestNoGoroutinePerWrite_Anacrolix(t *testing.T) {
	v := tvar.New(0)
	before := runtime.NumGoroutine()
	most := 0
	for range 1000 {
		v.Store(1)
		update(t, func(tx *stm.Tx) { v.Set(tx, 2) })
		most = max(most, runtime.NumGoroutine())
	}
	require.LessOrEqual(t, most, before+2)
}

// One slow body held up the wake-ups of everybody behind it. anacrolix/stm.
func TestSlowBodyHoldsUpNoWakeup_Anacrolix(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := tvar.New(0)
		var at []time.Duration
		start := time.Now()
		var wg sync.WaitGroup
		wg.Go(func() {
			update(t, func(tx *stm.Tx) {
				if v.Get(tx) == 0 {
					tx.Retry()
				}
				time.Sleep(time.Hour) // a slow body
			})
		})
		synctest.Wait()
		var mu sync.Mutex
		for range 4 {
			wg.Go(func() {
				update(t, func(tx *stm.Tx) { tx.Check(v.Get(tx) == 1) })
				mu.Lock()
				at = append(at, time.Since(start))
				mu.Unlock()
			})
		}
		synctest.Wait()
		v.Store(1)
		wg.Wait()
		require.Equal(t, make([]time.Duration, 4), at, "all woke at once")
	})
}

// Writes of an alternative that retried were committed. lukechampine/stm.
func TestAlternativeLeaksNoWrites_Lukechampine(t *testing.T) {
	x, y := tvar.New(0), tvar.New(0)
	chosen, err := stm.Select(ctx,
		func(tx *stm.Tx) error { x.Set(tx, 1); tx.Retry(); return nil },
		func(tx *stm.Tx) error { y.Set(tx, x.Get(tx)+1); return nil })
	require.NoError(t, err)
	require.Equal(t, []int{1, 0, 1}, []int{chosen, x.Load(), y.Load()})
}

// A transaction inside a body committed by itself, and the outer one then lost
// to it for ever. anacrolix/stm.
func TestNestedStartIsNoLivelock_Anacrolix(t *testing.T) {
	v := tvar.New(0)
	require.PanicsWithValue(t, nested, func() {
		update(t, func(tx *stm.Tx) {
			v.Get(tx)
			_ = stm.Atomically(tx.Context(), func(tx *stm.Tx) error { v.Update(tx, inc); return nil })
		})
	})
	require.Zero(t, v.Load())
}

// A variable that held NaN was never equal to what had been read: a livelock.
// A nil interface in a variable crashed. anacrolix/stm.
func TestNaNAndNil_Anacrolix(t *testing.T) {
	err := tvar.New[error](nil)
	update(t, func(tx *stm.Tx) {
		require.NoError(t, err.Get(tx))
		err.Set(tx, nil)
		require.NoError(t, err.Get(tx))
	})
	err.Store(errors.New("x"))
	err.Store(nil)
	require.NoError(t, err.Load())
}
