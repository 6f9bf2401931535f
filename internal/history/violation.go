package history

import (
	"fmt"
	"strings"
	"time"
)

// An Edge is the reason why one attempt comes before another.
type Edge uint8

const (
	// WW leads from the writer of a version to the writer of the next.
	WW Edge = iota
	// WR leads from the writer of a version to an attempt that read it.
	WR
	// RW leads from an attempt that read a version to the writer of the next.
	RW
	// RT leads from an attempt to one that began after it had ended.
	RT
)

var edges = [...]string{WW: "ww", WR: "wr", RW: "rw", RT: "rt"}

// String returns the edge's two letters.
func (e Edge) String() string { return edges[e] }

// An AttemptID identifies an attempt and says what became of it.
type AttemptID struct {
	Worker  int
	Number  uint64 // counts the worker's attempts over all windows
	Outcome Outcome
	Version uint64        // commit version, 0 if unknown
	Begin   time.Duration // since the recording began
	End     time.Duration
}

// String returns worker and number, as in "w3#812".
func (a AttemptID) String() string { return fmt.Sprintf("w%d#%d", a.Worker, a.Number) }

func (a AttemptID) describe() string {
	s := fmt.Sprintf("%-10v %-9v %12v … ", a, a.Outcome, a.Begin)
	if a.Outcome == Open {
		s += "?"
	} else {
		s += fmt.Sprint(a.End)
	}
	if a.Version != 0 {
		s += fmt.Sprintf("  version %d", a.Version)
	}
	return s
}

// A Step is one edge of a cycle.
type Step struct {
	From, To AttemptID
	Edge     Edge
	Var      string // label of the variable; empty for RT
	Why      string
}

// A Violation is one anomaly with its evidence: the cycle, closed by its last
// step, or a sentence about the attempts involved.
type Violation struct {
	Anomaly Anomaly
	Level   Level // the weakest guarantee that it breaks
	Cycle   []Step
	Detail  string
	Who     []AttemptID
}

// Unwrap lets errors.Is find the anomaly.
func (v *Violation) Unwrap() error { return v.Anomaly }

// Error returns the violation in one line.
func (v *Violation) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "history: %v (breaks %v): ", v.Anomaly, v.Level)
	if len(v.Cycle) == 0 {
		return b.String() + v.Detail
	}
	for _, s := range v.Cycle {
		fmt.Fprintf(&b, "%v -%v-> ", s.From, s.arrow())
	}
	fmt.Fprint(&b, v.Cycle[0].From)
	return b.String()
}

func (s Step) arrow() string {
	if s.Var == "" {
		return s.Edge.String()
	}
	return s.Edge.String() + " " + s.Var
}

// String returns the violation in several lines: what, who, and each edge's
// reason.
func (v *Violation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v (breaks %v): %s\n", v.Anomaly, v.Level, v.Anomaly.Meaning())
	if v.Detail != "" {
		fmt.Fprintf(&b, "  %s\n", v.Detail)
	}
	for _, a := range v.Who {
		fmt.Fprintf(&b, "    %s\n", a.describe())
	}
	if len(v.Cycle) > 0 {
		fmt.Fprintf(&b, "  each of these must come before the next, and the last before the first:\n")
	}
	for _, s := range v.Cycle {
		fmt.Fprintf(&b, "    %v -%s-> %v: %s\n", s.From, s.arrow(), s.To, s.Why)
	}
	return b.String()
}
