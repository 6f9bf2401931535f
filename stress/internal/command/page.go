package command

import (
	"fmt"
	"math"

	"github.com/weft-stm/weft/stress/internal/chart"
	"github.com/weft-stm/weft/stress/internal/console"
	"github.com/weft-stm/weft/stress/internal/contest"
	"github.com/weft-stm/weft/stress/internal/memory"
)

// page makes a report of a study.
func (s *study) page() (*chart.Page, error) {
	p := &chart.Page{
		Title: "Weft on this machine",
		About: []string{
			s.Machine.String(),
			fmt.Sprintf("Seed %d. Made by: %s", s.Seed, s.Command),
			"The bodies of these workloads do little beside reading and writing a few variables, which is what suits a mutex most; " +
				"how much work makes up for the cost of a transaction is another measurement (make bench).",
		},
	}
	for _, section := range []func() (chart.Section, error){s.rates, s.ratios, s.scalings, s.latencies, s.aborts, s.tries, s.conflicts} {
		x, err := section()
		if err != nil {
			return nil, err
		}
		p.Sections = append(p.Sections, x)
	}
	return p, nil
}

func (s *study) names() (names []string) {
	for _, o := range s.Outcomes {
		names = append(names, o.Workload)
	}
	return names
}

// series collects an estimate of one engine over all workloads.
func (s *study) series(engine, name string, of func(e *contest.Entry) contest.Estimate) chart.Series {
	out := chart.Series{Name: name}
	for i := range s.Outcomes {
		x := contest.Estimate{Median: math.NaN()}
		if e := s.Outcomes[i].Find(engine); e != nil && len(e.Rates) > 0 {
			x = of(e)
		}
		if x.High == 0 { // no interval
			x.Low, x.High = math.NaN(), math.NaN()
		}
		out.Values, out.Low, out.High = append(out.Values, x.Median), append(out.Low, x.Low), append(out.High, x.High)
	}
	return out
}

// engines are those of the comparison.
func (s *study) engines() (names []string) {
	for _, e := range s.Outcomes[0].Entries {
		names = append(names, e.Engine)
	}
	return names
}

func (s *study) rates() (chart.Section, error) {
	var series []chart.Series
	for _, e := range s.engines() {
		series = append(series, s.series(e, e, func(e *contest.Entry) contest.Estimate { return e.Rate }))
	}
	f, err := chart.Dots("throughput", fmt.Sprintf("Transactions a second, %d goroutines: median and 95%% interval", s.Workers),
		chart.Axis{Log: true}, s.names(), series)
	x := chart.Section{
		Title: "Throughput", Figures: []*chart.Figure{f}, Header: append([]string{"workload"}, s.engines()...),
		About: fmt.Sprintf("Medians of %v each, in interleaved rounds, without noise and without recording.", s.Each),
	}
	for _, o := range s.Outcomes {
		row := []string{o.Workload}
		for _, e := range o.Entries {
			row = append(row, rateOf(e))
		}
		x.Rows = append(x.Rows, row)
	}
	return x, err
}

func (s *study) ratios() (chart.Section, error) {
	var series []chart.Series
	x := chart.Section{Title: "Speed-up", About: "Weft's transactions a second over those of each other system: more than 1 is for Weft.", Header: []string{"workload"}}
	for _, e := range s.engines() {
		if e != memory.Weft {
			x.Header = append(x.Header, "over "+e)
			series = append(series, s.series(e, "over "+e, func(e *contest.Entry) contest.Estimate { return e.Ratio }))
		}
	}
	for _, o := range s.Outcomes {
		row := []string{o.Workload}
		for _, e := range o.Entries {
			if e.Engine != memory.Weft {
				row = append(row, interval(e.Ratio))
			}
		}
		x.Rows = append(x.Rows, row)
	}
	f, err := chart.Dots("speedup", fmt.Sprintf("Weft over other systems, %d goroutines: median and 95%% interval of the ratio", s.Workers),
		chart.Axis{Log: true, Reference: 1}, s.names(), series)
	x.Figures = []*chart.Figure{f}
	return x, err
}

func (s *study) scalings() (chart.Section, error) {
	x := chart.Section{Title: "Over the number of goroutines", Text: 2, Header: []string{"workload", "engine"}}
	var xs [][]float64
	var series []chart.Series
	var at []float64
	for _, n := range s.Scaling {
		x.Header = append(x.Header, fmt.Sprintf("%d", n.Workers))
		at = append(at, float64(n.Workers))
	}
	if len(s.Scaling) > 0 {
		for i, o := range s.Scaling[0].Outcomes {
			for k, e := range o.Entries {
				row, line, workers := []string{o.Workload, e.Engine}, chart.Series{Name: o.Workload + ", " + e.Engine, Dashed: k > 0}, []float64{}
				for _, n := range s.Scaling {
					at := n.Outcomes[i].Entries[k]
					row = append(row, rateOf(at))
					line.Values, workers = append(line.Values, at.Rate.Median), append(workers, float64(n.Workers))
				}
				x.Rows, series, xs = append(x.Rows, row), append(series, line), append(xs, workers)
			}
		}
	}
	f, err := chart.Lines("scaling", fmt.Sprintf("Transactions a second over goroutines, GOMAXPROCS=%d", s.Machine.GOMAXPROCS),
		chart.Axis{Label: "goroutines", At: at}, chart.Axis{Label: "transactions a second", Log: true}, xs, series)
	x.Figures = []*chart.Figure{f}
	return x, err
}

func (s *study) latencies() (chart.Section, error) {
	x := chart.Section{
		Title: "Latency", About: "Time from the call of a transaction to its return, waits included, of one call in eight.",
		Header: []string{"workload", "engine", "median", "99%", "99.9%"}, Text: 2,
	}
	var xs [][]float64
	var series []chart.Series
	shown := s.Outcomes[0].Workload
	if len(s.Scaling) > 0 && len(s.Scaling[0].Outcomes) > 0 {
		shown = s.Scaling[0].Outcomes[0].Workload
	}
	for i := range s.Outcomes {
		o := &s.Outcomes[i]
		for k := range o.Entries {
			e := &o.Entries[k]
			if len(e.Rates) == 0 {
				continue
			}
			x.Rows = append(x.Rows, []string{o.Workload, e.Engine, console.Time(e.Median), console.Time(e.P99), console.Time(e.P999)})
			if o.Workload != shown {
				continue
			}
			durations, shares := e.Latency().Curve()
			line, slower := make([]float64, len(durations)), make([]float64, len(durations))
			for j, d := range durations {
				line[j], slower[j] = float64(d.Nanoseconds())/1000, 100*(1-shares[j])
			}
			xs, series = append(xs, line), append(series, chart.Series{Name: e.Engine, Values: slower})
		}
	}
	f, err := chart.Lines("latency", "Transactions of "+shown+" that take longer", chart.Axis{Label: "µs", Log: true},
		chart.Axis{Label: "% of transactions", Log: true}, xs, series)
	x.Figures = []*chart.Figure{f}
	return x, err
}
