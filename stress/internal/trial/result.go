package trial

import (
	"errors"
	"time"

	"github.com/weft-stm/weft/internal/history"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/stress/internal/workload"
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
	Noise    float64       `json:"noise_percent"`
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

	Events     Events   `json:"events"` // all zero for engines that do not count
	MostInARow int      `json:"most_attempts_in_a_row"`
	Guarantee  string   `json:"guarantee"` // the strongest one that the history kept
	Violations []string `json:"violations"`
	More       int      `json:"more_violations"` // not kept
	File       string   `json:"history_file,omitempty"`
	Replay     string   `json:"replay"` // the code of the trial

	broken history.Level // the weakest guarantee broken, 0 if none was
}

// Events are what happened in the engine.
type Events struct {
	Restarts     uint64 `json:"restarts"`
	Retries      uint64 `json:"retries"`
	Failures     uint64 `json:"failures"`
	Extensions   uint64 `json:"extensions"`
	Parks        uint64 `json:"parks"`
	Wakes        uint64 `json:"wakes"`
	Escalations  uint64 `json:"escalations"`
	HistoryReads uint64 `json:"history_reads"`
}

func eventsOf(s stm.Stats) Events {
	return Events{s.Conflicts, s.Retries, s.Failures, s.Extensions, s.Parks, s.Wakes, s.Escalations, s.HistoryReads}
}

// Add adds the events of another trial.
func (e *Events) Add(o Events) {
	e.Restarts += o.Restarts
	e.Retries += o.Retries
	e.Failures += o.Failures
	e.Extensions += o.Extensions
	e.Parks += o.Parks
	e.Wakes += o.Wakes
	e.Escalations += o.Escalations
	e.HistoryReads += o.HistoryReads
}

// Of returns the number of events of a kind.
func (e *Events) Of(kind workload.Event) uint64 {
	switch kind {
	case workload.Conflict:
		return e.Restarts
	case workload.Extension:
		return e.Extensions
	case workload.Park:
		return e.Parks
	case workload.Wake:
		return e.Wakes
	case workload.Escalation:
		return e.Escalations
	case workload.HistoryRead:
		return e.HistoryReads
	}
	panic("trial: no event " + string(kind))
}

func newResult(c Config, procs int) *Result {
	return &Result{
		Workload: c.Workload.Name, Engine: c.Engine, Procs: procs, Hands: c.Hands, Seed: c.Seed, Noise: c.Noise,
		Replay: string(codeOf(c, procs)),
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
	run.found.mu.Lock()
	defer run.found.mu.Unlock()
	r.Violations = append([]string{}, run.found.texts...)
	r.More = run.found.more
	r.Guarantee = r.guarantee()
}

// Add takes in the outcome of another trial of the same workload and engine.
// What tells trials apart stays that of the first, or that of the first which
// found something.
func (r *Result) Add(o *Result) {
	if r.Holds() && !o.Holds() {
		r.Procs, r.Hands, r.Seed, r.Replay, r.File = o.Procs, o.Hands, o.Seed, o.Replay, o.File
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
	r.MostInARow = max(r.MostInARow, o.MostInARow)
	if r.broken == 0 || o.broken != 0 && o.broken < r.broken {
		r.broken = o.broken
	}
	r.Guarantee = r.guarantee()
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
