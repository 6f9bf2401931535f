package sched

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/engine"
)

// A ConflictKind says when a transaction noticed that it was lost.
type ConflictKind uint8

const (
	notLost ConflictKind = iota
	// AtAccess is at an operation on an object, whose position is known.
	AtAccess
	// AtCommit is at the end, or in between: something that was read before
	// has changed since.
	AtCommit
)

// String is what k means.
func (k ConflictKind) String() string {
	switch k {
	case AtAccess:
		return "at an access"
	case AtCommit:
		return "at commit"
	}
	return fmt.Sprintf("ConflictKind(%d)", uint8(k))
}

// A Conflict is a transaction that was lost to another.
type Conflict struct {
	Thread   uint64       // that lost it
	Kind     ConflictKind // how it noticed
	Mine     Position     // where it was when it noticed
	Began    Position     // of the site at which the transaction began
	Rival    uint64       // thread that won, or 0 if that is not known any more
	Other    Position     // of the site at which its transaction began
	Object   string       // label of what both used, or ""
	Wasted   int          // guest instructions
	Internal bool         // over something that is no guest's, but of the Machine
}

// String tells who lost, where, on what and to whom.
func (c Conflict) String() string {
	s := fmt.Sprintf("thread %d at %s lost %d instructions %s, on %s", c.Thread, c.Mine, c.Wasted, c.Kind, named(c.Object))
	if c.Rival != 0 {
		s += fmt.Sprintf(", to thread %d from %s", c.Rival, c.Other)
	}
	return s
}

// named is a label as it stands in reports.
func named(label string) string {
	if label == "" {
		return "an object"
	}
	return fmt.Sprintf("%q", label)
}

// internalLabel begins the labels of cells that belong to no guest.
const internalLabel = "sched: internal: "

// A trace remembers who made the commit with some version. Commits that share a
// place displace one another: it is a hint for people.
type trace struct {
	version atomics.Uint64
	who     atomics.Uint64 // number of the thread, and site
}

const traceLen = 1024

func (r *trace) set(version uint64, t *Thread) {
	r.who.Store(t.id<<32 | uint64(t.site))
	r.version.Store(version)
}

// rival returns who made the commit with that version; thread is 0 if that is
// not known.
func (m *Machine) rival(version uint64) (thread uint64, site uint32) {
	r := &m.traces[version%traceLen]
	if version == 0 || r.version.Load() != version {
		return 0, 0
	}
	who := r.who.Load()
	return who >> 32, uint32(who)
}

func (m *Machine) sitePosition(site uint32) Position {
	if site == 0 || m.sitePos == nil {
		return Position{}
	}
	return m.sitePos(site)
}

// report notes that t has lost its transaction. It is called before the
// attempt is undone, while the guest is where it was.
func (t *Thread) report(k ConflictKind) {
	m := t.m
	c := Conflict{Thread: t.id, Kind: k, Began: m.sitePosition(t.site), Wasted: t.used}
	if t.guest != nil {
		c.Mine = t.guest.Position()
	}
	if cell := engine.LostOn(engine.TxOf(&t.e)); cell != nil {
		c.Object = engine.Label(cell)
		c.Internal = strings.HasPrefix(c.Object, internalLabel)
		var site uint32
		if c.Rival, site = m.rival(engine.WrittenAt(cell)); c.Rival != 0 {
			c.Other = m.sitePosition(site)
		}
	}
	if c.Internal {
		t.counts.Internal++
	}
	m.book.note(c)
	if m.onConflict != nil {
		m.onConflict(c)
	}
}

// A ConflictSite sums up the conflicts between two places.
type ConflictSite struct {
	Mine, Other Position // of the loser, and where the transaction of the winner began
	Object      string   // label, or ""
	Internal    bool     // over something that is no guest's, but of the Machine
	Count       uint64   // transactions lost
	Wasted      uint64   // guest instructions lost
}

// String tells how much was lost, where and to whom.
func (s ConflictSite) String() string {
	return fmt.Sprintf("%d instructions lost in %d transactions at %s, on %s, to those from %s", s.Wasted, s.Count, s.Mine, named(s.Object), s.Other)
}

// Conflicts lists where transactions were lost, those first that cost most.
func (m *Machine) Conflicts() []ConflictSite {
	b := &m.book
	b.mu.Lock()
	all := slices.Clone(b.sites)
	b.mu.Unlock()
	slices.SortStableFunc(all, func(x, y ConflictSite) int { return cmp.Compare(y.Wasted, x.Wasted) })
	return all
}
