package command

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weft-stm/weft/stress/internal/console"
	"github.com/weft-stm/weft/stress/internal/memory"
	"github.com/weft-stm/weft/stress/internal/trial"
	"github.com/weft-stm/weft/stress/internal/workload"
)

const suiteAbout = `go run ./stress suite [flags]: every workload under noise, over several GOMAXPROCS and with more goroutines than
processors. Every attempt checks itself, is recorded, and its history is decided opaque or not. A long run needs the memory of
a short one. It fails as vacuous if it met too little.`

// A suiteOptions is what the flags of suite say.
type suiteOptions struct {
	*common
	engine    string
	duration  time.Duration
	workloads []*workload.Workload
	procs     []int
	hands     int
}

// A SuiteReport is what suite writes with -json.
type SuiteReport struct {
	Command     string              `json:"command"`
	Machine     console.Machine     `json:"machine"`
	Engine      string              `json:"engine"`
	Seed        uint64              `json:"seed"`
	Noise       trial.Noise         `json:"noise"`
	Trials      []*trial.Result     `json:"trials"`    // by workload and GOMAXPROCS
	Workloads   []*trial.Result     `json:"workloads"` // sums of these
	Skipped     []string            `json:"skipped"`   // workloads that the engine cannot run
	Missing     map[string][]string `json:"missing_events"`
	Interrupted bool                `json:"interrupted"`
	Elapsed     time.Duration       `json:"elapsed_ns"`
	Exit        int                 `json:"exit"`
}

func suiteFlags(t *terminal, args []string) (*suiteOptions, error) {
	o := &suiteOptions{common: newFlags("suite", suiteAbout).withNoise()}
	var names, procs string
	o.set.StringVar(&o.engine, "engine", memory.Weft, "`name` of what keeps the transactions apart: see list")
	o.set.DurationVar(&o.duration, "duration", 50*time.Second, "how `long` to run; 1h is a soak")
	o.set.StringVar(&names, "workloads", "", "`names` of workloads, with commas (default: all)")
	o.set.StringVar(&procs, "procs", "1,2,4,16", "`numbers` for GOMAXPROCS, with commas")
	o.set.IntVar(&o.hands, "hands", 0, "`number` of goroutines (0: four for each of GOMAXPROCS, at least 8)")
	if err := o.parse(t, args); err != nil {
		return nil, err
	}
	if err := o.alone(); err != nil {
		return nil, err
	}
	if _, err := memory.Find(o.engine); err != nil {
		return nil, usageError("-engine: " + err.Error())
	}
	switch {
	case o.duration <= 0:
		return nil, usageError(fmt.Sprintf("-duration %v: it has to be positive", o.duration))
	case o.hands < 0 || o.hands > trial.MostHands:
		return nil, usageError(fmt.Sprintf("-hands %d: from 1 to %d, or 0", o.hands, trial.MostHands))
	}
	var err error
	if o.workloads, err = pick(names); err != nil {
		return nil, err
	}
	for f := range strings.SplitSeq(procs, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(f))
		if err != nil || n < 1 || n > trial.MostProcs {
			return nil, usageError(fmt.Sprintf("-procs %s: %q is no number of processors, from 1 to %d", procs, f, trial.MostProcs))
		}
		o.procs = append(o.procs, n)
	}
	return o, nil
}

// pick finds workloads by a list of names.
func pick(names string) (ws []*workload.Workload, err error) {
	if names == "" {
		return workload.All(), nil
	}
	for name := range strings.SplitSeq(names, ",") {
		w, err := workload.Find(strings.TrimSpace(name))
		if err != nil {
			return nil, usageError("-workloads: " + err.Error())
		}
		ws = append(ws, w)
	}
	return ws, nil
}

