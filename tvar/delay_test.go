package tvar_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// TestDelayIsDue at its time, for all who wait, in whichever way.
func TestDelayIsDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		d := tvar.NewDelay(time.Minute)
		var came tvar.Counter
		for range 3 {
			go func() { must(d.Await(t.Context())); came.Increase(1) }()
			go update(t, func(tx *stm.Tx) { d.Wait(tx); came.Add(tx, 1) })
		}
		synctest.Wait()
		require.Zero(t, came.Load())
		at, running := d.Load()
		require.True(t, running)
		require.Equal(t, time.Minute, at.Sub(began))
		require.NoError(t, d.Await(t.Context()))
		synctest.Wait()
		require.EqualValues(t, 6, came.Load())
		require.Equal(t, time.Minute, time.Since(began))
		require.NoError(t, d.Await(t.Context()), "it stays due")
		require.Equal(t, time.Minute, time.Since(began))
	})
}

// TestDelayMoves while somebody waits: later, nearer, and stopped.
func TestDelayMoves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d tvar.Delay
		require.Equal(t, "stopped", d.String())
		began := time.Now()
		var took time.Duration
		go func() { must(d.Await(t.Context())); took = time.Since(began) }()
		time.Sleep(time.Hour)
		d.Store(time.Minute)
		time.Sleep(50 * time.Second)
		update(t, func(tx *stm.Tx) { d.Set(tx, time.Minute) })
		time.Sleep(50 * time.Second)
		update(t, d.Stop)
		time.Sleep(time.Hour)
		d.Store(time.Hour)
		time.Sleep(time.Minute)
		synctest.Wait()
		require.Zero(t, took)
		d.Store(time.Second)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		require.Equal(t, 2*time.Hour+161*time.Second, took)
		d.Cancel()
		c, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, d.Await(c), context.DeadlineExceeded)
	})
}

// TestDelayAsATimeOut that each sign of life puts off.
func TestDelayAsATimeOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var queue tvar.Vector[int]
		idle := tvar.NewDelay(time.Second)
		go func() {
			for i := range 5 {
				time.Sleep(900 * time.Millisecond)
				update(t, func(tx *stm.Tx) { queue.Append(tx, i); idle.Set(tx, time.Second) })
			}
		}()
		began := time.Now()
		errIdle := errors.New("idle")
		got := 0
		receive := func(tx *stm.Tx) error {
			_, ok := queue.Pop(tx)
			tx.Check(ok)
			return nil
		}
		for {
			err := stm.Atomically(t.Context(), func(tx *stm.Tx) error {
				return tx.OrElse(receive, func(tx *stm.Tx) error { idle.Wait(tx); return errIdle })
			})
			if err != nil {
				require.ErrorIs(t, err, errIdle)
				break
			}
			got++
		}
		require.Equal(t, 5, got)
		require.Equal(t, 5500*time.Millisecond, time.Since(began))
	})
}

// TestDelaySetByAFailure is not set.
func TestDelaySetByAFailure(t *testing.T) {
	var d tvar.Delay
	require.ErrorIs(t, stm.Atomically(ctx, func(tx *stm.Tx) error { d.Set(tx, 1); return errBody }), errBody)
	_, running := d.Load()
	require.False(t, running)
	update(t, func(tx *stm.Tx) {
		d.Set(tx, -1)
		at, running := d.Get(tx)
		require.True(t, running)
		require.True(t, time.Now().After(at))
		d.Wait(tx)
	})
	require.Contains(t, d.String(), "due ")
	var none *tvar.Delay
	require.Equal(t, "<nil Delay>", none.String())
	panicsWith(t, "nil Delay", func() { none.Store(1) })
}
