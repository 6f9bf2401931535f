package contention_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/weft-stm/weft/internal/contention"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// after is the default's step after that many losses.
func after(losses int) contention.Step {
	return contention.Default.Next(contention.Loss{Losses: losses, Accesses: 8, Random: 7})
}

// TestLadder: every step, and none of them down again.
func TestLadder(t *testing.T) {
	require.Equal(t, contention.Step{}, after(1), "the first loss restarts at once")
	require.Equal(t, contention.Step{Spin: 7}, after(2))
	require.Equal(t, contention.Step{Spin: 7, Yield: true, Limit: true}, after(4))
	require.Equal(t, contention.Step{Spin: 7, Yield: true, Limit: true}, after(15))
	require.Equal(t, contention.Step{Serialize: true}, after(16))
	require.True(t, after(math.MaxInt).Serialize)
}

// TestWastedWork takes the token however few the losses were.
func TestWastedWork(t *testing.T) {
	wasted := func(losses, wasted int) bool {
		return contention.Default.Next(contention.Loss{Losses: losses, Wasted: wasted}).Serialize
	}
	require.False(t, wasted(1, 4096))
	require.True(t, wasted(1, 4097))
	require.True(t, wasted(4, 4097))
}

// TestTurnsInVain take the token: the rivals do not queue.
func TestTurnsInVain(t *testing.T) {
	vain := func(n int) bool { return contention.Default.Next(contention.Loss{Losses: n, Vain: n}).Serialize }
	require.False(t, vain(2))
	require.True(t, vain(3))
}

// TestQueue: for who lost on one variable again, or loses much.
func TestQueue(t *testing.T) {
	queues := func(l contention.Loss) bool {
		l.Losses = 2
		return contention.Default.Next(l).Queue
	}
	require.False(t, queues(contention.Loss{Same: 1}))
	require.True(t, queues(contention.Loss{Same: 2}))
	require.False(t, queues(contention.Loss{Same: 1, Rate: 0.25}))
	require.True(t, queues(contention.Loss{Same: 1, Rate: 0.26}))
}

// TestBound holds for a policy that would go on for ever.
func TestBound(t *testing.T) {
	var s contention.Step
	require.False(t, s.Bound(contention.Loss{Losses: contention.MaxLosses - 1, Wasted: contention.MaxWasted}).Serialize)
	require.True(t, s.Bound(contention.Loss{Losses: contention.MaxLosses}).Serialize)
	require.True(t, s.Bound(contention.Loss{Losses: 1, Wasted: contention.MaxWasted + 1}).Serialize)
	require.True(t, contention.Step{Serialize: true}.Bound(contention.Loss{}).Serialize)
}

// TestPauseIsBounded and random.
func TestPauseIsBounded(t *testing.T) {
	seen := map[int]bool{}
	for losses := range 16 {
		for random := range uint64(5000) {
			s := contention.Default.Next(contention.Loss{Losses: losses, Random: random * 0x9e3779b97f4a7c15})
			require.GreaterOrEqual(t, s.Spin, 0)
			require.Less(t, s.Spin, 2048)
			seen[s.Spin] = true
		}
	}
	require.Greater(t, len(seen), 1000)
}
