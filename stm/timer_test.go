package stm_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// TestUntilAMovingTime: a transaction that waits for a time which others move
// keeps the timers of the last two attempts, and those of After.
func TestUntilAMovingTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		at := tvar.New(began.Add(time.Minute))
		go func() {
			for range 50 {
				time.Sleep(time.Second)
				at.Modify(func(was time.Time) time.Time { return was.Add(time.Second) })
			}
		}()
		attempts, most := 0, 0
		require.NoError(t, stm.Atomically(t.Context(), func(tx *stm.Tx) error {
			attempts++
			return tx.OrElse(
				func(tx *stm.Tx) error { tx.After(time.Hour); return nil },
				func(tx *stm.Tx) error {
					defer func() { most = max(most, stm.Timers(tx)) }()
					tx.Until(at.Get(tx))
					return nil
				},
			)
		}))
		require.Equal(t, 52, attempts)
		require.Equal(t, 110*time.Second, time.Since(began))
		require.Equal(t, 3, most)
	})
}

// TestUntilTwoTimes in turn keeps both timers.
func TestUntilTwoTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		noise := tvar.New(0)
		go func() {
			for range 5 {
				time.Sleep(time.Second)
				noise.Modify(func(n int) int { return n + 1 })
			}
		}()
		require.NoError(t, stm.Atomically(t.Context(), func(tx *stm.Tx) error {
			return tx.OrElse(
				func(tx *stm.Tx) error { noise.Get(tx); tx.Until(began.Add(time.Hour)); return nil },
				func(tx *stm.Tx) error { tx.Until(began.Add(time.Minute)); return nil },
			)
		}))
		require.Equal(t, time.Minute, time.Since(began))
	})
}
