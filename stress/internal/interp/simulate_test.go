package interp

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestSimulate knows what must come out where it can be told.
func TestSimulate(t *testing.T) {
	speed := func(l Load, cores int) float64 { l.Length = 1000; return 1000 / simulate(l, cores) }
	for _, n := range []int{1, 2, 8, 64} {
		require.InEpsilon(t, float64(n), speed(Load{}, n), 0.01, "nothing shared")
		require.InEpsilon(t, 1, speed(Load{Irrevocable: 1}, n), 0.01, "one at a time")
		require.InEpsilon(t, 1, speed(Load{Conflict: 1}, n), 0.2, "one commits, all others lose")
	}
	require.Greater(t, speed(Load{Conflict: 0.1}, 8), 3.0)
	require.Less(t, speed(Load{Conflict: 0.1}, 8), 7.5)
	require.Less(t, speed(Load{Irrevocable: 0.1}, 64), 11.0, "Amdahl")
	require.Equal(t, speed(Load{Conflict: 0.1}, 16), speed(Load{Conflict: 0.1}, 16))
}

// TestSimulateLongTransactions ends: a nanosecond is lost in the rounding of a
// time that is long.
func TestSimulateLongTransactions(t *testing.T) {
	for _, irrevocable := range []float64{0.01, 0.3, 1} {
		require.InEpsilon(t, simulate(Load{Length: 1, Irrevocable: irrevocable}, 8), simulate(Load{Length: 1e9, Irrevocable: irrevocable}, 8)/1e9, 0.05)
	}
}

// TestLoad takes what two threads did apart.
func TestLoad(t *testing.T) {
	o := Outcome{Cells: []Cell{
		{Mode: GIL, Threads: 1, Median: 1000},
		{Mode: STM, Threads: 2, Steps: []Step{
			{Processor: 1500, Instructions: 90, Wasted: 10, Commits: 6, Aborts: 1, Irrevocable: 3},
			{Processor: 1500, Instructions: 90, Wasted: 10, Commits: 6, Aborts: 2, Irrevocable: 0},
		}},
	}}
	l, ok := o.Load()
	require.True(t, ok)
	require.InEpsilon(t, 225, l.Length, 1e-9)
	require.Equal(t, 6.0, l.Commits)
	require.Equal(t, 0.25, l.Conflict)
	require.Equal(t, 0.25, l.Irrevocable)
	require.Positive(t, o.Simulated(8))
	_, ok = (&Outcome{Cells: []Cell{{Mode: STM, Threads: 2, Median: time.Second, Steps: []Step{{}}}}}).Load()
	require.False(t, ok)
}
