package interp

import (
	"math"
	"time"
)

// cell returns a cell, or one without steps.
func (o *Outcome) cell(mode string, threads int) *Cell {
	for i := range o.Cells {
		if c := &o.Cells[i]; c.Mode == mode && c.Threads == threads {
			return c
		}
	}
	return new(Cell)
}

// Time is the median of a cell, or 0.
func (o *Outcome) Time(mode string, threads int) time.Duration { return o.cell(mode, threads).Median }

// best returns the shortest median of a mode, over all numbers of threads.
func (o *Outcome) best(mode string) (best time.Duration) {
	for _, c := range o.Cells {
		if c.Mode == mode && (best == 0 || c.Median < best) {
			best = c.Median
		}
	}
	return best
}

// Speed is how many times as fast as gil with one thread a cell is, or 0 if that
// is not known.
func (o *Outcome) Speed(mode string, threads int) float64 {
	return over(o.Time(GIL, 1), o.Time(mode, threads))
}

// Overhead is how many times as long as gil a mode takes with one thread.
func (o *Outcome) Overhead(mode string) float64 { return over(o.Time(mode, 1), o.Time(GIL, 1)) }

// Work is how much processor time a cell takes, of all processors, over gil with
// one thread: what transactions cost. Other work on the machine disturbs it less
// than it does times.
func (o *Outcome) Work(mode string, threads int) float64 {
	return over(o.cell(mode, threads).Processor, o.cell(GIL, 1).Processor)
}

// BestOverBest is the formula of PyPy-STM's own evaluation: the shortest time of
// gil over the shortest of stm, each with the number of threads that suits it.
func (o *Outcome) BestOverBest() float64 { return over(o.best(GIL), o.best(STM)) }

// Lost is the share of instructions that were executed for nothing, in stm with
// so many threads.
func (o *Outcome) Lost(threads int) float64 {
	var done, wasted uint64
	for _, s := range o.cell(STM, threads).Steps {
		done, wasted = done+s.Instructions, wasted+s.Wasted
	}
	if done+wasted == 0 {
		return 0
	}
	return float64(wasted) / float64(done+wasted)
}

func over(x, y time.Duration) float64 {
	if y == 0 {
		return 0
	}
	return float64(x) / float64(y)
}

// OverAdaptive is how many times as long transactions of a fixed length take as
// those whose length adapts.
func (o *Outcome) OverAdaptive(length, threads int) float64 {
	return over(o.Time(fixed(length), threads), o.Time(STM, threads))
}

// OverBestLength is how many times as long transactions take whose length adapts
// as those of the fixed length that is best.
func (o *Outcome) OverBestLength(lengths []int, threads int) (ratio float64) {
	for _, n := range lengths {
		ratio = max(ratio, over(o.Time(STM, threads), o.Time(fixed(n), threads)))
	}
	return ratio
}

// Spread is the coefficient of variation of the steps of a cell.
func (c *Cell) Spread() float64 {
	times := make([]float64, len(c.Steps))
	for i, s := range c.Steps {
		times[i] = float64(s.Time)
	}
	return variation(times)
}

// Variation is the coefficient of variation of the speed of a cell over that of
// gil with one thread, each in the same round.
func (o *Outcome) Variation(mode string, threads int) float64 {
	base, steps := o.cell(GIL, 1).Steps, o.cell(mode, threads).Steps
	var ratios []float64
	for i := range min(len(base), len(steps)) {
		ratios = append(ratios, over(base[i].Time, steps[i].Time))
	}
	return variation(ratios)
}

// variation is the coefficient of variation.
func variation(all []float64) float64 {
	n := float64(len(all))
	if n < 2 {
		return 0
	}
	mean, sum := 0.0, 0.0
	for _, x := range all {
		mean += x / n
	}
	for _, x := range all {
		sum += (x - mean) * (x - mean)
	}
	return math.Sqrt(sum/(n-1)) / mean
}

// GeometricMean of what is known.
func GeometricMean(all []float64) float64 {
	sum, n := 0.0, 0
	for _, x := range all {
		if x > 0 {
			sum, n = sum+math.Log(x), n+1
		}
	}
	if n == 0 {
		return 0
	}
	return math.Exp(sum / float64(n))
}
