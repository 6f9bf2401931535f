package command

import (
	"context"
	"fmt"
	"time"

	"github.com/weft-stm/weft/stress/internal/console"
	"github.com/weft-stm/weft/stress/internal/memory"
	"github.com/weft-stm/weft/stress/internal/trial"
	"github.com/weft-stm/weft/stress/internal/workload"
)

// raced are the workloads of the main job.
var raced = []string{"bank", "write-skew", "ring", "snapshots"}

// Durations of one workload in the main job.
const (
	fullRace  = 3 * time.Second
	quickRace = 1500 * time.Millisecond
)

// leastRace is the number of attempts that a workload makes also where that
// takes longer.
const leastRace = 10_000

// race is the second part.
func (o *jobOptions) race(ctx context.Context, t *terminal, r *JobReport) error {
	each := fullRace
	if o.quick {
		each = quickRace
	}
	for i, name := range raced {
		w, err := workload.Find(name)
		if err != nil {
			return err
		}
		c := trial.Config{
			Workload: w, Engine: memory.Weft, Seed: o.seed + uint64(i), Noise: o.noise, SaveDir: o.save,
			Duration: each, Attempts: leastRace, Progress: steps(t, each.Milliseconds()),
		}
		total := each.Milliseconds()
		if o.attempts > 0 {
			c.Duration = 0
			c.Attempts = (o.attempts + int64(len(raced)) - 1) / int64(len(raced))
			total = c.Attempts
			c.Progress = func(p trial.Progress) { t.display.Step(p.Attempts, rate(p)) }
		}
		t.display.Stage("race stress: "+name, total)
		res, err := trial.Run(ctx, c)
		if err != nil {
			return err
		}
		r.Race = append(r.Race, res)
		if ctx.Err() != nil {
			break
		}
		control, err := trial.Run(ctx, trial.Config{
			Workload: w, Engine: memory.None, Seed: o.seed + uint64(i), Noise: o.noise, Attempts: 1_000_000, Window: 2000,
		})
		if err != nil {
			return err
		}
		r.Controls = append(r.Controls, control)
	}
	t.display.End()
	t.printf("%s\n\n", trialTable(fmt.Sprintf("race stress of the core, %g%% forced yields; every attempt checks itself, and its history is decided", o.noise), r.Race))
	for _, res := range r.Race {
		t.violations(res)
	}
	if ctx.Err() == nil {
		r.Missing = missing(r.Race, everything)
	}
	return nil
}

// steps shows the progress of a trial that takes a certain time.
func steps(t *terminal, total int64) func(trial.Progress) {
	return func(p trial.Progress) { t.display.Step(min(p.Elapsed.Milliseconds(), total), rate(p)) }
}

func rate(p trial.Progress) string {
	return fmt.Sprintf("%s attempts, %s/s", console.Count(p.Attempts), console.Count(int64(float64(p.Attempts)/p.Elapsed.Seconds())))
}

// trialTable shows trials, one a line.
func trialTable(title string, results []*trial.Result) string {
	var rows [][]string
	for _, r := range results {
		rows = append(rows, []string{
			r.Workload, console.Count(r.Attempts), console.Count(r.Committed), console.Percent(r.AbortRate()),
			console.Count(r.Events.Restarts), console.Count(r.Events.Extensions), console.Count(r.Events.Parks), console.Count(r.Events.Wakes),
			console.Count(r.Events.Escalations), console.Count(r.Events.HistoryReads), console.Count(r.MostInARow),
			console.Count(len(r.Violations) + r.More), r.Guarantee,
		})
	}
	return console.Table(title, []string{
		"workload", "attempts", "commits", "undone", "restarts", "exten-\nsions", "parks", "wakes",
		"escala-\ntions", "history\nreads", "most in\na row", "viola-\ntions", "kept",
	}, rows)
}

// violations prints what a trial found and how to see it again.
func (t *terminal) violations(r *trial.Result) {
	if r.Holds() {
		return
	}
	t.printf("VIOLATION in %s on %s, seed %d, %d hands, GOMAXPROCS=%d:\n", r.Workload, r.Engine, r.Seed, r.Hands, r.Procs)
	for _, v := range r.Violations {
		t.printf("  %s\n", v)
	}
	if r.More > 0 {
		t.printf("  and %d more\n", r.More)
	}
	t.printf("run it again: go run ./stress replay %s\n", r.Replay)
	if r.File != "" {
		t.printf("look at it:   go run ./stress replay %s\n", r.File)
	}
	t.printf("\n")
}
