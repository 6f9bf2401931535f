package command

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/weft-stm/weft/stress/internal/console"
	"github.com/weft-stm/weft/stress/internal/interp"
)

// stepsTable shows all cells of a benchmark, every step of the warm-up included.
func stepsTable(o interp.Outcome) string {
	header := []string{"mode", "threads", "warm-up steps", "median", "shortest", "longest", "varies", "processor\ntime", "commits\na step", "lost\na step",
		"lost\ninstructions", "irrevocable\na step", "RSS"}
	var rows [][]string
	for i := range o.Cells {
		c := &o.Cells[i]
		var sum interp.Step
		low, high := c.Steps[0].Time, c.Steps[0].Time
		for _, s := range c.Steps {
			low, high = min(low, s.Time), max(high, s.Time)
			sum.Commits += s.Commits
			sum.Aborts += s.Aborts
			sum.Instructions += s.Instructions
			sum.Wasted += s.Wasted
			sum.Irrevocable += s.Irrevocable
			sum.RSS = max(sum.RSS, s.RSS)
		}
		n := uint64(len(c.Steps))
		rows = append(rows, []string{
			c.Mode, fmt.Sprint(c.Threads), warmUps(c.WarmUps), console.Time(c.Median), console.Time(low), console.Time(high),
			console.Percent(c.Spread()), console.Time(c.Processor), console.Short(sum.Commits / n), console.Short(sum.Aborts / n),
			console.Percent(float64(sum.Wasted) / float64(max(1, sum.Wasted+sum.Instructions))), console.Short(sum.Irrevocable / n),
			console.Short(sum.RSS),
		})
	}
	return console.Table(o.Name+": "+o.About, header, rows)
}

func warmUps(steps []interp.Step) string {
	var all []string
	for _, s := range steps {
		all = append(all, s.Time.Round(100*time.Microsecond).String())
	}
	return strings.Join(all, " ")
}

// most is the largest number of threads.
func (r *InterpReport) most() int { return r.Threads[len(r.Threads)-1] }

var interpHeader = []string{"benchmark", "kind", "gil 1", "stm 1\nover gil 1", "serial 1\nover gil 1", "gil N", "stm N", "stm N\nvaries", "ceiling", "processor\ntime stm N", "best\nover best",
	"lost\ninstructions", "PyPy-STM\n1 over gil 1", "PyPy-STM\n2 threads", "PyPy-STM\nbest"}

func (r *InterpReport) rows() (rows [][]string) {
	n := r.most()
	for i := range r.Outcomes {
		o := &r.Outcomes[i]
		rows = append(rows, []string{
			o.Name, string(o.Kind), console.Time(o.Cells[0].Median), console.Ratio(o.Overhead(interp.STM)), console.Ratio(o.Overhead(interp.Serial)),
			console.Ratio(o.Speed(interp.GIL, n)), console.Ratio(o.Speed(interp.STM, n)), console.Percent(o.Variation(interp.STM, n)), console.Ratio(o.Speed(interp.Ceiling, n)),
			console.Ratio(o.Work(interp.STM, n)), console.Ratio(o.BestOverBest()), console.Percent(o.Lost(n)),
			console.Ratio(o.Published.Overhead), console.Ratio(o.Published.Two), console.Ratio(o.Published.Best),
		})
	}
	return rows
}

// table sums up all benchmarks.
func (r *InterpReport) table() string {
	title := fmt.Sprintf("medians of %d interleaved steps, N = %d threads, GOMAXPROCS=%d; gil N, stm N and ceiling: speed over gil with one thread; varies: coefficient of variation of that, from round to round; processor time: of all processors, over that",
		r.Rounds, r.most(), r.Machine.GOMAXPROCS)
	if r.Quick {
		title += "; a quick run, whose figures say nothing"
	}
	return console.Table(title, interpHeader, r.rows())
}

