package wordindex

import (
	"slices"
	"time"

	starstm "github.com/weft-stm/weft/examples/starlark"
)

func (o Options) report(c *Corpus, samples [][]sample) *Report {
	r := &Report{
		Dir: c.Dir, Files: c.Files, Bytes: c.Bytes, Terms: c.Terms, Distinct: c.Distinct,
		Workers: o.Workers, GOGC: o.GOGC,
	}
	for i, v := range o.Variants {
		if len(samples[i]) > 0 {
			r.Rows = append(r.Rows, o.row(v, samples[i]))
		}
	}
	r.compare()
	return r
}

// row sums up the runs of v.
func (o Options) row(v Variant, samples []sample) Row {
	row := Row{Variant: v.Name, Program: v.Program, Mode: v.Mode.String()}
	if v.Private {
		row.Mode = "private"
	}
	var blocks, restarts uint64
	var lost, elapsed time.Duration
	for _, s := range samples {
		row.Runs = append(row.Runs, s.elapsed)
		row.Extensions += s.engine.Extensions
		row.Escalations += s.engine.Escalations
		blocks += s.stats.Blocks
		restarts += s.stats.Restarts
		lost += s.stats.Lost
		elapsed += s.elapsed
	}
	row.Median = median(row.Runs)
	row.RestartsPerCommit = float64(restarts) / float64(blocks)
	row.Lost = lost.Seconds() / (elapsed.Seconds() * float64(o.Workers))
	return row
}

// plain is the program of the baseline.
const plain = "rmw.star"

// compare fills in the ratios.
func (r *Report) compare() {
	same := make(map[string]time.Duration)
	var best time.Duration
	for _, row := range r.Rows {
		if row.Mode == starstm.Mutex.String() {
			same[row.Program] = row.Median
			if best == 0 || row.Median < best {
				best = row.Median
			}
		}
	}
	for i := range r.Rows {
		row := &r.Rows[i]
		row.OverMutex = ratio(same[plain], row.Median)
		row.OverSameProgram = ratio(same[row.Program], row.Median)
		row.OverBestMutex = ratio(best, row.Median)
	}
}

func ratio(a, b time.Duration) float64 { return a.Seconds() / b.Seconds() }

// median returns the middle one of durations, or the mean of the middle two.
func median(d []time.Duration) time.Duration {
	d = slices.Sorted(slices.Values(d))
	n := len(d)
	return (d[(n-1)/2] + d[n/2]) / 2
}
