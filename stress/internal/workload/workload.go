// Package workload holds the programs of the stress suite. Each runs
// transactions on an array of variables from several hands, and has an
// invariant that it checks inside every attempt, also in attempts that will be
// undone, and once more when all hands rest.
//
// A workload knows nothing about what keeps its transactions apart, about
// noise and about recording: see packages memory and trial.
package workload

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/weft-stm/weft/stress/internal/memory"
)

// A Tx is one attempt at a transaction. The methods are those of memory.Tx.
type Tx interface {
	Get(v int) int64
	Set(v int, x int64)
	Add(v int, delta int64) // commutes with other Adds where the system can do that
	Retry()
	OrElse(alternatives ...func() error) error
	Nested(part func() error) error
	OnCommit(f func())
	OnRollback(f func())
	Irrevocable()
}

// A Session runs transactions for one hand. An update has the name of what it
// does, for those who look at conflicts.
type Session interface {
	Update(ctx context.Context, name string, body func(tx Tx) error) error
	// Irrevocably is an Update that is irrevocable from its begin.
	Irrevocably(ctx context.Context, name string, body func(tx Tx) error) error
	View(ctx context.Context, body func(tx Tx) error) error
	Modify(v int, f func(int64) int64) // a single step on one variable
}

// A Hand is a goroutine that works.
type Hand struct {
	ID   int // from 0
	Rand *rand.Rand
	Session
}

// A Violated error says what a workload saw that must not be. A body returns
// it like any other error; whoever runs the hands ends the run.
type Violated struct{ What string }

// Error returns what was seen.
func (v *Violated) Error() string { return v.What }

// violated makes a Violated.
func violated(format string, args ...any) error {
	return &Violated{fmt.Sprintf(format, args...)}
}

// An Event is something that a run has to meet if it is to show anything.
type Event string

// The events that workloads are there to provoke.
const (
	Conflict    Event = "conflicts"
	Extension   Event = "extensions"
	Park        Event = "parks"
	Wake        Event = "wakes"
	Escalation  Event = "escalations"
	HistoryRead Event = "history reads"
	Irrevocable Event = "irrevocable attempts"
)

// Events lists them.
func Events() []Event {
	return []Event{Conflict, Extension, Park, Wake, Escalation, HistoryRead, Irrevocable}
}

// A Workload is a program for several hands.
type Workload struct {
	Name    string
	Doc     string // what it does; and what must hold
	Needs   memory.Features
	Expects []Event // under noise
	Least   int     // hands that it needs
	Make    func(hands int, rnd *rand.Rand) *Instance
}

// An Instance is a Workload with its variables.
type Instance struct {
	Initial []int64  // values of the variables
	Labels  []string // and their names
	// Step runs one transaction. An error that is not a *Violated is one that
	// Update returned, because the context ended.
	Step func(ctx context.Context, h *Hand) error
	// Check looks at the variables while all hands rest.
	Check func(get func(v int) int64) error
}

// All lists the workloads.
func All() []*Workload {
	return []*Workload{
		counters, bank, skew, list, hashmap, skiplist, buffer, ring, philosophers, santa,
		snapshots, long, irrevocable, allocation, cancels, panics, hooks, labyrinth, vacation, worms,
	}
}

// Names lists their names.
func Names() (names []string) {
	for _, w := range All() {
		names = append(names, w.Name)
	}
	return names
}

// Find returns the workload of that name.
func Find(name string) (*Workload, error) {
	for _, w := range All() {
		if w.Name == name {
			return w, nil
		}
	}
	return nil, fmt.Errorf("no workload %q: there are %s", name, strings.Join(Names(), ", "))
}

// A layout hands out the variables of an instance.
type layout struct {
	initial []int64
	labels  []string
}

// vars makes n variables with a value, and returns the first. They are named
// label[0], label[1], …; a single one is named label.
func (l *layout) vars(label string, n int, value int64) (first int) {
	first = len(l.initial)
	for i := range n {
		l.initial = append(l.initial, value)
		if n == 1 {
			l.labels = append(l.labels, label)
		} else {
			l.labels = append(l.labels, fmt.Sprintf("%s[%d]", label, i))
		}
	}
	return first
}

// Group is the label that a variable shares with those made together with it.
func Group(label string) string {
	group, _, _ := strings.Cut(label, "[")
	return group
}
