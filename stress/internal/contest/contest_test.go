package contest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/weft-stm/weft/stress/internal/memory"
	"github.com/weft-stm/weft/stress/internal/workload"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func find(t *testing.T, names ...string) (ws []*workload.Workload) {
	for _, name := range names {
		w, err := workload.Find(name)
		require.NoError(t, err)
		ws = append(ws, w)
	}
	return ws
}

func TestContest(t *testing.T) {
	var seen []Progress
	outcomes, err := Run(context.Background(), Config{
		Workloads: find(t, "write-skew", "buffer", "hooks"),
		Engines:   []string{memory.Mutex, memory.RWMutex, memory.Weft, memory.Peer, memory.None},
		Rounds:    LeastRounds, Each: 5 * time.Millisecond, Workers: 2, Seed: 1,
		Progress: func(p Progress) { seen = append(seen, p) },
	})
	require.NoError(t, err)
	require.Len(t, seen, LeastRounds*3*5)
	require.Equal(t, memory.Mutex, seen[0].Engine)
	require.Equal(t, memory.RWMutex, seen[15].Engine, "another one is first")
	for i := range seen {
		require.EqualValues(t, i, seen[i].Done)
	}

	entry := func(w, e int) Entry { return outcomes[w].Entries[e] }
	for w := range outcomes {
		for _, e := range []int{0, 2} {
			require.Len(t, entry(w, e).Rates, LeastRounds)
			require.Positive(t, entry(w, e).Rate.Median)
			require.LessOrEqual(t, entry(w, e).Rate.Low, entry(w, e).Rate.Median)
			require.Positive(t, entry(w, e).Median)
		}
		require.Equal(t, Estimate{1, 1, 1}, entry(w, 2).Ratio, "over itself")
	}
	require.Same(t, &outcomes[0].Entries[2], outcomes[0].Find(memory.Weft))
	require.Nil(t, outcomes[0].Find("nothing"))
	require.NotZero(t, outcomes[0].Entries[2].Latency().Count())
	require.NotEmpty(t, entry(0, 1).Rates, "write-skew has views")
	require.Contains(t, entry(1, 1).Problem, "no views")
	require.Contains(t, entry(2, 3).Problem, "cannot run")
}

// A violated run counts for nothing. Whether a short one without isolation is
// violated is a matter of chance, so it gets longer until one is.
func TestViolatedRunsHaveNoRate(t *testing.T) {
	for each := 5 * time.Millisecond; each < 2*time.Second; each *= 2 {
		outcomes, err := Run(context.Background(), Config{
			Workloads: find(t, "write-skew"), Engines: []string{memory.None},
			Rounds: LeastRounds, Each: each, Workers: 2, Seed: 1,
		})
		require.NoError(t, err)
		if e := outcomes[0].Entries[0]; e.Problem != "" {
			require.Contains(t, e.Problem, "violation")
			require.Empty(t, e.Rates)
			return
		}
	}
	t.Fatal("no run without isolation was violated")
}

func TestEstimate(t *testing.T) {
	require.Zero(t, estimate(nil))
	require.Equal(t, Estimate{2, 0, 0}, estimate([]float64{3, 1, 2}), "too few for an interval")
	require.Equal(t, Estimate{3.5, 1, 6}, estimate([]float64{3, 1, 2, 6, 5, 4}))
}

func TestEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	_, err := Run(ctx, Config{
		Workloads: find(t, "bank"), Engines: []string{memory.Weft}, Rounds: 9, Each: time.Hour, Workers: 1,
		Progress: func(Progress) { cancel() },
	})
	require.ErrorIs(t, err, context.Canceled)
}
