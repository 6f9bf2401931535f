package contention_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/weft-stm/weft/internal/contention"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestLadder: every step, and none of them down again.
func TestLadder(t *testing.T) {
	const random = 7
	require.Equal(t, contention.Step{}, contention.Next(1, 0, random), "the first loss restarts at once")
	require.Equal(t, contention.Step{Spin: random}, contention.Next(2, 0, random))
	require.Equal(t, contention.Step{Spin: random, Yield: true}, contention.Next(4, 0, random))
	require.Equal(t, contention.Step{Spin: random, Yield: true}, contention.Next(15, 0, random))
	require.Equal(t, contention.Step{Yield: true, Serialize: true}, contention.Next(16, 0, random))
	require.True(t, contention.Next(math.MaxInt, 0, random).Serialize)
}

// TestWastedWork takes the token however few the losses were.
func TestWastedWork(t *testing.T) {
	require.False(t, contention.Next(1, 4096, 0).Serialize)
	require.True(t, contention.Next(1, 4097, 0).Serialize)
	require.True(t, contention.Next(4, 4097, 0).Serialize)
}

// TestPauseIsBounded and random.
func TestPauseIsBounded(t *testing.T) {
	seen := map[int]bool{}
	for losses := range 16 {
		for random := range uint64(5000) {
			s := contention.Next(losses, 0, random*0x9e3779b97f4a7c15)
			require.GreaterOrEqual(t, s.Spin, 0)
			require.Less(t, s.Spin, 2048)
			seen[s.Spin] = true
		}
		require.GreaterOrEqual(t, contention.Next(losses, 0, math.MaxUint64).Spin, 0)
	}
	require.Greater(t, len(seen), 1000)
}
