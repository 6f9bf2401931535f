package wordindex

import (
	"context"
	"runtime"
	"runtime/debug"
	"time"
)

// Options say what to measure.
type Options struct {
	Workers  int       // guest threads
	Rounds   int       // runs of each variant, interleaved; 0 is 1
	GOGC     int       // for all variants alike; 0 is 400
	Variants []Variant // nil is all
	Progress func(Progress)
}

// A Progress says that a run is about to start.
type Progress struct {
	Variant     string
	Round       int // from 1
	Done, Total int // runs
}

// defaultGOGC keeps the collector from being a second user of the processors:
// with the usual 100 and a small heap, a global lock leaves it a processor of its own.
const defaultGOGC = 400

// Run measures the variants on c. When ctx ends it returns what is
// complete, with the cause. An *InexactError also comes with the report so far.
func Run(ctx context.Context, c *Corpus, o Options) (*Report, error) {
	if o.Workers < 1 {
		return nil, ErrWorkers
	}
	if o.Rounds == 0 {
		o.Rounds = 1
	}
	if o.GOGC == 0 {
		o.GOGC = defaultGOGC
	}
	if o.Variants == nil {
		o.Variants = Variants()
	}
	defer debug.SetGCPercent(debug.SetGCPercent(o.GOGC))
	samples := make([][]sample, len(o.Variants))
	err := o.measure(ctx, c, samples)
	return o.report(c, samples), err
}

// measure runs the variants round by round, so that whatever disturbs the
// machine for a while disturbs all. Rounds start at different variants.
func (o Options) measure(ctx context.Context, c *Corpus, samples [][]sample) error {
	n := len(o.Variants)
	for round := range o.Rounds {
		for i := range n {
			v := (i + round) % n
			if o.Progress != nil {
				o.Progress(Progress{o.Variants[v].Name, round + 1, round*n + i, o.Rounds * n})
			}
			runtime.GC() // the garbage of one run is no burden to the next
			s, err := o.Variants[v].run(ctx, c, o.Workers)
			if err != nil {
				return err
			}
			samples[v] = append(samples[v], s)
		}
	}
	return nil
}

// A Report is the outcome of Run.
type Report struct {
	Dir      string `json:"dir"`
	Files    int    `json:"files"`
	Bytes    int64  `json:"bytes"`
	Terms    int    `json:"terms"`
	Distinct int    `json:"distinct"`
	Workers  int    `json:"workers"`
	GOGC     int    `json:"gogc"`
	Rows     []Row  `json:"rows"` // of the variants that ran at least once
}

// A Row is what the runs of one variant measured. Every run counted was exact.
type Row struct {
	Variant string          `json:"variant"`
	Program string          `json:"program"`
	Mode    string          `json:"mode"`
	Runs    []time.Duration `json:"runs_ns"`
	Median  time.Duration   `json:"median_ns"`

	// How many times faster than a mutex with as many workers: one around the
	// program that one would write for a dict of one's own, one around the
	// same program, and one around the program that suits it best. 0 if
	// that did not run.
	OverMutex       float64 `json:"over_mutex"`
	OverSameProgram float64 `json:"over_same_program"`
	OverBestMutex   float64 `json:"over_best_mutex"`

	RestartsPerCommit float64 `json:"restarts_per_commit"`
	Lost              float64 `json:"lost"` // share of the workers' time spent in restarted runs of blocks
	Extensions        uint64  `json:"extensions"`
	Escalations       uint64  `json:"escalations"`
}
