package command

import (
	"fmt"

	"github.com/weft-stm/weft/stress/internal/console"
	"github.com/weft-stm/weft/stress/internal/trial"
	"github.com/weft-stm/weft/stress/internal/wordindex"
)

// A Line is one result beside what it is to be compared with.
type Line struct {
	What     string `json:"what"`
	Measured string `json:"measured"`
	Baseline string `json:"baseline"`
	Result   string `json:"result"`
}

// lines are those of all parts that were finished.
func (r *JobReport) lines() (lines []Line) {
	if r.Index != nil {
		for _, row := range r.Index.Rows {
			if row.Mode != "mutex" {
				lines = append(lines, indexLine(r.Index, row))
			}
		}
	}
	for i, race := range r.Race {
		line := Line{
			What:     "race: " + race.Workload,
			Measured: fmt.Sprintf("%s attempts, %s undone", console.Count(race.Attempts), console.Percent(race.AbortRate())),
			Baseline: "without isolation: not run",
			Result:   fmt.Sprintf("%d violations", len(race.Violations)+race.More),
		}
		if i < len(r.Controls) {
			line.Baseline = "without isolation: " + seen(r.Controls[i])
		}
		lines = append(lines, line)
	}
	return lines
}

func seen(r *trial.Result) string {
	if r.Holds() {
		return fmt.Sprintf("none seen in %s attempts", console.Count(r.Attempts))
	}
	return fmt.Sprintf("seen within %s attempts, %s", console.Count(r.Attempts), console.Time(r.Elapsed))
}

// indexLine compares with the mutex, under the same program and under the one
// that suits it best.
func indexLine(r *wordindex.Report, row wordindex.Row) Line {
	line := Line{
		What:     "index: " + row.Variant,
		Measured: console.Time(row.Median),
		Baseline: fmt.Sprintf("one mutex, %d workers", r.Workers),
		Result:   "no baseline was finished",
	}
	for _, other := range r.Rows {
		if other.Mode == "mutex" && other.Program == row.Program {
			line.Baseline += ", same program: " + console.Time(other.Median)
			line.Result = fmt.Sprintf("%s, and %s over the best mutex", console.Ratio(row.OverMutex), console.Ratio(row.OverBestMutex))
		}
	}
	return line
}

func verdictTable(r *JobReport) string {
	var rows [][]string
	for _, l := range r.Verdict {
		rows = append(rows, []string{l.What, l.Measured, l.Baseline, l.Result})
	}
	return console.Table(fmt.Sprint("verdict for ", r.Machine), []string{"what", "measured", "baseline", "result"}, rows)
}
