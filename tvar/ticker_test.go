package tvar_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// TestTickerTicks regularly, and drops the ticks before the latest when nobody
// came for them, as Go's own does.
func TestTickerTicks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		k := tvar.NewTicker(time.Second)
		require.Equal(t, "every 1s", k.String())
		tick := func() (at time.Duration) {
			x, err := k.Await(t.Context())
			require.NoError(t, err)
			return x.Sub(began)
		}
		for i := range 3 {
			require.Equal(t, time.Duration(i+1)*time.Second, tick())
			require.Equal(t, time.Duration(i+1)*time.Second, time.Since(began))
		}
		time.Sleep(3500 * time.Millisecond)
		require.Equal(t, 6*time.Second, tick())
		require.Equal(t, 6500*time.Millisecond, time.Since(began))
		require.Equal(t, 7*time.Second, tick())
		time.Sleep(time.Second)
		require.Equal(t, 8*time.Second, tick(), "due at this very moment")
		require.Equal(t, 8*time.Second, time.Since(began))
	})
}

// TestTickerTicksForOne of those who wait.
func TestTickerTicksForOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := tvar.NewTicker(time.Minute)
		var got tvar.Vector[time.Duration]
		began := time.Now()
		for range 4 {
			go update(t, func(tx *stm.Tx) { got.Append(tx, k.Wait(tx).Sub(began)) })
		}
		for i := range 4 {
			time.Sleep(time.Minute)
			synctest.Wait()
			require.Equal(t, i+1, got.Size())
			require.Equal(t, time.Duration(i+1)*time.Minute, got.Load(i))
		}
	})
}

// TestTickerStops, and those who wait for it wait until it is set again.
func TestTickerStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := tvar.NewTicker(time.Second)
		began := time.Now()
		var at time.Duration
		go func() { x, err := k.Await(t.Context()); must(err); at = x.Sub(began) }()
		time.Sleep(999 * time.Millisecond)
		k.Cancel()
		require.Equal(t, "stopped", k.String())
		time.Sleep(time.Hour)
		require.Zero(t, at)
		update(t, func(tx *stm.Tx) { k.Set(tx, time.Minute) })
		time.Sleep(time.Minute)
		synctest.Wait()
		require.Equal(t, time.Hour+time.Minute+999*time.Millisecond, at)
		update(t, k.Stop)
		c, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := k.Await(c)
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

// TestTickerOrSomethingElse: a tick that a transaction has seen but not taken is
// there for the next.
func TestTickerOrSomethingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := tvar.NewTicker(time.Second)
		began := time.Now()
		chosen, err := stm.Select(t.Context(),
			func(tx *stm.Tx) error { k.Wait(tx); tx.Retry(); return nil },
			func(tx *stm.Tx) error { tx.After(1500 * time.Millisecond); return nil },
		)
		require.NoError(t, err)
		require.Equal(t, 1, chosen)
		x, err := k.Await(t.Context())
		require.NoError(t, err)
		require.Equal(t, time.Second, x.Sub(began))
		require.ErrorIs(t, stm.Atomically(t.Context(), func(tx *stm.Tx) error { k.Wait(tx); return errBody }), errBody)
		x, err = k.Await(t.Context())
		require.NoError(t, err)
		require.Equal(t, 2*time.Second, x.Sub(began))
	})
}

func TestTickerBadUse(t *testing.T) {
	panicsWith(t, "of a Ticker to 0s", func() { tvar.NewTicker(0) })
	var k tvar.Ticker
	panicsWith(t, "Set of a Ticker to -1ns: the time between two ticks must be positive", func() {
		update(t, func(tx *stm.Tx) { k.Set(tx, -1) })
	})
	var none *tvar.Ticker
	require.Equal(t, "<nil Ticker>", none.String())
	panicsWith(t, "nil Ticker", none.Cancel)
}
