package interp

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/weft-stm/weft/sched"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestPrograms: each runs with one thread and with several, comes to the same,
// and checks itself.
func TestPrograms(t *testing.T) {
	ctx := context.Background()
	corpus, err := readCorpus(ctx, Config{Benchmarks: All(), Quick: true})
	require.NoError(t, err)
	require.NotEmpty(t, corpus)
	done := map[string]bool{}
	for _, b := range All() {
		if done[b.program] {
			continue // with other arguments
		}
		done[b.program] = true
		t.Run(b.program, func(t *testing.T) {
			one, err := b.load(ctx, sched.GIL, 1, true, corpus)
			require.NoError(t, err)
			many, err := b.load(ctx, sched.STM, 3, true, corpus)
			require.NoError(t, err)
			want, err := one.in.Call(ctx, "step", one.args...)
			require.NoError(t, err)
			got, err := many.in.Call(ctx, "step", many.args...)
			require.NoError(t, err)
			require.Equal(t, want, got)
			require.Zero(t, many.in.Machine().Stats().Internal, "conflicts over what is no guest's")
		})
	}
}

// TestRun measures each cell as often as it is told to, in turn.
func TestRun(t *testing.T) {
	c := Config{Benchmarks: All()[:2], Threads: []int{1, 2}, WarmUps: 1, Rounds: 2, Quick: true}
	var last int64
	c.Progress = func(done, total int64, _ string) {
		require.Equal(t, last, done)
		require.EqualValues(t, 2*3*6, total)
		last++
	}
	told := 0
	c.Outcome = func(Outcome) { told++ }
	all, err := Run(context.Background(), c)
	require.NoError(t, err)
	require.Len(t, all, 2)
	require.Equal(t, 2, told)
	require.EqualValues(t, 2*3*6, last)
	for _, o := range all {
		require.Len(t, o.Cells, 6, "gil and stm with one and two threads, serial with one, the ceiling with two")
		for _, cell := range o.Cells {
			require.Len(t, cell.WarmUps, 1)
			require.Len(t, cell.Steps, 2)
			require.Positive(t, cell.Median)
			require.Positive(t, cell.Steps[0].RSS)
			require.Positive(t, cell.Steps[0].Instructions)
		}
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := Run(ctx, Config{Benchmarks: All()[:1], Threads: []int{1}, Rounds: 1, Quick: true})
	require.ErrorIs(t, err, context.Canceled)
}

// TestFigures on an outcome whose figures are known.
func TestFigures(t *testing.T) {
	step := func(ms ...int) (all []Step) {
		for _, m := range ms {
			all = append(all, Step{Time: time.Duration(m) * time.Millisecond, Instructions: 90, Wasted: 10})
		}
		return all
	}
	o := Outcome{}
	for _, c := range []Cell{
		{Mode: GIL, Threads: 1, Steps: step(100, 90, 120)}, {Mode: GIL, Threads: 2, Steps: step(80, 80)},
		{Mode: STM, Threads: 1, Steps: step(125)}, {Mode: STM, Threads: 2, Steps: step(50)},
	} {
		c.Median = median(c.Steps, func(s Step) time.Duration { return s.Time })
		c.Processor = 2 * c.Median
		o.Cells = append(o.Cells, c)
	}
	require.InDelta(t, 1.25, o.Overhead(STM), 1e-9)
	require.InDelta(t, 2, o.Speed(STM, 2), 1e-9)
	require.InDelta(t, 1.6, o.BestOverBest(), 1e-9)
	require.InDelta(t, 0.5, o.Work(STM, 2), 1e-9)
	require.InDelta(t, 0.1, o.Lost(2), 1e-9)
	require.Zero(t, o.Speed(Ceiling, 2))
	require.Zero(t, o.Cells[1].Spread())
	require.InDelta(t, 0.1478, o.Cells[0].Spread(), 1e-3)
	require.InDelta(t, 2, GeometricMean([]float64{1, 4, 0}), 1e-9)
}
