package command

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/weft-stm/weft/stress/internal/chart"
	"github.com/weft-stm/weft/stress/internal/console"
	"github.com/weft-stm/weft/stress/internal/contest"
	"github.com/weft-stm/weft/stress/internal/memory"
	"github.com/weft-stm/weft/stress/internal/trial"
)

const reportAbout = `go run ./stress report [flags]: measures as compare does, over several numbers of goroutines, runs the suite for a while, and
writes one HTML file with charts and tables that needs no network`

// A reportOptions is what the flags of report say.
type reportOptions struct {
	*compareOptions
	out      string
	charts   string
	duration time.Duration
}

// scaled are the workloads that are measured over several numbers of
// goroutines, where that is a question.
var scaled = []string{"bank", "hashmap", "snapshots", "vacation"}

// A study is all that a report shows.
type study struct {
	CompareReport
	Suite   *SuiteReport `json:"suite"`
	Scaling []scaling    `json:"scaling"`
}

// A scaling is one number of goroutines.
type scaling struct {
	Workers  int               `json:"workers"`
	Outcomes []contest.Outcome `json:"outcomes"`
}

// report measures, and writes the file.
func report(ctx context.Context, t *terminal, args []string) (int, error) {
	o := &reportOptions{compareOptions: compareFlags("report", reportAbout)}
	o.set.StringVar(&o.out, "o", "weft-report.html", "`file` to write")
	o.set.StringVar(&o.charts, "charts", "", "`directory` for each chart as PNG and SVG")
	o.set.DurationVar(&o.duration, "duration", 20*time.Second, "how `long` the suite runs")
	c, err := o.config(t, args)
	if err != nil {
		return 0, err
	}
	if o.duration <= 0 {
		return 0, usageError(fmt.Sprintf("-duration %v: it has to be positive", o.duration))
	}
	if info, err := os.Stat(o.charts); o.charts != "" && (err != nil || !info.IsDir()) {
		return 0, usageError(fmt.Sprintf("-charts %s: not a directory", o.charts))
	}
	f, err := os.Create(o.out)
	if err != nil {
		return 0, usageError(err.Error())
	}
	defer f.Close()
	s := &study{CompareReport: CompareReport{
		Command: strings.TrimSpace("go run ./stress report " + strings.Join(args, " ")),
		Machine: console.ThisMachine(o.gogc), Seed: o.seed, Workers: o.workers, Each: o.each, Confidence: contest.Confidence,
	}}
	t.printf("%v\nseed %d\n\n", s.Machine, o.seed)
	if err := o.study(ctx, t, c, s); err != nil {
		return 0, err
	}
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	page, err := s.page()
	if err != nil {
		return 0, err
	}
	if err := o.save(page, f); err != nil {
		return 0, err
	}
	t.printf("written: %s\n", o.out)
	return s.Exit, o.write(s)
}

// study measures everything.
func (o *reportOptions) study(ctx context.Context, t *terminal, c contest.Config, s *study) error {
	s.measure(ctx, t, c)
	few := c
	few.Engines = []string{memory.Weft, memory.Mutex}
	few.Workloads = nil
	for _, w := range c.Workloads {
		if slices.Contains(scaled, w.Name) {
			few.Workloads = append(few.Workloads, w)
		}
	}
	for n := 1; n <= 2*runtime.GOMAXPROCS(0) && ctx.Err() == nil; n *= 2 {
		few.Workers = n
		t.display.Stage(fmt.Sprintf("%d goroutines", n), int64(few.Rounds*len(few.Workloads)*len(few.Engines)))
		outcomes, _ := contest.Run(ctx, few) // ends only with ctx
		s.Scaling = append(s.Scaling, scaling{n, outcomes})
	}
	s.Suite = &SuiteReport{Engine: memory.Weft, Machine: s.Machine, Seed: o.seed, Noise: trial.DefaultNoise, Skipped: []string{}, Missing: map[string][]string{}}
	options := &suiteOptions{
		common: o.common, engine: memory.Weft, duration: o.duration, workloads: c.Workloads, procs: []int{1, 2, 4, 16},
	}
	options.noise = trial.DefaultNoise
	if err := options.run(ctx, t, s.Suite); err != nil {
		return err
	}
	options.finish(ctx, t, s.Suite)
	if s.Suite.Exit == Violation {
		s.Exit = Violation
	}
	return nil
}

// save writes the page to f, and its figures to files of their own.
func (o *reportOptions) save(p *chart.Page, f *os.File) error {
	if err := p.HTML(f); err != nil {
		return err
	}
	if o.charts == "" {
		return nil
	}
	return saveFigures(p, o.charts)
}

func draw(name string, as func(w io.Writer) error) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	err = as(f)
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}
