package command

import (
	"context"
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
			// Mixed policies: the default one alone hardly lets transactions collide.
			Workload: w, Engine: memory.Policies, Seed: o.seed + uint64(i), Noise: o.noise, SaveDir: o.save,
			Duration: each, Attempts: leastRace, Progress: steps(t, each.Milliseconds()),
		}
		total := each.Milliseconds()
		if o.attempts > 0 {
			c.Duration = 0
			c.Attempts = (o.attempts + int64(len(raced)) - 1) / int64(len(raced))
			total = c.Attempts
			c.Progress = func(p trial.Progress) { t.display.Step(p.Attempts, rate(p)...) }
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
	t.printf("%s\n\n", trialTables("race stress of the core: every attempt checks itself, and its history is decided", o.noise, r.Race))
	for _, res := range r.Race {
		t.violations(res)
	}
	if ctx.Err() == nil {
		r.Missing = append(missing(r.Race, raceEvents), quiet(r.Race)...)
	}
	return nil
}

// steps shows the progress of a trial that takes a certain time.
func steps(t *terminal, total int64) func(trial.Progress) {
	return func(p trial.Progress) { t.display.Step(min(p.Elapsed.Milliseconds(), total), rate(p)...) }
}

func rate(p trial.Progress) []string {
	return []string{
		counted(p.Found, "violation"), console.Short(p.Attempts) + " attempts",
		console.Short(int64(float64(p.Attempts)/p.Elapsed.Seconds())) + "/s",
	}
}

// counted says how many there are of something.
func counted(n int, what string) string {
	switch n {
	case 0:
		return "no " + what
	case 1:
		return "1 " + what
	}
	return console.Count(n) + " " + what + "s"
}

// violations prints what a trial found and how to see it again.
func (t *terminal) violations(r *trial.Result) {
	if r.Holds() {
		return
	}
	t.printf("VIOLATION in %s on %s, seed %d, %d hands, GOMAXPROCS=%d:\n", r.Workload, r.Engine, r.Seed, r.Hands, r.Procs)
	indented(t, r.Violations)
	if r.More > 0 {
		t.printf("  and %d more\n", r.More)
	}
	t.printf("run it again: go run ./stress replay %s\n", r.Replay)
	switch {
	case r.Unsaved != "":
		t.printf("its history could not be saved: %s\n", r.Unsaved)
	case r.File != "":
		t.printf("look at it:   go run ./stress replay %s\n", r.File)
	}
	t.printf("\n")
}