// summary says how the targets were met.
func (r *InterpReport) summary() string {
	n := r.most()
	overhead := func(mode string) (all []float64, worst string) {
		for i := range r.Outcomes {
			all = append(all, r.Outcomes[i].Overhead(mode))
		}
		k := slices.Index(all, slices.Max(all))
		return all, fmt.Sprintf("%.2f at most (%s)", all[k], r.Outcomes[k].Name)
	}
	stm, worstSTM := overhead(interp.STM)
	serial, worstSerial := overhead(interp.Serial)
	lines := []string{
		fmt.Sprintf("one thread, time over gil: stm %.2f on (geometric) average, %s; serial %.2f, %s",
			interp.GeometricMean(stm), worstSTM, interp.GeometricMean(serial), worstSerial),
	}
	if n > 1 {
		for _, kind := range []interp.Kind{interp.Apart, interp.Shared, interp.Hot} {
			var speeds []float64
			faster := 0
			for i := range r.Outcomes {
				if o := &r.Outcomes[i]; o.Kind == kind {
					s := o.Speed(interp.STM, n)
					speeds = append(speeds, s)
					if s > 1 {
						faster++
					}
				}
			}
			if len(speeds) > 0 {
				lines = append(lines, fmt.Sprintf("%s: stm with %d threads is %.2f times as fast as gil with one on average, %.2f at least, faster on %d of %d",
					kind, n, interp.GeometricMean(speeds), slices.Min(speeds), faster, len(speeds)))
			}
		}
	}
	if varies := r.variations(n); len(varies) > 0 {
		k := slices.Index(varies, slices.Max(varies))
		sorted := slices.Sorted(slices.Values(varies))
		lines = append(lines, fmt.Sprintf("the speed of stm with %d threads over gil with one varies by %s from round to round (median of the coefficients of variation), by %s at most (%s)",
			n, console.Percent(sorted[len(sorted)/2]), console.Percent(varies[k]), r.Outcomes[k].Name))
	}
	return strings.Join(lines, "\n")
}

// variations are those of the benchmarks, if there is more than one round.
func (r *InterpReport) variations(n int) (all []float64) {
	if r.Rounds < 2 {
		return nil
	}
	for i := range r.Outcomes {
		all = append(all, r.Outcomes[i].Variation(interp.STM, n))
	}
	return all
}

// lengths compares transactions of fixed lengths with those that adapt; "" if
// there are none.
func (r *InterpReport) lengths() string {
	if len(r.Lengths) == 0 {
		return ""
	}
	n := r.most()
	header := []string{"benchmark", "adaptive"}
	for _, length := range r.Lengths {
		header = append(header, fmt.Sprintf("%d over\nadaptive", length))
	}
	header = append(header, "adaptive\nover the best")
	var rows [][]string
	for i := range r.Outcomes {
		o := &r.Outcomes[i]
		row := []string{o.Name, console.Time(o.Time(interp.STM, n))}
		for _, length := range r.Lengths {
			row = append(row, console.Ratio(o.OverAdaptive(length, n)))
		}
		rows = append(rows, append(row, console.Ratio(o.OverBestLength(r.Lengths, n))))
	}
	return console.Table(fmt.Sprintf("transactions of fixed lengths, in guest instructions, beside those whose length adapts: times, with %d threads", n), header, rows)
}

// simulatedCores are those of the simulation; the first is there to compare.
var simulatedCores = []int{2, 4, 8, 16, 64}

// simulation says where more cores would stand, or "" if two threads were not
// measured.
func (r *InterpReport) simulation() string {
	header := []string{"benchmark", "transaction", "a commit makes\na rival lose", "irrevocable", "stm 2,\nmeasured"}
	for _, n := range simulatedCores {
		header = append(header, fmt.Sprintf("%d,\nsimulated", n))
	}
	var rows [][]string
	for i := range r.Outcomes {
		o := &r.Outcomes[i]
		l, ok := o.Load()
		if !ok {
			continue
		}
		row := []string{o.Name, console.Time(time.Duration(l.Length)), console.Percent(l.Conflict), console.Percent(l.Irrevocable), console.Ratio(o.Speed(interp.STM, 2))}
		for _, n := range simulatedCores {
			row = append(row, console.Ratio(o.Simulated(n)))
		}
		rows = append(rows, row)
	}
	if rows == nil {
		return ""
	}
	return console.Table("a simulation, not a measurement: speed of stm over gil with one thread if there were as many cores as threads, from what two threads did", header, rows)
}
