package trial

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stress/internal/memory"
	"github.com/weft-stm/weft/stress/internal/workload"
)

func find(t *testing.T, name string) *workload.Workload {
	t.Helper()
	w, err := workload.Find(name)
	require.NoError(t, err)
	return w
}

// TestNoiseIsMadeAndCounted, each kind by itself.
func TestNoiseIsMadeAndCounted(t *testing.T) {
	for _, tt := range []struct {
		noise Noise
		of    func(e Events) uint64
	}{
		{Noise{Yields: 5}, func(e Events) uint64 { return e.ForcedYields }},
		{Noise{Aborts: 5}, func(e Events) uint64 { return e.ForcedAborts }},
		{Noise{Aborts: 5}, func(e Events) uint64 { return e.FailedOnPurpose }},
		{Noise{LateWakes: 50}, func(e Events) uint64 { return e.LateWakes }},
	} {
		r := try(t, Config{Workload: find(t, "buffer"), Engine: memory.Weft, Hands: 4, Noise: tt.noise, Attempts: 4000})
		require.Empty(t, r.Violations, r.Replay)
		require.NotZero(t, tt.of(r.Events), "%v: %+v", tt.noise, r.Events)
		require.Equal(t, tt.noise.Yields > 0, r.Events.ForcedYields > 0)
		require.Equal(t, tt.noise.Aborts > 0, r.Events.ForcedAborts > 0)
		require.Equal(t, tt.noise.Aborts > 0, r.Events.FailedOnPurpose > 0)
		require.Equal(t, tt.noise.LateWakes > 0, r.Events.LateWakes > 0)
	}
}

// TestForcedAbortsEscalate: with nothing else going on, noise alone brings some
// transactions up to the serial token, and no further; and it is no conflict.
// The yields are for one processor, where who gives way waits for a whole slice.
func TestForcedAbortsEscalate(t *testing.T) {
	for engine, bound := range attemptBound {
		r := try(t, Config{Workload: find(t, "counters"), Engine: engine, Hands: 2, Noise: Noise{Yields: 20, Aborts: 20}, Attempts: 20_000})
		require.Empty(t, r.Violations, r.Replay)
		require.NotZero(t, r.Events.Escalations, r.Replay)
		require.Greater(t, r.MostInARow, 4, r.Replay)
		require.LessOrEqual(t, r.MostInARow, bound, r.Replay)
		require.Less(t, r.Events.Restarts, r.Events.ForcedAborts, r.Replay)
	}
}

func TestNoiseHasBounds(t *testing.T) {
	require.NoError(t, DefaultNoise.Err())
	require.NoError(t, Noise{100, 0, 100}.Err())
	nan := 0.0
	nan /= nan
	for _, n := range []Noise{{Yields: -1}, {Aborts: 101}, {LateWakes: nan}} {
		require.Error(t, n.Err())
	}
	require.Equal(t, "5% forced yields, 1% forced aborts, 1% late wakes", DefaultNoise.String())
}

// TestAttemptsPerCommit: all commits are in the histogram, up to the most in a
// row.
func TestAttemptsPerCommit(t *testing.T) {
	r := try(t, Config{Workload: find(t, "bank"), Engine: memory.Weft, Hands: 4, Noise: DefaultNoise, Attempts: 10_000})
	sum := int64(0)
	for _, n := range r.Tries {
		sum += n
	}
	require.Equal(t, r.Committed, sum, r.Replay)
	require.LessOrEqual(t, len(r.Tries), r.MostInARow)
	require.Greater(t, len(r.Tries), 1)
}

// TestConflictsAreNamed: by variable, and by both transactions.
func TestConflictsAreNamed(t *testing.T) {
	r := try(t, Config{Workload: find(t, "counters"), Engine: memory.Weft, Hands: 8, Noise: Noise{Yields: 20}, Attempts: 20_000})
	require.Empty(t, r.Violations, r.Replay)
	require.NotEmpty(t, r.Conflicts, r.Replay)
	sum, named := int64(0), false
	for i, c := range r.Conflicts {
		sum += c.Restarts
		named = named || c.Variables == "total" && c.Loser == "increment" && c.Rival == "increment"
		require.Contains(t, []string{"counter", "total", "single"}, c.Variables)
		require.Contains(t, []string{"increment", "add", "sum"}, c.Loser)
		require.Contains(t, []string{"increment", "add", singleStep, Nobody}, c.Rival)
		require.Equal(t, c.Variables, workload.Group(c.Hottest))
		require.True(t, c.HottestShare > 0 && c.HottestShare <= 1)
		if i > 0 {
			require.GreaterOrEqual(t, r.Conflicts[i-1].Restarts, c.Restarts)
		}
	}
	require.True(t, named, "%+v", r.Conflicts)
	require.InEpsilon(t, r.Events.Restarts, sum, 0.01, "each restart is accounted for, but for attempts whose successor never began")

	r = try(t, Config{Workload: find(t, "counters"), Engine: memory.Mutex, Hands: 4, Noise: Noise{Yields: 20}, Attempts: 2000})
	require.Empty(t, r.Conflicts)
}

func TestConflictsAddUp(t *testing.T) {
	all := conflicts(map[clash]int64{
		{"a[0]", "x", "y"}: 3, {"a[1]", "x", "y"}: 5, {"a[1]", "x", "z"}: 1, {"b", "x", "y"}: 20,
	})
	require.Equal(t, []Conflict{
		{"b", "x", "y", 20, "b", 1}, {"a", "x", "y", 8, "a[1]", 5. / 8}, {"a", "x", "z", 1, "a[1]", 1},
	}, all)
}

// TestIrrevocableAttemptsAreNotUndone on purpose: what they did cannot be.
func TestIrrevocableAttemptsAreNotUndone(t *testing.T) {
	for engine := range attemptBound {
		r := try(t, Config{Workload: find(t, "irrevocable"), Engine: engine, Hands: 8, Noise: Noise{Yields: 10, Aborts: 20, LateWakes: 20}, Attempts: 10_000})
		require.Empty(t, r.Violations, r.Replay)
		require.Greater(t, r.Events.Irrevocable, uint64(100), r.Replay)
	}
}
