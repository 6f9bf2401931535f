package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/weft-stm/weft/stress/internal/console"
	"github.com/weft-stm/weft/stress/internal/trial"
	"github.com/weft-stm/weft/stress/internal/wordindex"
)

const jobAbout = `go run ./stress [flags]: an interpreter's threads over one shared heap, on real input, beside a mutex;
then a short race stress of the core. Other commands: go run ./stress list`

// A jobOptions is what the flags of the main job say.
type jobOptions struct {
	*common
	quick    bool
	corpus   string
	files    int
	only     string
	attempts int64
}

func jobFlags() *jobOptions {
	o := &jobOptions{common: newFlags("stress", jobAbout).withWorkers("guest `threads`").withNoise()}
	o.set.BoolVar(&o.quick, "quick", false, "a smaller index and a shorter stress: less than 30 s")
	o.set.StringVar(&o.corpus, "corpus", "", "`directory` with Go files to index (default: the source of the standard library)")
	o.set.IntVar(&o.files, "files", 0, fmt.Sprintf("`number` of files to index, evenly spread (0: %d, or %d with -quick; -1: all)", wordindex.FullFiles, wordindex.QuickFiles))
	o.set.StringVar(&o.only, "only", "", "run one `part`: index or race")
	o.set.Int64Var(&o.attempts, "attempts", 0, "make the race stress as long as it takes to check that `number` of attempts")
	return o
}

// A JobReport is what the main job writes with -json.
type JobReport struct {
	Command     string            `json:"command"`
	Machine     console.Machine   `json:"machine"`
	Seed        uint64            `json:"seed"`
	Index       *wordindex.Report `json:"index"`
	IndexError  string            `json:"index_error,omitempty"`
	Race        []*trial.Result   `json:"race"`
	Controls    []*trial.Result   `json:"controls"` // the same workloads without isolation
	Verdict     []Line            `json:"verdict"`
	Missing     []string          `json:"missing_events"` // what the race stress did not meet
	Interrupted bool              `json:"interrupted"`
	Elapsed     time.Duration     `json:"elapsed_ns"`
	Exit        int               `json:"exit"`
}

// job is the main job.
func job(ctx context.Context, t *terminal, args []string) (int, error) {
	o := jobFlags()
	if err := o.parse(t, args); err != nil {
		return 0, err
	}
	if err := o.alone(); err != nil {
		return 0, err
	}
	if o.only != "" && o.only != "index" && o.only != "race" {
		return 0, usageError(fmt.Sprintf("-only %s: the parts are index and race", o.only))
	}
	start := time.Now()
	r := &JobReport{
		Command: strings.TrimSpace("go run ./stress " + strings.Join(args, " ")),
		Machine: console.ThisMachine(o.gogc), Seed: o.seed, Missing: []string{},
	}
	t.printf("%v\nseed %d\n\n", r.Machine, o.seed)
	if o.only != "race" {
		if err := o.index(ctx, t, r); err != nil {
			return 0, err
		}
	}
	if o.only != "index" && ctx.Err() == nil {
		if err := o.race(ctx, t, r); err != nil {
			return 0, err
		}
	}
	r.Elapsed = time.Since(start)
	o.finish(ctx, t, r)
	return r.Exit, o.write(r)
}

// index is the first part. A corpus that cannot be used is an error; whatever
// goes wrong later is in the report.
func (o *jobOptions) index(ctx context.Context, t *terminal, r *JobReport) error {
	files, rounds := wordindex.FullFiles, wordindex.FullRounds
	if o.quick {
		files, rounds = wordindex.QuickFiles, wordindex.QuickRounds
	}
	if o.files != 0 {
		files = max(o.files, 0)
	}
	t.display.Stage("reading the corpus", int64(files))
	c, err := wordindex.Load(ctx, wordindex.Selection{Dir: o.corpus, MaxFiles: files, MaxFileBytes: wordindex.LargestFile},
		func(done, total int) { t.display.Step(int64(done), fmt.Sprintf("%d of %d files", done, total)) })
	if err != nil {
		return err
	}
	runs := int64(rounds * len(wordindex.Variants()))
	t.display.Stage("word index", runs)
	r.Index, err = wordindex.Run(ctx, c, wordindex.Options{
		Workers: o.workers, Rounds: rounds, GOGC: o.gogc,
		Progress: func(p wordindex.Progress) {
			t.display.Step(int64(p.Done), fmt.Sprintf("%s, run %d of %d", p.Variant, p.Done+1, p.Total))
		},
	})
	t.display.End()
	if r.Index != nil && len(r.Index.Rows) > 0 {
		t.printf("%s\n\n", indexTable(r.Index))
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		r.IndexError = err.Error()
		t.printf("VIOLATION in the word index: %v\nrun it again: %s\n\n", err, r.again())
	}
	return nil
}

// again is the command that makes the same run.
func (r *JobReport) again() string {
	if strings.Contains(r.Command, "-seed") {
		return r.Command
	}
	return fmt.Sprintf("%s -seed %d", r.Command, r.Seed)
}

func indexTable(r *wordindex.Report) string {
	title := fmt.Sprintf("word index of %s: %s files, %s terms, %s different; %d guest threads, GOGC=%d; every run exact",
		r.Dir, console.Count(r.Files), console.Count(r.Terms), console.Count(r.Distinct), r.Workers, r.GOGC)
	var rows [][]string
	for _, row := range r.Rows {
		rows = append(rows, []string{
			row.Variant, console.Time(row.Median), fmt.Sprintf("%d", len(row.Runs)),
			console.Ratio(row.OverMutex), console.Ratio(row.OverSameProgram), console.Ratio(row.OverBestMutex),
			fmt.Sprintf("%.3f", row.RestartsPerCommit), console.Percent(row.Lost), console.Count(row.Escalations),
		})
	}
	return console.Table(title, []string{
		"variant", "median", "runs", "over mutex,\nread-mod.-wr.", "same\nprogram", "best\nprogram", "restarts\na commit", "time\nlost", "escala-\ntions",
	}, rows)
}

// finish prints the verdict and settles the exit status.
func (o *jobOptions) finish(ctx context.Context, t *terminal, r *JobReport) {
	r.Interrupted = ctx.Err() != nil
	r.Verdict = r.lines()
	t.printf("%s\n", verdictTable(r))
	bad := r.IndexError != "" || slices.ContainsFunc(r.Race, func(x *trial.Result) bool { return !x.Holds() })
	switch {
	case bad:
		r.Exit = Violation
	case r.Interrupted:
		r.Exit = Interrupted
		t.printf("interrupted after %s: the tables show what was finished\n", console.Time(r.Elapsed))
	case len(r.Missing) > 0:
		r.Exit = Vacuous
		t.printf("VACUOUS: the race stress met too little to show anything: %s\n", strings.Join(r.Missing, "; "))
	}
}
