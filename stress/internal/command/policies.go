package command

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/weft-stm/weft/stress/internal/chart"
	"github.com/weft-stm/weft/stress/internal/console"
	"github.com/weft-stm/weft/stress/internal/pressure"
)

const policiesAbout = `go run ./stress policies [flags]: commits a second under each policy while more and more transactions collide, beside one mutex;
rounds are interleaved`

// A PoliciesReport is what policies writes with -json.
type PoliciesReport struct {
	Command   string          `json:"command"`
	Machine   console.Machine `json:"machine"`
	Seed      uint64          `json:"seed"`
	Workers   int             `json:"workers"`
	Each      time.Duration   `json:"each_ns"`
	Rounds    int             `json:"rounds"`
	Pressures []float64       `json:"pressures"`
	Lines     []pressure.Line `json:"lines"`
}

// policies measures, prints a table and draws a chart.
func policies(ctx context.Context, t *terminal, args []string) (int, error) {
	c := newFlags("policies", policiesAbout).withWorkers("`goroutines`")
	rounds := c.set.Int("rounds", 7, "`number` of rounds")
	each := c.set.Duration("each", 60*time.Millisecond, "how `long` one measurement takes")
	charts := c.set.String("charts", "", "`directory` for the chart as PNG and SVG")
	if err := c.parse(t, args); err != nil {
		return 0, err
	}
	if err := c.alone(); err != nil {
		return 0, err
	}
	if *rounds < 1 || *each <= 0 {
		return 0, usageError("-rounds and -each have to be positive")
	}
	if info, err := os.Stat(*charts); *charts != "" && (err != nil || !info.IsDir()) {
		return 0, usageError(fmt.Sprintf("-charts %s: not a directory", *charts))
	}
	r := &PoliciesReport{
		Command: strings.TrimSpace("go run ./stress policies " + strings.Join(args, " ")),
		Machine: console.ThisMachine(c.gogc), Seed: c.seed, Workers: c.workers, Each: *each, Rounds: *rounds, Pressures: pressure.Pressures,
	}
	t.printf("%v\nseed %d\n\n", r.Machine, r.Seed)
	t.display.Stage("policies", 0)
	var err error
	r.Lines, err = pressure.Run(ctx, pressure.Config{
		Workers: r.Workers, Rounds: r.Rounds, Each: r.Each, Seed: r.Seed,
		Progress: func(done, total int64, what string) {
			if done == 0 {
				t.display.Stage("policies", total)
			}
			t.display.Step(done, what)
		},
	})
	t.display.End()
	if err != nil {
		return 0, err
	}
	t.printf("%s\n", r.table())
	if *charts != "" {
		f, err := r.chart()
		if err != nil {
			return 0, err
		}
		name := filepath.Join(*charts, f.Name)
		if err := draw(name+".svg", f.SVG); err != nil {
			return 0, err
		}
		if err := draw(name+".png", f.PNG); err != nil {
			return 0, err
		}
		t.printf("\nwritten: %s.svg and .png\n", name)
	}
	return Holds, c.write(r)
}

func (r *PoliciesReport) table() string {
	header := []string{"share of transactions\non shared variables"}
	for _, l := range r.Lines {
		header = append(header, l.Policy+"\ntx/s")
	}
	for _, l := range r.Lines {
		if l.Policy != pressure.Mutex {
			header = append(header, l.Policy+"\nlost a commit")
		}
	}
	var rows [][]string
	for p, share := range r.Pressures {
		row := []string{fmt.Sprintf("%g%%", 100*share)}
		for _, l := range r.Lines {
			row = append(row, console.Short(int64(l.Rates[p])))
		}
		for _, l := range r.Lines {
			if l.Policy != pressure.Mutex {
				row = append(row, fmt.Sprintf("%.3f", l.Lost[p]))
			}
		}
		rows = append(rows, row)
	}
	title := fmt.Sprintf("%d goroutines, medians of %d rounds of %v", r.Workers, r.Rounds, r.Each)
	return console.Table(title, header, rows)
}

// chart shows the rates over the pressure.
func (r *PoliciesReport) chart() (*chart.Figure, error) {
	var xs [][]float64
	var series []chart.Series
	percent := make([]float64, len(r.Pressures))
	for p, share := range r.Pressures {
		percent[p] = 100 * share
	}
	for _, l := range r.Lines {
		k := make([]float64, len(l.Rates))
		for p, rate := range l.Rates {
			k[p] = rate / 1000
		}
		xs = append(xs, percent)
		series = append(series, chart.Series{Name: l.Policy, Values: k})
	}
	return chart.Lines("policies", fmt.Sprintf("Commits under more and more conflicts, %d goroutines", r.Workers),
		chart.Axis{Label: "transactions on shared variables, %"}, chart.Axis{Label: "thousand commits a second"}, xs, series)
}
