package contest

import (
	"math"

	"golang.org/x/perf/benchmath"

	"github.com/weft-stm/weft/stress/internal/memory"
)

// An Estimate is a median with its interval of confidence.
type Estimate struct {
	Median float64 `json:"median"`
	Low    float64 `json:"low"` // both 0 if there are too few values for an interval
	High   float64 `json:"high"`
}

// Confidence is that of all intervals.
const Confidence = 0.95

// LeastRounds is the number of rounds that an interval needs.
const LeastRounds = 6

// estimate sums up the rounds. The ratio is taken within each round, whose
// measurements stand close together in time.
func (o *Outcome) estimate() {
	var weft []float64
	if e := o.Find(memory.Weft); e != nil {
		weft = e.Rates
	}
	for i := range o.Entries {
		e := &o.Entries[i]
		e.Rate = estimate(e.Rates)
		e.Median, e.P99, e.P999 = e.latency.Quantile(0.5), e.latency.Quantile(0.99), e.latency.Quantile(0.999)
		var ratios []float64
		for r := range min(len(weft), len(e.Rates)) {
			if e.Rates[r] > 0 {
				ratios = append(ratios, weft[r]/e.Rates[r])
			}
		}
		e.Ratio = estimate(ratios)
	}
}

// estimate assumes nothing about the distribution.
func estimate(values []float64) Estimate {
	if len(values) == 0 {
		return Estimate{}
	}
	sample := benchmath.NewSample(append([]float64(nil), values...), &benchmath.DefaultThresholds)
	s := benchmath.AssumeNothing.Summary(sample, Confidence)
	e := Estimate{Median: s.Center}
	if !math.IsInf(s.Lo, 0) && !math.IsInf(s.Hi, 0) && s.Confidence >= Confidence {
		e.Low, e.High = s.Lo, s.Hi
	}
	return e
}