// suite runs the workloads round by round until the time is over.
func suite(ctx context.Context, t *terminal, args []string) (int, error) {
	o, err := suiteFlags(t, args)
	if err != nil {
		return 0, err
	}
	r := &SuiteReport{
		Command: strings.TrimSpace("go run ./stress suite " + strings.Join(args, " ")),
		Machine: console.ThisMachine(o.gogc), Engine: o.engine, Seed: o.seed, Noise: o.noise,
		Skipped: []string{}, Missing: map[string][]string{},
	}
	t.printf("%v\nseed %d\n\n", r.Machine, o.seed)
	if err := o.run(ctx, t, r); err != nil {
		return 0, err
	}
	o.finish(ctx, t, r)
	return r.Exit, o.write(r)
}

// A cell is one workload under one GOMAXPROCS.
type cell struct {
	w     *workload.Workload
	procs int
	sum   *trial.Result
}

// open reports whether there is more to learn: one violation is enough.
func (c cell) open() bool { return c.sum == nil || c.sum.Holds() }

// longest is the time that a cell gets before the next one has its turn.
const longest = 5 * time.Second

func (o *suiteOptions) run(ctx context.Context, t *terminal, r *SuiteReport) error {
	cells := o.cells(r)
	start := time.Now()
	left := func() time.Duration { return o.duration - time.Since(start) }
	t.display.Stage("suite", o.duration.Milliseconds())
	so := &soFar{display: t.display, duration: o.duration, start: start}
	for round := 0; ctx.Err() == nil && slices.ContainsFunc(cells, cell.open) && (round == 0 || left() > 0); round++ {
		for i := 0; i < len(cells) && ctx.Err() == nil && (round == 0 || left() > 0); i++ {
			c := &cells[i]
			if !c.open() {
				continue
			}
			// The first round is short, so that every cell has its turn.
			each := min(longest, max(left(), 0)/time.Duration(len(cells)-i))
			if err := o.trials(ctx, c, each, o.seed+uint64(round*len(cells)+i), so); err != nil {
				return err
			}
		}
	}
	t.display.End()
	r.Elapsed = time.Since(start)
	r.collect(cells)
	return nil
}

// trials gives a cell its turn. On Weft the hands have the default policy for
// one half of it, and all kinds of policies for the other.
func (o *suiteOptions) trials(ctx context.Context, c *cell, each time.Duration, seed uint64, so *soFar) error {
	engines := []string{o.engine}
	if o.engine == memory.Weft {
		engines = append(engines, memory.Policies)
	}
	each /= time.Duration(len(engines))
	for _, engine := range engines {
		if !c.open() {
			return nil
		}
		within, stop := context.WithTimeout(ctx, max(2*each, longestTrial))
		res, err := trial.Run(within, trial.Config{
			Workload: c.w, Engine: engine, Procs: c.procs, Hands: o.hands, Noise: o.noise, SaveDir: o.save,
			Seed: seed, Duration: each, Window: window(each), Attempts: leastTrial, Progress: so.step(c),
		})
		stop()
		if err != nil {
			return err
		}
		so.add(res)
		if c.sum == nil {
			c.sum = res
		} else {
			c.sum.Add(res)
		}
	}
	return nil
}

// soFar is what is shown of a running suite.
type soFar struct {
	display    *console.Display
	duration   time.Duration
	start      time.Time
	attempts   int64 // of the trials that have ended
	violations int
}

func (s *soFar) add(r *trial.Result) {
	s.attempts += r.Attempts
	s.violations += len(r.Violations) + r.More
}

// step shows the progress of a trial within the suite.
func (s *soFar) step(c *cell) func(p trial.Progress) {
	return func(p trial.Progress) {
		elapsed := time.Since(s.start)
		attempts := s.attempts + p.Attempts
		s.display.Step(min(elapsed, s.duration).Milliseconds(),
			counted(s.violations+p.Found, "violation"),
			fmt.Sprintf("%s attempts", console.Short(attempts)),
			fmt.Sprintf("%s/s", console.Short(int64(float64(attempts)/elapsed.Seconds()))),
			fmt.Sprintf("%s P=%d", c.w.Name, c.procs),
			fmt.Sprintf("%d MB of heap", console.Heap()>>20))
	}
}

