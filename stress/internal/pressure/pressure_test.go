package pressure_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/weft-stm/weft/stress/internal/pressure"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestRun measures everything once, and counts what it does.
func TestRun(t *testing.T) {
	steps := int64(0)
	lines, err := pressure.Run(t.Context(), pressure.Config{
		Workers: 2, Rounds: 1, Each: time.Millisecond, Seed: 1,
		Progress: func(done, total int64, what string) {
			require.Equal(t, steps, done)
			require.NotEmpty(t, what)
			steps++
		},
	})
	require.NoError(t, err)
	require.EqualValues(t, len(lines)*len(pressure.Pressures), steps)
	for _, l := range lines {
		require.Len(t, l.Rates, len(pressure.Pressures))
		for _, rate := range l.Rates {
			require.Positive(t, rate)
		}
		if l.Policy == pressure.Mutex {
			require.Equal(t, make([]float64, len(pressure.Pressures)), l.Lost)
		}
	}
}

// TestInterrupted returns the error and nothing half measured.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	lines, err := pressure.Run(ctx, pressure.Config{Workers: 1, Rounds: 1, Each: time.Hour, Progress: func(int64, int64, string) {}})
	require.ErrorIs(t, err, context.Canceled)
	require.Nil(t, lines)
}
