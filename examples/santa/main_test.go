package main

import (
	"context"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestOneGroupAtATime: with Santa are reindeer or elves, never both, and of
// either no more than a group.
func TestOneGroupAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var deer, elf, deliveries, meetings atomic.Int32
		visit := func(mine, others, total *atomic.Int32, size int32) func() {
			return func() {
				if n := mine.Add(1); n > size || others.Load() > 0 {
					t.Errorf("%d of a kind, %d of the other", n, others.Load())
				}
				time.Sleep(rand.N(time.Second))
				if others.Load() > 0 {
					t.Errorf("%d of the other kind came in", others.Load())
				}
				mine.Add(-1)
				total.Add(1)
			}
		}
		met, err := work(t.Context(), 30, visit(&deer, &elf, &deliveries, 9), visit(&elf, &deer, &meetings, 3),
			func() { time.Sleep(rand.N(time.Minute)) })
		require.NoError(t, err)
		require.EqualValues(t, 30*9, deliveries.Load())
		require.EqualValues(t, met*3, meetings.Load())
		require.Positive(t, met)
	})
}

// TestReindeerComeFirst when both groups are complete, and nobody comes in
// while Santa sleeps.
func TestReindeerComeFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		herd, shop := newGroup(1), newGroup(1)
		came := ""
		for kind, g := range map[string]*group{"elf": shop, "reindeer": herd} {
			go g.help(ctx, func() {}, func() { came += kind })
		}
		synctest.Wait()
		require.Empty(t, came)
		chosen, err := see(ctx, herd, shop)
		require.NoError(t, err)
		require.Zero(t, chosen)
		require.Equal(t, "reindeer", came)
		chosen, err = see(ctx, newGroup(1), shop)
		require.NoError(t, err)
		require.Equal(t, 1, chosen)
		require.Equal(t, "reindeerelf", came)
		cancel()
	})
}

func TestRun(t *testing.T) {
	var out strings.Builder
	require.NoError(t, run(t.Context(), []string{"-deliveries", "3"}, &out))
	require.Contains(t, out.String(), "Santa delivered toys 3 times")
	require.Contains(t, out.String(), "reindeer were harnessed 27 times")
	require.ErrorContains(t, run(t.Context(), []string{"-deliveries", "-1"}, &out), "-deliveries is -1")
	require.ErrorContains(t, run(t.Context(), []string{"now"}, &out), `["now"]`)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, run(ended, nil, &out), context.Canceled)
}
