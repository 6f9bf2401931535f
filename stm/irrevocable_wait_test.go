package stm_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// A part that retries is undone inside the transaction, so an irrevocable one
// may try another alternative.
func TestOrElseInAnIrrevocableTransaction(t *testing.T) {
	v := tvar.New(0)
	err := stm.Atomically(t.Context(), func(tx *stm.Tx) error {
		tx.Irrevocable()
		return tx.OrElse(
			func(tx *stm.Tx) error { tx.Check(v.Get(tx) > 0); return nil },
			func(tx *stm.Tx) error { v.Set(tx, 1); return nil },
		)
	})
	require.NoError(t, err)
	require.Equal(t, 1, v.Load())
}

// A body that asked to be irrevocable too late starts over protected. It has
// promised nothing yet, and may find that it must wait.
func TestRetryAfterALostIrrevocable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ready := tvar.New(true)
		var attempts []int
		done := make(chan error)
		go func() {
			done <- stm.Atomically(t.Context(), func(tx *stm.Tx) error {
				attempts = append(attempts, tx.Attempt())
				tx.Check(ready.Get(tx))
				if tx.Attempt() == 1 { // taken back before the promise is made
					taken := make(chan bool)
					go func() {
						ready.Store(false)
						close(taken)
					}()
					<-taken
				}
				tx.Irrevocable()
				return nil
			})
		}()
		synctest.Wait() // asleep in the second attempt
		require.Equal(t, []int{1, 2}, attempts)
		ready.Store(true)
		require.NoError(t, <-done)
		require.Equal(t, []int{1, 2, 3}, attempts)
	})
}