// leastTrial is the number of attempts that a trial makes also where that takes
// longer, for a run that is too short is not a run.
const leastTrial = 1000

// longestTrial ends a trial that is much too slow for leastTrial.
const longestTrial = 2 * time.Second

// window makes short trials check often enough to end in time.
func window(each time.Duration) int {
	return min(trial.DefaultWindow, max(2000, int(each.Milliseconds())*20))
}

func (o *suiteOptions) cells(r *SuiteReport) (cells []cell) {
	system, _ := memory.Find(o.engine) // checked with the flags
	for _, w := range o.workloads {
		if w.Needs&^system.Features != 0 {
			r.Skipped = append(r.Skipped, w.Name)
			continue
		}
		for _, p := range o.procs {
			cells = append(cells, cell{w: w, procs: p})
		}
	}
	return cells
}

// collect sums up by workload, and looks for what each did not meet.
func (r *SuiteReport) collect(cells []cell) {
	for _, c := range cells {
		if c.sum == nil {
			continue
		}
		r.Trials = append(r.Trials, c.sum)
		last := len(r.Workloads) - 1
		if last < 0 || r.Workloads[last].Workload != c.w.Name {
			r.Workloads = append(r.Workloads, c.sum.Clone())
			continue
		}
		r.Workloads[last].Add(c.sum)
	}
	system, _ := memory.Find(r.Engine)
	if !system.Counted {
		return
	}
	for _, sum := range r.Workloads {
		w, _ := workload.Find(sum.Workload)
		if none := missing([]*trial.Result{sum}, w.Expects); len(none) > 0 {
			r.Missing[w.Name] = none
		}
	}
	if len(r.Workloads) < len(workload.All()) {
		return
	}
	none := append(missing(r.Workloads, workload.Events()), quiet(r.Workloads)...)
	if len(none) > 0 {
		r.Missing[together] = none
	}
}

// together is the place of what all workloads missed.
const together = "all together"

// finish prints what came of it and settles the exit status.
func (o *suiteOptions) finish(ctx context.Context, t *terminal, r *SuiteReport) {
	r.Interrupted = ctx.Err() != nil
	title := fmt.Sprintf("suite on %s, GOMAXPROCS %v", o.engine, o.procs)
	t.printf("%s\n\n", trialTables(title, o.noise, r.Workloads))
	if len(r.Skipped) > 0 {
		t.printf("%s cannot run %s\n\n", o.engine, strings.Join(r.Skipped, ", "))
	}
	for _, w := range r.Workloads {
		t.violations(w)
	}
	attempts, aborted := int64(0), int64(0)
	for _, w := range r.Workloads {
		attempts += w.Attempts
		aborted += w.Aborted
	}
	bad := slices.ContainsFunc(r.Workloads, func(x *trial.Result) bool { return !x.Holds() })
	t.printf("%s attempts, %s undone, in %s: ", console.Count(attempts), console.Percent(float64(aborted)/max(1, float64(attempts))), console.Time(r.Elapsed))
	switch {
	case bad:
		r.Exit = Violation
		t.printf("violations in %s\n", broken(r.Workloads))
	case r.Interrupted:
		r.Exit = Interrupted
		t.printf("interrupted, no violation until then\n")
	case len(r.Missing) > 0:
		r.Exit = Vacuous
		t.printf("VACUOUS, too little was met to show anything\n")
		for _, name := range sortedKeys(r.Missing) {
			t.printf("  %s: %s\n", name, strings.Join(r.Missing[name], "; "))
		}
	default:
		t.printf("all of them opaque, no violation\n")
	}
}

// broken names the workloads with a violation, and what is left there.
func broken(results []*trial.Result) string {
	var all []string
	for _, r := range results {
		if !r.Holds() {
			all = append(all, fmt.Sprintf("%s (kept: %s)", r.Workload, r.Guarantee))
		}
	}
	return strings.Join(all, ", ")
}
