package command

import (
	"fmt"
	"math"

	"github.com/weft-stm/weft/stress/internal/console"
	"github.com/weft-stm/weft/stress/internal/trial"
	"github.com/weft-stm/weft/stress/internal/workload"
)

// trialTables show what was found, what was met, and what noise did.
func trialTables(title string, n trial.Noise, results []*trial.Result) string {
	var sum trial.Events
	for _, r := range results {
		sum.Add(r.Events)
	}
	return foundTable(title, results) + "\n\n" + metTable(results) + "\n" + fmt.Sprintf(
		"noise (%v): %s yields, %s aborts and %s failures on purpose, %s late wakes",
		n, console.Count(sum.ForcedYields), console.Count(sum.ForcedAborts), console.Count(sum.FailedOnPurpose), console.Count(sum.LateWakes))
}

// foundTable is one line a trial: how much was decided, and how.
func foundTable(title string, results []*trial.Result) string {
	var rows [][]string
	for _, r := range results {
		rows = append(rows, []string{
			r.Workload, console.Count(r.Attempts), console.Count(r.Committed), console.Percent(r.AbortRate()),
			console.Count(r.MostInARow), console.Count(len(r.Violations) + r.More), r.Guarantee,
		})
	}
	return console.Table(title, []string{"workload", "attempts", "commits", "undone", "most in\na row", "viola-\ntions", "kept"}, rows)
}

// metTable is one line a trial: the events that workloads are there to provoke.
func metTable(results []*trial.Result) string {
	var rows [][]string
	for _, r := range results {
		row := []string{r.Workload}
		for _, e := range workload.Events() {
			row = append(row, console.Short(r.Events.Of(e)))
		}
		rows = append(rows, row)
	}
	return console.Table("what they met", []string{
		"workload", "con-\nflicts", "exten-\nsions", "parks", "wakes", "escala-\ntions", "history\nreads", "irrevo-\ncable",
	}, rows)
}

// conflictRows are the most frequent conflicts of each trial, at most most of
// one.
func conflictRows(results []*trial.Result, most int) (rows [][]string) {
	for _, r := range results {
		all := int64(0)
		for _, c := range r.Conflicts {
			all += c.Restarts
		}
		for _, c := range r.Conflicts[:min(most, len(r.Conflicts))] {
			hottest := fmt.Sprintf("%s %s", c.Hottest, console.Percent(c.HottestShare))
			if c.Hottest == c.Variables {
				hottest = "–"
			}
			rows = append(rows, []string{
				r.Workload, c.Variables, c.Loser, c.Rival, console.Count(c.Restarts),
				console.Percent(float64(c.Restarts) / float64(all)), hottest,
			})
		}
	}
	return rows
}

// needed is the number of attempts within which a share of the commits is done.
func needed(tries []int64, share float64) int {
	all, sum := int64(0), int64(0)
	for _, n := range tries {
		all += n
	}
	need := int64(math.Ceil(share * float64(all)))
	for i, n := range tries {
		if sum += n; sum >= need {
			return i + 1
		}
	}
	return 0
}
