package explore

import (
	"errors"
	"fmt"
	"strings"
)

// A Kind classifies failures.
type Kind string

// What can go wrong.
const (
	Deadlocked       Kind = "deadlock"
	Livelock         Kind = "livelock"
	Panicked         Kind = "panic"
	Wrong            Kind = "wrong result"
	Nondeterministic Kind = "not reproducible"
	Misuse           Kind = "misuse of the explorer"
)

var errNobody = errors.New("and somebody is unfinished: a wake-up was lost, or something held was never released")

// A Failure is a run that went wrong.
type Failure struct {
	Kind     Kind
	Text     string // what went wrong, without the schedule
	Schedule string // what to replay
	Trace    string // the interleaving, one column a thread
}

// blocked says where the unfinished threads are.
func (e *execution) blocked() string {
	var b strings.Builder
	for _, t := range e.threads {
		if !t.finished {
			fmt.Fprintf(&b, "; %s waits to %s", t.name, t.pending.kind)
			if t.remark != nil {
				fmt.Fprintf(&b, " at %s", t.remark.where)
			}
		}
	}
	return b.String()
}
