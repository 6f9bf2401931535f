package command

import (
	"fmt"
	"maps"
	"slices"

	"github.com/weft-stm/weft/stress/internal/trial"
	"github.com/weft-stm/weft/stress/internal/workload"
)

// everything is what a run as a whole has to meet.
var everything = []workload.Event{
	workload.Conflict, workload.Extension, workload.Park, workload.Wake, workload.Escalation, workload.HistoryRead,
}

// leastUndone is the share of attempts that have to be undone: in a run with
// less, transactions hardly met.
const leastUndone = 0.01

// missing names what the trials, together, did not meet. It is not nil.
func missing(results []*trial.Result, events []workload.Event) []string {
	none := []string{}
	var sum trial.Events
	var attempts, aborted int64
	for _, r := range results {
		sum.Add(r.Events)
		attempts += r.Attempts
		aborted += r.Aborted
	}
	for _, e := range events {
		if sum.Of(e) == 0 {
			none = append(none, string(e))
		}
	}
	if float64(aborted) < leastUndone*float64(attempts) || attempts == 0 {
		none = append(none, fmt.Sprintf("%g%% of attempts undone", 100*leastUndone))
	}
	return none
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
