package command

import (
	"fmt"
	"time"

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
			Result:   counted(len(race.Violations)+race.More, "violation"),
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

// indexLine compares with the mutex around three programs: the plain one, the
// same one, and the one that suits the mutex best.
func indexLine(r *wordindex.Report, row wordindex.Row) Line {
	line := Line{
		What:     "index: " + row.Variant,
		Measured: console.Time(row.Median),
		Baseline: "one mutex: not finished",
		Result:   "–",
	}
	if row.OverMutex > 0 && row.OverSameProgram > 0 {
		under := func(ratio float64) string { return console.Time(time.Duration(ratio * float64(row.Median))) }
		line.Baseline = fmt.Sprintf("one mutex, %d workers: %s plain, %s same program, %s best program",
			r.Workers, under(row.OverMutex), under(row.OverSameProgram), under(row.OverBestMutex))
		line.Result = fmt.Sprintf("%s plain, %s same, %s best",
			console.Ratio(row.OverMutex), console.Ratio(row.OverSameProgram), console.Ratio(row.OverBestMutex))
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
