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
			one, err := b.load(ctx, []sched.MachineOption{sched.In(sched.GIL)}, 1, true, corpus)
			require.NoError(t, err)
			many, err := b.load(ctx, nil, 3, true, corpus)
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

// TestLengths adds a cell for each length, and says how well adapting does.
func TestLengths(t *testing.T) {
	c := Config{Benchmarks: All()[:1], Threads: []int{1, 2}, Rounds: 1, Quick: true, Lengths: []int{100, 10_000}}
	c.Progress, c.Outcome = func(int64, int64, string) {}, func(Outcome) {}
	all, err := Run(context.Background(), c)
	require.NoError(t, err)
	require.Len(t, all[0].Cells, 8)
	require.Equal(t, "stm 10000", all[0].Cells[7].Mode)
	require.Equal(t, 2, all[0].Cells[7].Threads)

	o := Outcome{Cells: []Cell{{Mode: STM, Threads: 2, Median: 11}, {Mode: fixed(100), Threads: 2, Median: 20}, {Mode: fixed(1000), Threads: 2, Median: 10}}}
	require.InDelta(t, 1.1, o.OverBestLength([]int{100, 1000}, 2), 1e-9)
	require.InDelta(t, 20.0/11, o.OverAdaptive(100, 2), 1e-9)
}

// TestVariation is that of the ratio, from round to round.
func TestVariation(t *testing.T) {
	steps := func(times ...time.Duration) (all []Step) {
		for _, x := range times {
			all = append(all, Step{Time: x})
		}
		return all
	}
	o := Outcome{Cells: []Cell{{Mode: GIL, Threads: 1, Steps: steps(10, 20, 40)}, {Mode: STM, Threads: 2, Steps: steps(5, 10, 20)}, {Mode: STM, Threads: 4, Steps: steps(10, 10, 10)}}}
	require.InDelta(t, 0, o.Variation(STM, 2), 1e-9, "whatever slows both down by as much does not count")
	require.InDelta(t, 0.6547, o.Variation(STM, 4), 1e-4)
	require.Zero(t, o.Variation(STM, 8))
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
