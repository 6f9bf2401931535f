package main

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestNoWindowIsOverfull: in any stretch of time no more requests get through
// than the burst and the rate allow, and as many if they are there.
func TestNoWindowIsOverfull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const burst, n = 3, 40
		l := newLimiter(10, burst)
		began := time.Now()
		var mu sync.Mutex
		var at []time.Duration
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() {
				time.Sleep(time.Duration(i%4) * 2 * time.Second)
				if err := request(t.Context(), time.Hour, l); err != nil {
					t.Error(err)
				}
				mu.Lock()
				at = append(at, time.Since(began))
				mu.Unlock()
			})
		}
		wg.Wait()
		slices.Sort(at)
		require.Len(t, at, n)
		for i := range at {
			for j := range i {
				window := at[i] - at[j]
				require.LessOrEqual(t, i-j+1, burst+int(window/l.interval), "from %v to %v", at[j], at[i])
			}
		}
		require.Equal(t, []time.Duration{0, 0, 0}, at[:burst])
		require.Equal(t, 100*time.Millisecond, at[burst])
	})
}

// TestRequestTakesAllOrNothing: who waits for one limit uses up nothing of the
// other.
func TestRequestTakesAllOrNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow, all := newLimiter(1, 1), newLimiter(1, 1)
		require.NoError(t, request(t.Context(), time.Second, slow))
		began := time.Now()
		require.ErrorIs(t, request(t.Context(), time.Second/2, all, slow), errTooSlow)
		require.Equal(t, time.Second/2, time.Since(began))
		require.NoError(t, request(t.Context(), time.Second, all), "nothing was taken of it")
		require.Equal(t, time.Second/2, time.Since(began))
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, request(ended, time.Second, all), context.Canceled)
	})
}

// TestStormKeepsBothLimits, and each client gets its share.
func TestStormKeepsBothLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		total := 0
		for i, c := range storm(ctx, newLimiter(20, 2), 8, 2, 3, time.Second) {
			require.LessOrEqual(t, c.served, 2+10*8, "client %d", i)
			require.Positive(t, c.served, "client %d", i)
			total += c.served
		}
		require.LessOrEqual(t, total, 2+10*20)
		require.Greater(t, total, 10*20-2)
	})
}

func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		require.NoError(t, run(t.Context(), strings.Fields("-rate 100 -each 60 -clients 2 -for 2s"), &out))
		require.Contains(t, out.String(), "client 1:")
		require.Contains(t, out.String(), "of at most 210")
		for flags, text := range map[string]string{
			"-rate 0": "-rate is 0", "-each 2000000": "-each is 2000000", "-burst 0": "-burst is 0",
			"-clients -3": "-clients is -3", "-patience 0": "-patience is 0s", "-for -1s": "-for is -1s", "x": `"x"`,
		} {
			require.ErrorContains(t, run(t.Context(), strings.Fields(flags), &out), text)
		}
	})
}
