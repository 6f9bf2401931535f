package command

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/weft-stm/weft/stress/internal/console"
	"github.com/weft-stm/weft/stress/internal/contest"
	"github.com/weft-stm/weft/stress/internal/memory"
)

const compareAbout = `go run ./stress compare [flags]: transactions a second of each workload on one mutex, one RWMutex where it has views,
Weft and anacrolix/stm, without noise and without recording; rounds are interleaved. All pay the same indirect call per access.`

// A compareOptions is what the flags of compare and report say.
type compareOptions struct {
	*common
	names  string
	rounds int
	each   time.Duration
}

func compareFlags(name, about string) *compareOptions {
	o := &compareOptions{common: newFlags(name, about).withWorkers("`goroutines`")}
	o.set.StringVar(&o.names, "workloads", "", "`names` of workloads, with commas (default: all)")
	o.set.IntVar(&o.rounds, "rounds", 7, fmt.Sprintf("`number` of rounds; an interval needs %d", contest.LeastRounds))
	o.set.DurationVar(&o.each, "each", 80*time.Millisecond, "how `long` one measurement takes")
	return o
}

// config checks the flags.
func (o *compareOptions) config(t *terminal, args []string) (contest.Config, error) {
	if err := o.parse(t, args); err != nil {
		return contest.Config{}, err
	}
	if err := o.alone(); err != nil {
		return contest.Config{}, err
	}
	if o.rounds < 1 || o.each <= 0 {
		return contest.Config{}, usageError("-rounds and -each have to be positive")
	}
	ws, err := pick(o.names)
	return contest.Config{
		Workloads: ws, Engines: []string{memory.Mutex, memory.RWMutex, memory.Weft, memory.Peer},
		Rounds: o.rounds, Each: o.each, Workers: o.workers, Seed: o.seed,
		Progress: func(p contest.Progress) {
			t.display.Step(p.Done, fmt.Sprintf("%s on %s, round %d, %d of %d", p.Workload, p.Engine, p.Round, p.Done+1, p.Total))
		},
	}, err
}

// A CompareReport is what compare writes with -json.
type CompareReport struct {
	Command     string            `json:"command"`
	Machine     console.Machine   `json:"machine"`
	Seed        uint64            `json:"seed"`
	Workers     int               `json:"workers"`
	Each        time.Duration     `json:"each_ns"`
	Confidence  float64           `json:"confidence"`
	Outcomes    []contest.Outcome `json:"outcomes"`
	Interrupted bool              `json:"interrupted"`
	Exit        int               `json:"exit"`
}

// compare measures and prints a table.
func compare(ctx context.Context, t *terminal, args []string) (int, error) {
	o := compareFlags("compare", compareAbout)
	c, err := o.config(t, args)
	if err != nil {
		return 0, err
	}
	r := &CompareReport{
		Command: strings.TrimSpace("go run ./stress compare " + strings.Join(args, " ")),
		Machine: console.ThisMachine(o.gogc), Seed: o.seed, Workers: o.workers, Each: o.each, Confidence: contest.Confidence,
	}
	t.printf("%v\nseed %d\n\n", r.Machine, o.seed)
	r.measure(ctx, t, c)
	return r.Exit, o.write(r)
}

func (r *CompareReport) measure(ctx context.Context, t *terminal, c contest.Config) {
	t.display.Stage("comparing", int64(c.Rounds*len(c.Workloads)*len(c.Engines)))
	var err error
	r.Outcomes, err = contest.Run(ctx, c)
	t.display.End()
	r.Interrupted = err != nil
	t.printf("%s\n\n", compareTable(r))
	for _, o := range r.Outcomes {
		for _, e := range o.Entries {
			if e.Problem != "" && !strings.HasPrefix(e.Problem, "no views") {
				t.printf("%s on %s: %s\n", o.Workload, e.Engine, e.Problem)
			}
		}
	}
	switch {
	case violated(r.Outcomes):
		r.Exit = Violation
	case r.Interrupted:
		r.Exit = Interrupted
		t.printf("interrupted: the table shows what was measured\n")
	}
}

// violated reports whether a system that is to hold did not. That the peer is
// not opaque is known, and no news here.
func violated(outcomes []contest.Outcome) bool {
	return slices.ContainsFunc(outcomes, func(o contest.Outcome) bool {
		return slices.ContainsFunc(o.Entries, func(e contest.Entry) bool {
			return e.Engine != memory.Peer && strings.HasPrefix(e.Problem, "violation")
		})
	})
}

func compareTable(r *CompareReport) string {
	header := []string{"workload"}
	for _, e := range r.Outcomes[0].Entries {
		header = append(header, e.Engine+"\ntx/s")
	}
	for _, e := range r.Outcomes[0].Entries {
		if e.Engine != memory.Weft {
			header = append(header, "weft over\n"+e.Engine)
		}
	}
	var rows [][]string
	for _, o := range r.Outcomes {
		row := []string{o.Workload}
		for _, e := range o.Entries {
			row = append(row, rateOf(e))
		}
		for _, e := range o.Entries {
			if e.Engine != memory.Weft {
				row = append(row, interval(e.Ratio))
			}
		}
		rows = append(rows, row)
	}
	title := fmt.Sprintf("medians of interleaved rounds of %v, %d goroutines, GOMAXPROCS=%d; ratios with %.0f%% confidence",
		r.Each, r.Workers, runtime.GOMAXPROCS(0), 100*r.Confidence)
	return console.Table(title, header, rows)
}

func rateOf(e contest.Entry) string {
	if len(e.Rates) == 0 {
		return "–"
	}
	return console.Count(int64(e.Rate.Median))
}

func interval(e contest.Estimate) string {
	if e.High == 0 {
		return console.Ratio(e.Median)
	}
	return fmt.Sprintf("%.2f× (%.2f–%.2f)", e.Median, e.Low, e.High)
}
