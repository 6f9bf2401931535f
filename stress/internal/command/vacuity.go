package command

import (
	"fmt"
	"maps"
	"slices"

	"github.com/weft-stm/weft/stress/internal/console"
	"github.com/weft-stm/weft/stress/internal/trial"
	"github.com/weft-stm/weft/stress/internal/workload"
)

// raceEvents is what the race stress of the main job has to meet. None of its
// workloads is irrevocable.
var raceEvents = slices.DeleteFunc(workload.Events(), func(e workload.Event) bool { return e == workload.Irrevocable })

// Least of what a run has to meet. Once is chance; and in a run where fewer
// attempts lose, transactions hardly met. Forced aborts do not count.
const (
	leastEvents = 10
	leastLost   = 0.002
)

// missing says what the trials, together, met too little of. It is not nil.
func missing(results []*trial.Result, events []workload.Event) []string {
	none := []string{}
	var sum trial.Events
	for _, r := range results {
		sum.Add(r.Events)
	}
	for _, e := range events {
		if n := sum.Of(e); n < leastEvents {
			none = append(none, fmt.Sprintf("%d %s, %d are needed", n, e, leastEvents))
		}
	}
	return none
}

// quiet says whether the trials, together, lost too few attempts.
func quiet(results []*trial.Result) []string {
	var lost, attempts float64
	for _, r := range results {
		lost += float64(r.Events.Of(workload.Conflict))
		attempts += float64(r.Attempts)
	}
	if lost >= leastLost*attempts && attempts > 0 {
		return nil
	}
	return []string{fmt.Sprintf("%s of attempts lost a conflict, %s are needed", console.Percent(lost/max(1, attempts)), console.Percent(leastLost))}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
