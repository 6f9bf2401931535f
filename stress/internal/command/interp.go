package command

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/weft-stm/weft/stress/internal/chart"
	"github.com/weft-stm/weft/stress/internal/console"
	"github.com/weft-stm/weft/stress/internal/interp"
)

const interpAbout = `go run ./stress interp [flags]: programs of the language of examples/vm in the modes gil, serial and stm, over several
numbers of threads; steps of fixed work are interleaved, and every warm-up step is printed. The figures of PyPy-STM stand beside.`

// An InterpReport is what interp writes with -json.
type InterpReport struct {
	Command  string           `json:"command"`
	Machine  console.Machine  `json:"machine"`
	Threads  []int            `json:"threads"`
	WarmUps  int              `json:"warm_ups"`
	Rounds   int              `json:"rounds"`
	Lengths  []int            `json:"lengths,omitempty"`
	Quick    bool             `json:"quick"`
	Outcomes []interp.Outcome `json:"outcomes"`
	Exit     int              `json:"exit"`
}

// An interpOptions is what the flags of interp say.
type interpOptions struct {
	*common
	names, out, charts string
	lengths            string
	warmUps, rounds    int
	quick              bool
}

func interpFlags() *interpOptions {
	o := &interpOptions{common: newFlags("interp", interpAbout).withWorkers("the largest number of `threads`; the others are its halves, down to 1")}
	o.set.StringVar(&o.names, "benchmarks", "", "`names` of benchmarks, with commas; a part of a name stands for all with it (default: all)")
	o.set.StringVar(&o.lengths, "lengths", "", "`numbers` of guest instructions, with commas: measure transactions of these lengths too, beside those whose length adapts")
	o.set.IntVar(&o.warmUps, "warm-ups", 2, "`number` of steps before those that count")
	o.set.IntVar(&o.rounds, "rounds", 7, "`number` of steps that count")
	o.set.BoolVar(&o.quick, "quick", false, "little work, to see that all works: the figures say nothing")
	o.set.StringVar(&o.out, "o", "", "write an HTML `file` with a chart for each benchmark")
	o.set.StringVar(&o.charts, "charts", "", "`directory` for each chart as PNG and SVG")
	return o
}

// config checks the flags.
func (o *interpOptions) config(t *terminal, args []string) (c interp.Config, err error) {
	if err := o.parse(t, args); err != nil {
		return c, err
	}
	if err := o.alone(); err != nil {
		return c, err
	}
	if o.rounds < 1 || o.warmUps < 0 {
		return c, usageError("-rounds has to be positive, and -warm-ups not negative")
	}
	if info, err := os.Stat(o.charts); o.charts != "" && (err != nil || !info.IsDir()) {
		return c, usageError(fmt.Sprintf("-charts %s: not a directory", o.charts))
	}
	for n := o.workers; n > 0; n /= 2 {
		c.Threads = append(c.Threads, n)
	}
	slices.Reverse(c.Threads)
	c.WarmUps, c.Rounds, c.Quick = o.warmUps, o.rounds, o.quick
	if c.Lengths, err = lengthsOf(o.lengths); err != nil {
		return c, err
	}
	c.Benchmarks, err = pickBenchmarks(o.names)
	return c, err
}

func lengthsOf(text string) (all []int, err error) {
	if text == "" {
		return nil, nil
	}
	for _, word := range strings.Split(text, ",") {
		n, err := strconv.ParseInt(strings.TrimSpace(word), 10, 32)
		if err != nil || n < 1 {
			return nil, usageError(fmt.Sprintf("-lengths: %q is no number of guest instructions", word))
		}
		all = append(all, int(n))
	}
	return all, nil
}

func pickBenchmarks(names string) (picked []interp.Benchmark, err error) {
	if names == "" {
		return interp.All(), nil
	}
	for _, name := range strings.Split(names, ",") {
		n := len(picked)
		for _, b := range interp.All() {
			if strings.Contains(b.Name, strings.TrimSpace(name)) {
				picked = append(picked, b)
			}
		}
		if len(picked) == n {
			return nil, usageError(fmt.Sprintf("-benchmarks: there is none with %q in its name", name))
		}
	}
	return picked, nil
}

// interpreters measures, prints tables and draws charts.
func interpreters(ctx context.Context, t *terminal, args []string) (int, error) {
	o := interpFlags()
	c, err := o.config(t, args)
	if err != nil {
		return 0, err
	}
	r := &InterpReport{
		Command: strings.TrimSpace("go run ./stress interp " + strings.Join(args, " ")),
		Machine: console.ThisMachine(o.gogc), Threads: c.Threads, WarmUps: c.WarmUps, Rounds: c.Rounds, Lengths: c.Lengths, Quick: c.Quick,
	}
	t.printf("%v\n\n", r.Machine)
	t.display.Stage("interpreters", 0)
	c.Progress = func(done, total int64, what string) {
		if done == 0 {
			t.display.Stage("interpreters", total)
		}
		t.display.Step(done, what)
	}
	c.Outcome = func(out interp.Outcome) { t.printf("%s\n\n", stepsTable(out)) }
	r.Outcomes, err = interp.Run(ctx, c)
	t.display.End()
	switch {
	case ctx.Err() != nil && len(r.Outcomes) == 0:
		return 0, ctx.Err()
	case ctx.Err() != nil:
		r.Exit = Interrupted
		t.printf("interrupted: the tables show what was measured\n")
	case err != nil:
		r.Exit = Violation
		t.printf("violation: %v\n", err)
	}
	if len(r.Outcomes) > 0 {
		t.printf("%s\n\n%s\n", r.table(), r.summary())
		for _, table := range []string{r.lengths(), r.simulation()} {
			if table != "" {
				t.printf("\n%s\n", table)
			}
		}
		if err := o.draw(t, r); err != nil {
			return 0, err
		}
	}
	return r.Exit, o.write(r)
}

// draw writes what -o and -charts ask for.
func (o *interpOptions) draw(t *terminal, r *InterpReport) error {
	if o.out == "" && o.charts == "" {
		return nil
	}
	page, err := r.page()
	if err != nil {
		return err
	}
	if o.out != "" {
		if err := draw(o.out, page.HTML); err != nil {
			return err
		}
		t.printf("written: %s\n", o.out)
	}
	if o.charts != "" {
		return saveFigures(page, o.charts)
	}
	return nil
}

// saveFigures writes the figures of a page to files of their own.
func saveFigures(p *chart.Page, dir string) error {
	for _, s := range p.Sections {
		for _, f := range s.Figures {
			name := filepath.Join(dir, f.Name)
			if err := draw(name+".svg", f.SVG); err != nil {
				return err
			}
			if err := draw(name+".png", f.PNG); err != nil {
				return err
			}
		}
	}
	return nil
}
