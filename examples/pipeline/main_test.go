package main

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/weft-stm/weft/tvar"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestEachComesOutOnceAndInOrder, whoever was faster.
func TestEachComesOutOnceAndInOrder(t *testing.T) {
	var got []string
	require.NoError(t, pipe(t.Context(), 2, 500, 3, 2, func(s string) { got = append(got, s) }))
	var want []string
	for n := 2; n < 502; n++ {
		want = append(want, text(factors(n)))
	}
	require.Equal(t, want, got)
	require.Equal(t, []string{"2", "3", "2·2", "5", "2·3"}, got[:5])
}

// TestASlowItemHoldsUpResultsOnly: what comes behind it is worked on, as far as
// there are workers, and then comes out after it.
func TestASlowItemHoldsUpResultsOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const workers, room = 3, 2
		var begun atomic.Int32
		s := &stage[int, int]{in: tvar.NewBoundedQueue[int](10), out: tvar.NewBoundedQueue[int](room), f: func(x int) int {
			if begun.Add(1); x == 0 {
				time.Sleep(time.Hour)
			}
			return x
		}}
		for i := range 10 {
			require.NoError(t, s.in.TryPut(i))
		}
		s.in.Shut()
		done := make(chan error)
		go func() { done <- s.run(t.Context(), workers) }()
		synctest.Wait()
		require.EqualValues(t, workers, begun.Load())
		require.Zero(t, s.out.Size())
		time.Sleep(time.Hour)
		synctest.Wait()
		require.EqualValues(t, room+workers, begun.Load(), "the queue is full, and each worker has one")
		require.Equal(t, []int{0, 1}, s.out.Snapshot())
		for i := range 10 {
			x, err := s.out.Take(t.Context())
			require.NoError(t, err)
			require.Equal(t, i, x)
		}
		require.NoError(t, <-done)
		require.True(t, s.out.Closed())
	})
}

// TestPipeStops wherever it is.
func TestPipeStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	err := pipe(ctx, 2, 1_000_000, 3, 4, func(string) {
		if n++; n == 100 {
			cancel()
		}
	})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 100, n)
}

func TestRun(t *testing.T) {
	var out strings.Builder
	require.NoError(t, run(t.Context(), []string{"-n", "8"}, &out))
	require.Contains(t, out.String(), "the last one 1000000007 = 1000000007")
	for _, flags := range []string{"-n -1", "-workers 0", "-room 0", "please"} {
		require.ErrorContains(t, run(t.Context(), strings.Fields(flags), &out), "see -help")
	}
}
