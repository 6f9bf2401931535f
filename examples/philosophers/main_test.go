package main

import (
	"context"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestNeighboursNeverEatTogether, everybody gets all meals, and the forks are
// on the table in the end.
func TestNeighboursNeverEatTogether(t *testing.T) {
	for _, seats := range []int{2, 3, 5, 8} {
		table := newTable(seats)
		eating := make([]atomic.Bool, seats)
		require.NoError(t, table.dine(t.Context(), 300, func(i int) {
			eating[i].Store(true)
			runtime.Gosched()
			if eating[(i+1)%seats].Load() || eating[(i+seats-1)%seats].Load() {
				t.Errorf("%d eats beside a neighbour", i)
			}
			eating[i].Store(false)
		}))
		for i, n := range table.meals {
			require.Equal(t, 300, n, "philosopher %d", i)
			_, there := table.forks[i].TryLoad()
			require.True(t, there, "fork %d", i)
		}
	}
}

// TestWhoCannotHaveBothTakesNone: one fork is missing, and the other stays for
// the neighbour.
func TestWhoCannotHaveBothTakesNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		table := newTable(3)
		require.NoError(t, table.take(t.Context(), 0))
		ctx, cancel := context.WithCancel(t.Context())
		var err error
		go func() { err = table.take(ctx, 1) }()
		synctest.Wait()
		_, there := table.right(1).TryLoad()
		require.True(t, there)
		cancel()
		synctest.Wait()
		require.ErrorIs(t, err, context.Canceled)
		require.NoError(t, table.put(t.Context(), 0))
		require.NoError(t, table.take(t.Context(), 1))
	})
}

func TestRun(t *testing.T) {
	var out strings.Builder
	require.NoError(t, run(t.Context(), []string{"-philosophers", "3", "-meals", "100"}, &out))
	require.Contains(t, out.String(), "3 philosophers ate 100 meals each")
	for flags, text := range map[string]string{
		"-philosophers 1": "-philosophers is 1", "-meals -1": "-meals is -1", "x": `unexpected argument "x"`,
	} {
		require.ErrorContains(t, run(t.Context(), strings.Fields(flags), &out), text)
	}
}
