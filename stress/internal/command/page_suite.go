package command

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/weft-stm/weft/stress/internal/chart"
	"github.com/weft-stm/weft/stress/internal/console"
	"github.com/weft-stm/weft/stress/internal/trial"
	"github.com/weft-stm/weft/stress/internal/workload"
)

// Sections of the page that show what the suite met.

// aborts shows how much was undone.
func (s *study) aborts() (chart.Section, error) {
	x := chart.Section{
		Title: "Stress under noise",
		About: fmt.Sprintf("The suite with %v: every attempt recorded, and the history decided. Attempts undone include waits and those that were made to fail.", s.Suite.Noise),
		Header: []string{
			"workload", "attempts", "undone", "conflicts", "extensions", "parks", "wakes", "escalations", "history reads", "irrevocable",
			"forced aborts", "late wakes", "violations", "kept",
		},
	}
	for _, r := range s.Suite.Workloads {
		row := []string{r.Workload, console.Short(r.Attempts), console.Percent(r.AbortRate())}
		for _, e := range workload.Events() {
			row = append(row, console.Short(r.Events.Of(e)))
		}
		x.Rows = append(x.Rows, append(row, console.Short(r.Events.ForcedAborts+r.Events.FailedOnPurpose), console.Short(r.Events.LateWakes),
			console.Count(len(r.Violations)+r.More), r.Guarantee))
	}
	var series []chart.Series
	for _, r := range s.Suite.Trials {
		name := fmt.Sprintf("GOMAXPROCS=%d", r.Procs)
		i := slices.IndexFunc(series, func(x chart.Series) bool { return x.Name == name })
		if i < 0 {
			i = len(series)
			series = append(series, chart.Series{Name: name})
		}
		series[i].Values = append(series[i].Values, 100*r.AbortRate())
	}
	f, err := chart.Dots("aborts", "Attempts undone", chart.Axis{Label: "% of attempts"}, workloadsOf(s.Suite.Workloads), series)
	x.Figures = []*chart.Figure{f}
	return x, err
}

func workloadsOf(results []*trial.Result) (names []string) {
	for _, r := range results {
		names = append(names, r.Workload)
	}
	return names
}

// triesUpTo are the classes of the histogram of attempts; the last has no end.
var triesUpTo = []int{1, 2, 4, 8, 16}

// tries shows how many attempts commits took.
func (s *study) tries() (chart.Section, error) {
	x := chart.Section{
		Title:  "Attempts for a commit",
		About:  "Share of the commits that took so many attempts since the call, or since the last wait. Noise makes some transactions lose until they have the serial token; half of the trials have policies that give it later than the default one.",
		Header: []string{"workload", "commits", "1", "2", "3–4", "5–8", "9–16", "more", "99%", "99.9%", "most"},
	}
	for _, r := range s.Suite.Workloads {
		row := []string{r.Workload, console.Short(sum64(r.Tries))}
		from := 0
		for _, to := range append(triesUpTo, len(r.Tries)) {
			to = max(from, min(to, len(r.Tries)))
			row = append(row, share(sum64(r.Tries[from:to]), sum64(r.Tries)))
			from = to
		}
		x.Rows = append(x.Rows, append(row, fmt.Sprint(needed(r.Tries, 0.99)), fmt.Sprint(needed(r.Tries, 0.999)), fmt.Sprint(len(r.Tries))))
	}
	var xs [][]float64
	var series []chart.Series
	for _, r := range slowest(s.Suite.Workloads, 6) {
		line := chart.Series{Name: r.Workload}
		var attempts []float64
		for i, all := 0, sum64(r.Tries); i < len(r.Tries); i++ {
			attempts = append(attempts, float64(i+1))
			line.Values = append(line.Values, 100*float64(sum64(r.Tries[i:]))/float64(all))
		}
		xs, series = append(xs, attempts), append(series, line)
	}
	f, err := chart.Lines("attempts", "Commits that took at least so many attempts, where they took most",
		chart.Axis{Label: "attempts"}, chart.Axis{Label: "% of commits", Log: true}, xs, series)
	x.Figures = []*chart.Figure{f}
	return x, err
}

// slowest returns the n results whose commits took most attempts.
func slowest(results []*trial.Result, n int) []*trial.Result {
	mean := func(r *trial.Result) float64 {
		attempts := 0.0
		for i, c := range r.Tries {
			attempts += float64(i+1) * float64(c)
		}
		return attempts / max(1, float64(sum64(r.Tries)))
	}
	sorted := slices.SortedStableFunc(slices.Values(results), func(a, b *trial.Result) int { return cmp.Compare(mean(b), mean(a)) })
	return sorted[:min(n, len(sorted))]
}

// conflicts shows who makes whom start over, and where.
func (s *study) conflicts() (chart.Section, error) {
	return chart.Section{
		Title: "Conflicts",
		About: "Which transactions made which start over, and at which variables: the most frequent of each workload. " +
			"The rival is who wrote the variable since the loser had read it; it is nobody where the variable is as it was, " +
			"so that the loss was forced, or the same value written anew, or the variable locked by somebody who gave up.",
		Header: []string{"workload", "variables", "loser", "rival", "restarts", "of all", "hottest of these"},
		Rows:   conflictRows(s.Suite.Workloads, 6), Text: 4,
	}, nil
}

func sum64(xs []int64) (sum int64) {
	for _, x := range xs {
		sum += x
	}
	return sum
}

// share is a part of all, precise where it is small.
func share(part, all int64) string {
	p := 100 * float64(part) / max(1, float64(all))
	switch {
	case part == 0:
		return "–"
	case p < 0.1:
		return fmt.Sprintf("%.2g%%", p)
	}
	return fmt.Sprintf("%.1f%%", p)
}
