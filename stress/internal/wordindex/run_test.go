package wordindex

import (
	"context"
	"encoding/json"
	"errors"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	starstm "github.com/weft-stm/weft/examples/starlark"
)

// Every variant counts exactly, with any number of workers.
func TestAllVariantsAreExact(t *testing.T) {
	c := small(t, 20)
	for _, workers := range []int{1, 3} {
		var progress []Progress
		r, err := Run(t.Context(), c, Options{Workers: workers, Rounds: 2, Progress: func(p Progress) { progress = append(progress, p) }})
		require.NoError(t, err)
		require.Len(t, r.Rows, len(Variants()))
		require.Len(t, progress, 2*len(r.Rows))
		require.Equal(t, Progress{"mutex, add", 1, 2, 16}, progress[2])
		require.Equal(t, Progress{"mutex, read-modify-write", 2, 15, 16}, progress[15], "the second round starts at the second variant")
		for _, row := range r.Rows {
			require.Len(t, row.Runs, 2)
			if row.Mode != "stm" || workers == 1 {
				require.Zero(t, row.RestartsPerCommit, row.Variant)
				require.Zero(t, row.Lost, row.Variant)
			}
		}
		require.Equal(t, []any{workers, defaultGOGC, c.Files, c.Terms}, []any{r.Workers, r.GOGC, r.Files, r.Terms})
	}
}

// Many threads in one small dict: the counts of a program that conflicts stay exact.
func TestConflictsAreCounted(t *testing.T) {
	c := small(t, 40)
	var v []Variant
	for _, x := range Variants() {
		if x.Name == "stm, read-modify-write" {
			v = append(v, x)
		}
	}
	for deadline := time.Now().Add(time.Minute); ; {
		r, err := Run(t.Context(), c, Options{Workers: 8, Variants: v})
		require.NoError(t, err)
		if row := r.Rows[0]; row.RestartsPerCommit > 0 {
			require.Positive(t, row.Lost)
			require.Less(t, row.Lost, 1.0)
			return
		}
		require.True(t, time.Now().Before(deadline), "no two blocks ever met")
	}
}

func TestInexactIndexIsFound(t *testing.T) {
	for _, tamper := range []func(*Corpus){
		func(c *Corpus) { c.counts["package"]++ },
		func(c *Corpus) { c.files["one more term"] = 1 },
		func(c *Corpus) {
			for t := range c.counts {
				delete(c.counts, t)
				break
			}
		},
	} {
		c := small(t, 5)
		tamper(c)
		r, err := Run(t.Context(), c, Options{Workers: 2})
		var inexact *InexactError
		require.ErrorAs(t, err, &inexact)
		require.Equal(t, "mutex, read-modify-write", inexact.Variant)
		require.NotEqual(t, inexact.Got, inexact.Want)
		require.NotContains(t, err.Error(), "\n")
		require.Empty(t, r.Rows)
	}
}

func TestWorkers(t *testing.T) {
	for _, n := range []int{0, -1} {
		_, err := Run(t.Context(), &Corpus{}, Options{Workers: n})
		require.ErrorIs(t, err, ErrWorkers)
	}
}

// What was complete when the context ended is reported.
func TestRunIsCancelled(t *testing.T) {
	c := small(t, 20)
	why := errors.New("interrupt")
	ctx, cancel := context.WithCancelCause(t.Context())
	r, err := Run(ctx, c, Options{Workers: 2, Rounds: 3, Progress: func(p Progress) {
		if p.Done == 9 {
			cancel(why)
		}
	}})
	require.ErrorIs(t, err, why)
	require.Len(t, r.Rows, 8)
	runs := 0
	for _, row := range r.Rows {
		runs += len(row.Runs)
	}
	require.Equal(t, 9, runs)

	ctx, cancel = context.WithCancelCause(t.Context())
	cancel(why)
	r, err = Run(ctx, c, Options{Workers: 2})
	require.ErrorIs(t, err, why)
	require.Empty(t, r.Rows)
}

// An error of the guest program stops all threads and names its line.
func TestGuestError(t *testing.T) {
	c := small(t, 20)
	v := Variants()[6]
	v.source = strings.Replace(v.source, "counts.add(t, 1)", "counts.add(t, None)", 1)
	_, err := Run(t.Context(), c, Options{Workers: 2, Variants: []Variant{v}})
	require.ErrorContains(t, err, "wordindex: stm, commutative add: add: for parameter n: got NoneType, want int")
	require.ErrorContains(t, err, "add.star:6:")

	v.source = "def work(queue, counts, files): pass"
	_, err = Run(t.Context(), c, Options{Workers: 2, Variants: []Variant{v}})
	var inexact *InexactError
	require.ErrorAs(t, err, &inexact, "a program that does nothing")

	v.source = "syntax error"
	_, err = Run(t.Context(), c, Options{Workers: 2, Variants: []Variant{v}})
	require.ErrorContains(t, err, "add.star:1:")
}

func TestGOGCIsRestored(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(77))
	c := small(t, 5)
	var during int
	_, err := Run(t.Context(), c, Options{Workers: 1, GOGC: 200, Progress: func(Progress) {
		during = debug.SetGCPercent(200)
	}})
	require.NoError(t, err)
	require.Equal(t, 200, during)
	require.Equal(t, 77, debug.SetGCPercent(77))
}

func TestReport(t *testing.T) {
	ms := time.Millisecond
	run := func(d time.Duration, blocks, restarts uint64, lost time.Duration) sample {
		return sample{elapsed: d, stats: starstm.Stats{Blocks: blocks, Restarts: restarts, Lost: lost}}
	}
	o := Options{Workers: 2, GOGC: 400, Variants: Variants()}
	samples := make([][]sample, 8)
	samples[0] = []sample{run(400*ms, 10, 0, 0), run(300*ms, 10, 0, 0), run(900*ms, 10, 0, 0)}
	samples[2] = []sample{run(200*ms, 10, 0, 0)}
	samples[4] = []sample{run(100*ms, 10, 5, 30*ms), run(300*ms, 10, 1, 10*ms)}
	samples[7] = []sample{run(50*ms, 10, 0, 0)}
	r := o.report(&Corpus{Dir: "d", Files: 10, Terms: 100}, samples)
	require.Len(t, r.Rows, 4)
	stm := r.Rows[2]
	require.Equal(t, "stm, read-modify-write", stm.Variant)
	require.Equal(t, 200*ms, stm.Median)
	require.InDelta(t, 2, stm.OverMutex, 1e-9)
	require.InDelta(t, 2, stm.OverSameProgram, 1e-9)
	require.InDelta(t, 1, stm.OverBestMutex, 1e-9)
	require.InDelta(t, 0.3, stm.RestartsPerCommit, 1e-9)
	require.InDelta(t, 0.05, stm.Lost, 1e-9)
	require.Equal(t, "private", r.Rows[3].Mode)
	require.InDelta(t, 8, r.Rows[3].OverMutex, 1e-9)
	require.InDelta(t, 4, r.Rows[3].OverSameProgram, 1e-9)

	text, err := json.Marshal(r)
	require.NoError(t, err)
	require.Contains(t, string(text), `"variant":"stm, read-modify-write","program":"rmw.star","mode":"stm","runs_ns":[100000000,300000000],"median_ns":200000000,"over_mutex":2,"over_same_program":2,`)
}
