package command

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stress/internal/interp"
)

// TestInterp prints a table for each benchmark and one for all, draws the charts
// and writes the results.
func TestInterp(t *testing.T) {
	dir := t.TempDir()
	file, page := filepath.Join(dir, "out.json"), filepath.Join(dir, "out.html")
	status, out, errs := run(t.Context(), "interp", "-quick", "-rounds", "1", "-warm-ups", "1", "-workers", "2", "-lengths", "64, 4096",
		"-benchmarks", "mandelbrot,hot,commutative,synth 1/8", "-charts", dir, "-json", file, "-o", page)
	require.Zero(t, status, errs)
	for _, s := range []string{"mandelbrot: rows of", "hot counter", "warm-up", "ceiling", "1.58×", "best", "a quick run", "geometric", "length adapts", "stm 4096", "varies"} {
		require.Contains(t, out, s)
	}
	for _, name := range []string{"interp.svg", "interp-hot-counter.png", "interp-synth-1-8.svg", "out.html"} {
		info, err := os.Stat(filepath.Join(dir, name))
		require.NoError(t, err)
		require.Positive(t, info.Size())
	}
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	var r InterpReport
	require.NoError(t, json.Unmarshal(data, &r))
	require.Len(t, r.Outcomes, 4)
	require.Equal(t, []int{1, 2}, r.Threads)
}

// TestInterpSimulation has a row for each benchmark of which two threads have
// committed, and no table without one.
func TestInterpSimulation(t *testing.T) {
	outcome := func(name string, commits uint64) interp.Outcome {
		return interp.Outcome{Name: name, Cells: []interp.Cell{
			{Mode: interp.GIL, Threads: 1, Median: 10 * time.Millisecond},
			{Mode: interp.STM, Threads: 2, Median: 6 * time.Millisecond,
				Steps: []interp.Step{{Processor: 11 * time.Millisecond, Commits: commits, Aborts: commits / 10}}},
		}}
	}
	r := InterpReport{Outcomes: []interp.Outcome{outcome("alone", 0)}}
	require.Empty(t, r.simulation())
	r.Outcomes = append(r.Outcomes, outcome("together", 100))
	table := r.simulation()
	require.Contains(t, table, "a simulation, not a measurement")
	require.Contains(t, table, "together")
	require.NotContains(t, table, "alone")
}

func TestInterpBadUse(t *testing.T) {
	for _, args := range [][]string{{"-rounds", "0"}, {"-warm-ups", "-1"}, {"-charts", "/nonexistent"}, {"more"}, {"-benchmarks", "x,y"}, {"-workers", "0"}, {"-lengths", "64,x"}, {"-lengths", "0"}} {
		status, _, errs := run(t.Context(), append([]string{"interp"}, args...)...)
		require.Equal(t, BadUse, status, args)
		require.NotEmpty(t, errs)
	}
}

func TestInterpInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	status, _, _ := run(ctx, "interp", "-quick")
	require.Equal(t, Interrupted, status)
}
