package engine

import (
	"fmt"
	"slices"

	"github.com/weft-stm/weft/internal/atomics"
)

// A report collects whom a transaction lost to, for ContentionError. Only
// transactions with a limit on their attempts keep one.
type report struct {
	lost   *Cell // of the latest conflict
	vars   []string
	rivals []string
}

// reportedNames bounds a report.
const reportedNames = 16

// Exhausted is the error of a transaction that lost all its attempts. Package
// stm turns it into its ContentionError.
type Exhausted struct {
	Name         string
	Attempts     int
	Vars, Rivals []string
}

func (*Exhausted) Error() string { return "stm: internal error: Exhausted was not translated" }

func (tx *Tx) exhausted() error {
	return &Exhausted{tx.plan.Name, tx.tally.conflicts, tx.report.vars, tx.report.rivals}
}

func (tx *Tx) lose(c *Cell) { tx.report.lost = c }

// LostOn returns the cell at which the latest conflict of tx was noticed, or
// nil. It is for an attempt that follows one that was lost.
func LostOn(tx *Tx) *Cell { return tx.report.lost }

// LostTo returns the label of the cell at which the latest conflict of tx was
// noticed, and the name of the transaction that wrote it, as far as they are
// known.
func LostTo(tx *Tx) (label, rivalName string) {
	c := tx.report.lost
	if c == nil {
		return "", ""
	}
	if rivalName = rival(versionOf(c.word.Load())); rivalName == unnamed {
		rivalName = ""
	}
	return Label(c), rivalName
}

// note adds the latest conflict to the report.
func (r *report) note() {
	if r.lost == nil {
		return
	}
	r.vars = with(r.vars, nameOf(r.lost))
	r.rivals = with(r.rivals, rival(versionOf(r.lost.word.Load())))
}

// nameOf is the label of c, or what tells it from others.
func nameOf(c *Cell) string {
	if label := Label(c); label != "" {
		return label
	}
	return fmt.Sprintf("unlabelled %p", c)
}

func with(names []string, s string) []string {
	if len(names) == reportedNames || slices.Contains(names, s) {
		return names
	}
	return append(names, s)
}

// recent remembers which named transaction drew which version; only named ones
// pay for it. Commits that share a version, or a place, may hide or confuse an
// entry: it is a hint for people.
var recent [256]struct {
	version atomics.Uint64
	name    atomics.Pointer[string]
}

func (tx *Tx) remember() {
	r := &recent[tx.wv%uint64(len(recent))]
	if tx.named == nil || *tx.named != tx.plan.Name {
		name := tx.plan.Name
		tx.named = &name
	}
	r.name.Store(tx.named)
	r.version.Store(tx.wv)
}

func rival(version uint64) string {
	r := &recent[version%uint64(len(recent))]
	if version != 0 && r.version.Load() == version {
		return *r.name.Load()
	}
	return unnamed
}

const unnamed = "unnamed"
