// Package contest measures workloads on several systems side by side: in
// rounds, so that whatever disturbs the machine for a while disturbs all, and
// with intervals of confidence, so that noise is not taken for a difference.
package contest

import (
	"context"
	"errors"
	"time"

	"github.com/weft-stm/weft/stress/internal/memory"
	"github.com/weft-stm/weft/stress/internal/trial"
	"github.com/weft-stm/weft/stress/internal/workload"
)

// A Config says what to measure.
type Config struct {
	Workloads []*workload.Workload
	Engines   []string // names of memory.Systems
	Rounds    int
	Each      time.Duration // of one measurement
	Workers   int
	Seed      uint64
	Progress  func(Progress)
}

// A Progress says what is about to be measured.
type Progress struct {
	Workload, Engine string
	Round            int // from 1
	Done, Total      int64
}

// An Outcome is a workload on all systems.
type Outcome struct {
	Workload string  `json:"workload"`
	Entries  []Entry `json:"entries"`
}

// An Entry is a workload on one system.
type Entry struct {
	Engine  string        `json:"engine"`
	Rates   []float64     `json:"rates"` // transactions a second, by round
	Rate    Estimate      `json:"rate"`
	Ratio   Estimate      `json:"weft_over_this"` // from the rounds pairwise
	Median  time.Duration `json:"latency_median_ns"`
	P99     time.Duration `json:"latency_p99_ns"`
	P999    time.Duration `json:"latency_p999_ns"`
	Problem string        `json:"problem,omitempty"` // why it has no rates

	latency trial.Latency
}

// Latency returns the distribution behind the quantiles.
func (e *Entry) Latency() *trial.Latency { return &e.latency }

// Find returns the entry of a system, or nil.
func (o *Outcome) Find(engine string) *Entry {
	for i := range o.Entries {
		if o.Entries[i].Engine == engine {
			return &o.Entries[i]
		}
	}
	return nil
}

// Run measures. When ctx ends it returns what was measured until then, with
// the error.
func Run(ctx context.Context, c Config) ([]Outcome, error) {
	outcomes := make([]Outcome, len(c.Workloads))
	for i, w := range c.Workloads {
		outcomes[i].Workload = w.Name
		for _, e := range c.Engines {
			outcomes[i].Entries = append(outcomes[i].Entries, Entry{Engine: e})
		}
	}
	var err error
	for round := 0; round < c.Rounds && err == nil; round++ {
		err = c.round(ctx, round, outcomes)
	}
	for i := range outcomes {
		outcomes[i].estimate()
	}
	return outcomes, err
}

// round measures everything once. Another system is first in each round.
func (c Config) round(ctx context.Context, round int, outcomes []Outcome) error {
	perRound := int64(len(c.Workloads) * len(c.Engines))
	for i, w := range c.Workloads {
		for k := range c.Engines {
			e := &outcomes[i].Entries[(k+round)%len(c.Engines)]
			if c.Progress != nil {
				done := int64(round)*perRound + int64(i*len(c.Engines)+k)
				c.Progress(Progress{w.Name, e.Engine, round + 1, done, int64(c.Rounds) * perRound})
			}
			if e.Problem != "" {
				continue
			}
			m, err := trial.Measure(ctx, trial.Config{
				Workload: w, Engine: e.Engine, Hands: c.Workers, Seed: c.Seed + uint64(round), Duration: c.Each,
			})
			if ctx.Err() != nil {
				return ctx.Err()
			}
			e.take(m, err)
		}
	}
	return nil
}

// take takes in one measurement. One violation spoils all.
func (e *Entry) take(m *trial.Measurement, err error) {
	switch {
	case errors.Is(err, trial.ErrUnable):
		e.Problem = "cannot run it"
	case err != nil:
		e.Problem = "violation: " + err.Error()
	case e.Engine == memory.RWMutex && m.Views == 0:
		e.Problem = "no views: the same as the mutex"
	default:
		e.Rates = append(e.Rates, m.Rate())
		e.latency.Add(&m.Latency)
		return
	}
	e.Rates = nil
}
