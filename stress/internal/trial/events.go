package trial

import (
	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/stress/internal/workload"
)

// Events are what happened in the engine, and what noise did to it. Engines
// that do not count have few of them.
type Events struct {
	Restarts     uint64 `json:"restarts"` // after conflicts that were not forced
	Retries      uint64 `json:"retries"`
	Failures     uint64 `json:"failures"`
	Extensions   uint64 `json:"extensions"`
	Parks        uint64 `json:"parks"`
	Wakes        uint64 `json:"wakes"`
	Escalations  uint64 `json:"escalations"` // attempts under the serial token that did not ask to be irrevocable
	HistoryReads uint64 `json:"history_reads"`
	Irrevocable  uint64 `json:"irrevocable"` // attempts that asked

	ForcedYields    uint64 `json:"forced_yields"`
	ForcedAborts    uint64 `json:"forced_aborts"`     // in the engine
	FailedOnPurpose uint64 `json:"failed_on_purpose"` // by an error of the body
	LateWakes       uint64 `json:"late_wakes"`
}

// A count is the state of the engine's counters.
type count struct {
	stats stm.Stats
	noise engine.Disturbance
}

func readCount() count { return count{stm.ReadStats(), engine.ReadDisturbance()} }

// since returns what the engine did since before.
func since(before count) Events {
	s, n := stm.ReadStats().Sub(before.stats), engine.ReadDisturbance()
	forced := n.Aborts - before.noise.Aborts
	return Events{
		Restarts: less(s.Conflicts, forced), Retries: s.Retries, Failures: s.Failures, Extensions: s.Extensions,
		Parks: s.Parks, Wakes: s.Wakes, Escalations: s.Escalations, HistoryReads: s.HistoryReads,
		ForcedYields: n.Yields - before.noise.Yields, ForcedAborts: forced, LateWakes: n.LateWakes - before.noise.LateWakes,
	}
}

// of adds what one hand counted.
func (e *Events) of(h *hand) {
	e.Irrevocable += uint64(h.meter.irrevocable)
	e.ForcedYields += uint64(h.noise.yielded)
	e.FailedOnPurpose += uint64(h.noise.failed)
}

// less is a - b, or 0: some events are counted a little before others.
func less(a, b uint64) uint64 { return a - min(a, b) }

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
	e.Irrevocable += o.Irrevocable
	e.ForcedYields += o.ForcedYields
	e.ForcedAborts += o.ForcedAborts
	e.FailedOnPurpose += o.FailedOnPurpose
	e.LateWakes += o.LateWakes
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
	case workload.Irrevocable:
		return e.Irrevocable
	}
	panic("trial: no event " + string(kind))
}
