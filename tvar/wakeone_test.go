package tvar_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// TestWakeOneWakesOne, the longest waiting, for each item.
func TestWakeOneWakesOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const waiters = 5
		stock := tvar.New(0, tvar.WakeOne())
		var order []int
		attempts := 0
		for i := range waiters {
			go func() {
				_ = stm.Atomically(t.Context(), func(tx *stm.Tx) error {
					attempts++
					n := stock.Get(tx)
					tx.Check(n > 0)
					stock.Set(tx, n-1)
					return nil
				})
				order = append(order, i)
			}()
			synctest.Wait()
		}
		require.Equal(t, waiters, attempts)
		for i := range waiters {
			stock.Modify(func(n int) int { return n + 1 })
			synctest.Wait()
			require.Len(t, order, i+1)
		}
		require.Equal(t, []int{0, 1, 2, 3, 4}, order)
		// Each taker's write wakes the next, who finds nothing and sleeps again.
		require.Equal(t, waiters+waiters+waiters-1, attempts)
	})
}

// TestWakeOneKeepsItsPlace: who was woken in vain stays first, and the others
// sleep on.
func TestWakeOneKeepsItsPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stock := tvar.New(0, tvar.WakeOne())
		order := tvar.New("")
		attempts := 0
		take := func(name string, want int) {
			_ = stm.Atomically(t.Context(), func(tx *stm.Tx) error {
				attempts++
				n := stock.Get(tx)
				tx.Check(n >= want)
				stock.Set(tx, n-want)
				order.Set(tx, order.Get(tx)+name+" ")
				return nil
			})
		}
		for i, name := range []string{"big", "one", "two"} {
			go take(name, max(3-2*i, 1))
			synctest.Wait()
		}
		stock.Store(2) // not enough for the first, and the others wait behind it
		synctest.Wait()
		require.Empty(t, order.Load())
		require.Equal(t, 4, attempts)
		stock.Store(4)
		synctest.Wait()
		require.Equal(t, "big one ", order.Load())
		stock.Store(1)
		synctest.Wait()
		require.Equal(t, "big one two ", order.Load())
	})
}

// TestWakeOneCancelled: who gives up takes no wake along.
func TestWakeOneCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stock := tvar.New(0, tvar.WakeOne())
		ctx, cancel := context.WithCancel(t.Context())
		take := func(ctx context.Context) error {
			return stm.Atomically(ctx, func(tx *stm.Tx) error {
				n := stock.Get(tx)
				tx.Check(n > 0)
				stock.Set(tx, n-1)
				return nil
			})
		}
		gone, got := make(chan error, 1), make(chan error, 1)
		go func() { gone <- take(ctx) }()
		synctest.Wait()
		go func() { got <- take(t.Context()) }()
		synctest.Wait()
		cancel()
		stock.Store(1) // may choose the one that is being cancelled
		synctest.Wait()
		if err := <-gone; err != nil {
			require.ErrorIs(t, err, context.Canceled)
			require.NoError(t, <-got)
		} else {
			stock.Store(1)
			require.NoError(t, <-got)
		}
	})
}
