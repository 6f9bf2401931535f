package trial

import (
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/weft-stm/weft/internal/history"
)

// ErrUnable is returned for a workload that needs what an engine cannot do.
var ErrUnable = errors.New("the engine cannot run it")

// A Result is the outcome of a trial.
type Result struct {
	Workload string        `json:"workload"`
	Engine   string        `json:"engine"`
	Procs    int           `json:"gomaxprocs"`
	Hands    int           `json:"hands"`
	Seed     uint64        `json:"seed"`
	Noise    Noise         `json:"noise"`
	Elapsed  time.Duration `json:"elapsed_ns"`
	Windows  int           `json:"windows"`

	// As recorded and checked.
	Attempts  int64         `json:"attempts"`
	Committed int64         `json:"committed"`
	Aborted   int64         `json:"aborted"`
	Reads     int64         `json:"reads"`
	Writes    int64         `json:"writes"`
	Unordered int64         `json:"unordered"` // blind writes that the check could not place
	Checking  time.Duration `json:"checking_ns"`

	Events     Events     `json:"events"`
	Conflicts  []Conflict `json:"conflicts"`           // that made attempts start over, where the engine tells
	Tries      []int64    `json:"attempts_per_commit"` // commits that took 1, 2, … attempts since the call or a wait
	MostInARow int        `json:"most_attempts_in_a_row"`
	Guarantee  string     `json:"guarantee"` // the strongest one that the history kept
	Violations []string   `json:"violations"`
	More       int        `json:"more_violations"` // not kept
	File       string     `json:"history_file,omitempty"`
	Unsaved    string     `json:"history_not_saved,omitempty"` // why there is no file
	Replay     string     `json:"replay"`                      // the code of the trial

	broken  history.Level // the weakest guarantee broken, 0 if none was
	clashes map[clash]int64
}

func newResult(c Config, procs int) *Result {
	return &Result{
		Workload: c.Workload.Name, Engine: c.Engine, Procs: procs, Hands: c.Hands, Seed: c.Seed, Noise: c.Noise,
		Replay: string(codeOf(c, procs)), clashes: map[clash]int64{},
	}
}

func (r *Result) code() Code { return Code(r.Replay) }

// add accounts for a window.
func (r *Result) add(h *history.Report) {
	r.Windows++
	r.Attempts += int64(h.Attempts)
	r.Committed += int64(h.Committed)
	r.Aborted += int64(h.Aborted)
	r.Reads += int64(h.Reads)
	r.Writes += int64(h.Writes)
	r.Unordered += int64(h.Unordered)
	r.Checking += h.Elapsed
	for _, v := range h.Violations {
		if r.broken == 0 || v.Level < r.broken {
			r.broken = v.Level
		}
	}
}

// finish takes over what was found.
func (r *Result) finish(run *run) {
	r.MostInARow = run.mostInARow()
	for _, h := range run.hands {
		r.Events.of(h)
		r.tried(h.meter.tries[:])
		addAll(r.clashes, h.meter.clashes)
	}
	r.Events.Escalations = less(r.Events.Escalations, r.Events.Irrevocable)
	r.Conflicts = conflicts(r.clashes)
	run.found.mu.Lock()
	defer run.found.mu.Unlock()
	r.Violations = append([]string{}, run.found.texts...)
	r.More = run.found.more
	r.Guarantee = r.guarantee()
}

// tried adds to the histogram, and cuts it off after the last attempt.
func (r *Result) tried(commits []int64) {
	for i, n := range commits {
		if n == 0 {
			continue
		}
		for len(r.Tries) <= i {
			r.Tries = append(r.Tries, 0)
		}
		r.Tries[i] += n
	}
}

// Add takes in the outcome of another trial of the same workload and engine.
// What tells trials apart stays that of the first, or that of the first which
// found something.
func (r *Result) Add(o *Result) {
	if r.Holds() && !o.Holds() {
		r.Engine, r.Procs, r.Hands, r.Seed, r.Replay, r.File, r.Unsaved = o.Engine, o.Procs, o.Hands, o.Seed, o.Replay, o.File, o.Unsaved
		r.Violations = o.Violations
	} else {
		r.More += len(o.Violations)
	}
	r.More += o.More
	r.Elapsed += o.Elapsed
	r.Windows += o.Windows
	r.Attempts += o.Attempts
	r.Committed += o.Committed
	r.Aborted += o.Aborted
	r.Reads += o.Reads
	r.Writes += o.Writes
	r.Unordered += o.Unordered
	r.Checking += o.Checking
	r.Events.Add(o.Events)
	r.tried(o.Tries)
	if r.clashes == nil {
		r.clashes = map[clash]int64{}
	}
	addAll(r.clashes, o.clashes)
	r.Conflicts = conflicts(r.clashes)
	r.MostInARow = max(r.MostInARow, o.MostInARow)
	if r.broken == 0 || o.broken != 0 && o.broken < r.broken {
		r.broken = o.broken
	}
	r.Guarantee = r.guarantee()
}

// Clone returns a copy that can be added to.
func (r *Result) Clone() *Result {
	c := *r
	c.Tries, c.Violations, c.clashes = slices.Clone(r.Tries), slices.Clone(r.Violations), maps.Clone(r.clashes)
	return &c
}

// guarantee names what the level of the weakest one broken has left.
func (r *Result) guarantee() string {
	switch {
	case r.Attempts == 0:
		return "not decided"
	case r.broken == 0:
		return history.Opacity.String()
	case r.broken == history.Opacity:
		return history.Strictness.String()
	case r.broken == history.Strictness:
		return history.Serializability.String()
	}
	return "none"
}

// Holds reports whether nothing was found.
func (r *Result) Holds() bool { return len(r.Violations) == 0 }

// AbortRate returns the share of attempts that were undone.
func (r *Result) AbortRate() float64 {
	if r.Attempts == 0 {
		return 0
	}
	return float64(r.Aborted) / float64(r.Attempts)
}
