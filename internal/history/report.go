package history

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Counts says how much was checked; a verdict on nothing is worth nothing.
type Counts struct {
	Attempts  int
	Committed int
	Aborted   int
	Open      int // attempts whose end was not recorded
	Reads     int // as recorded
	Writes    int // as recorded, of undone attempts too
	Versions  int // writes that took effect
	Edges     int
	// Unordered counts blind writes of unknown commit version whose place among
	// the variable's versions is not known. If not zero, a violation may have
	// been missed.
	Unordered int
	Elapsed   time.Duration // time the check took
}

// Add adds the counts of another window.
func (c *Counts) Add(d Counts) {
	c.Attempts += d.Attempts
	c.Committed += d.Committed
	c.Aborted += d.Aborted
	c.Open += d.Open
	c.Reads += d.Reads
	c.Writes += d.Writes
	c.Versions += d.Versions
	c.Edges += d.Edges
	c.Unordered += d.Unordered
	c.Elapsed += d.Elapsed
}

// AbortRate returns the share of attempts that were undone.
func (c Counts) AbortRate() float64 {
	if c.Attempts == 0 {
		return 0
	}
	return float64(c.Aborted) / float64(c.Attempts)
}

// String returns the counts in one line.
func (c Counts) String() string {
	s := fmt.Sprintf("%d attempts (%d committed, %.2f%% aborted), %d reads, %d writes, %d edges, checked in %v",
		c.Attempts, c.Committed, 100*c.AbortRate(), c.Reads, c.Writes, c.Edges, c.Elapsed.Round(time.Microsecond))
	if c.Open > 0 {
		s += fmt.Sprintf(", %d open", c.Open)
	}
	if c.Unordered > 0 {
		s += fmt.Sprintf(", %d blind writes unordered", c.Unordered)
	}
	return s
}

// shown bounds the violations of one anomaly that a report describes: a broken
// runtime produces them by the thousand.
const shown = 4

// A Report is the verdict on one window.
type Report struct {
	Counts
	// Violations holds the first few of each anomaly found.
	Violations []*Violation
	// Final holds each variable's last version, the initial one of the next
	// window; None where blind writes left it open.
	Final []Token

	found [anomalies]int
}

// Found returns how often the anomaly was found. Of cycles only a few are sought.
func (r *Report) Found(a Anomaly) int { return r.found[a] }

// Holds reports whether the window kept the guarantee.
func (r *Report) Holds(l Level) bool {
	for _, v := range r.Violations {
		if v.Level <= l {
			return false
		}
	}
	return true
}

// Err returns nil if the window is opaque, and otherwise all violations joined:
// errors.Is finds an [Anomaly], errors.As a [*Violation].
func (r *Report) Err() error {
	errs := make([]error, len(r.Violations))
	for i, v := range r.Violations {
		errs[i] = v
	}
	return errors.Join(errs...)
}

// String returns the counts, the verdict and the violations.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v: %s\n", r.Counts, r.verdict())
	for _, v := range r.Violations {
		b.WriteString(v.String())
	}
	for a, n := range r.found {
		if n > shown {
			fmt.Fprintf(&b, "%v: %d in all\n", Anomaly(a), n)
		}
	}
	return b.String()
}

func (r *Report) verdict() string {
	switch {
	case r.Holds(Opacity):
		return "opaque"
	case r.Holds(Strictness):
		return "strictly serializable, NOT opaque"
	case r.Holds(Serializability):
		return "serializable, NOT strictly so"
	}
	return "NOT serializable"
}

// add counts a violation and keeps the first few. A violation of a stronger
// guarantee never hides one of a weaker, since they are kept by anomaly and level.
func (r *Report) add(v *Violation) {
	r.found[v.Anomaly]++
	same := 0
	for _, w := range r.Violations {
		if w.Anomaly == v.Anomaly && w.Level == v.Level {
			same++
		}
	}
	if same < shown {
		r.Violations = append(r.Violations, v)
	}
}
