package command

import (
	"fmt"
	"math"
	"strings"

	"github.com/weft-stm/weft/stress/internal/chart"
	"github.com/weft-stm/weft/stress/internal/interp"
)

// page is the report as HTML: an overview, and a chart for each benchmark.
func (r *InterpReport) page() (*chart.Page, error) {
	overview, err := r.overview()
	if err != nil {
		return nil, err
	}
	p := &chart.Page{
		Title: "An interpreter with a global lock and without",
		About: []string{r.Command, r.Machine.String(), r.summary()},
		Sections: []chart.Section{{
			Title: "Overview", Figures: []*chart.Figure{overview}, Header: interpHeader, Rows: r.rows(), Text: 2,
			About: "Speeds are over gil with one thread. The figures of PyPy-STM are those of a paper of 2014, without a JIT, on four cores.",
		}},
	}
	for i := range r.Outcomes {
		f, err := r.lines(&r.Outcomes[i])
		if err != nil {
			return nil, err
		}
		p.Sections = append(p.Sections, chart.Section{Title: r.Outcomes[i].Name, About: r.Outcomes[i].About, Figures: []*chart.Figure{f}})
	}
	return p, nil
}

// overview shows the speeds of all benchmarks.
func (r *InterpReport) overview() (*chart.Figure, error) {
	n := r.most()
	var names []string
	series := []chart.Series{
		{Name: fmt.Sprintf("gil, %d threads", n)}, {Name: "stm, 1 thread"}, {Name: fmt.Sprintf("stm, %d threads", n)},
		{Name: "ceiling"}, {Name: "PyPy-STM, 2 threads"},
	}
	for i := range r.Outcomes {
		o := &r.Outcomes[i]
		names = append(names, o.Name)
		for k, v := range []float64{o.Speed(interp.GIL, n), o.Speed(interp.STM, 1), o.Speed(interp.STM, n), o.Speed(interp.Ceiling, n), o.Published.Two} {
			if v == 0 {
				v = math.NaN()
			}
			series[k].Values = append(series[k].Values, v)
		}
	}
	return chart.Dots("interp", "Speed over a global lock with one thread", chart.Axis{Label: "times as fast as gil with one thread", Reference: 1}, names, series)
}

// lines shows a benchmark over numbers of threads.
func (r *InterpReport) lines(o *interp.Outcome) (*chart.Figure, error) {
	var xs [][]float64
	var series []chart.Series
	for _, mode := range []string{interp.GIL, interp.STM, interp.Serial, interp.Ceiling} {
		var x, y []float64
		for _, n := range r.Threads {
			if s := o.Speed(mode, n); s > 0 {
				x, y = append(x, float64(n)), append(y, s)
			}
		}
		if len(x) > 0 {
			xs, series = append(xs, x), append(series, chart.Series{Name: mode, Values: y})
		}
	}
	at := make([]float64, len(r.Threads))
	for i, n := range r.Threads {
		at[i] = float64(n)
	}
	name := "interp-" + strings.NewReplacer(" ", "-", ".", "-", "/", "-").Replace(o.Name)
	return chart.Lines(name, o.Name+": "+o.About, chart.Axis{Label: "threads", At: at}, chart.Axis{Label: "times as fast as gil with one thread"}, xs, series)
}
