package main

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/weft-stm/weft/stm"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestCacheStaysInOrder: while goroutines use it, the entries are those of the
// order, and not too many.
func TestCacheStaysInOrder(t *testing.T) {
	ctx := context.Background()
	c := NewCache[int, string](50)
	var wg sync.WaitGroup
	wg.Go(func() {
		hits, err := run(ctx, c, 3, 3000)
		if err != nil || hits == 0 {
			t.Error(hits, err)
		}
	})
	for range 50 {
		require.NoError(t, c.Check(ctx))
	}
	wg.Wait()
	require.NoError(t, c.Check(ctx))
	require.Equal(t, 50, c.order.Size())
}

// TestCacheForgetsTheOldest, and not what is in use.
func TestCacheForgetsTheOldest(t *testing.T) {
	ctx := context.Background()
	c := NewCache[int, string](4)
	for k := range 20 {
		for _, k := range []int{k, 0} {
			_, err := fetch(ctx, c, k)
			require.NoError(t, err)
		}
	}
	there := func(k int) bool {
		ok, err := stm.Do(ctx, func(tx *stm.Tx) (bool, error) { return c.entries.Has(tx, k), nil })
		require.NoError(t, err)
		return ok
	}
	require.True(t, there(0))
	require.True(t, there(19))
	require.False(t, there(1))
}
