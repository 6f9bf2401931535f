package engine

import (
	"slices"

	"github.com/weft-stm/weft/internal/atomics"
)

// A past is an overwritten version that some snapshot may still read. The
// newest hangs on the annex; next leads to older ones.
type past struct {
	version uint64
	val     Value
	next    atomics.Pointer[past]
}

// past returns the value of c in the snapshot of a View. The version is there:
// a commit newer than the snapshot kept it before it published.
func (tx *Tx) past(c *Cell) Value {
	if a := c.x.Load(); a != nil {
		for p := a.past.Load(); p != nil; p = p.next.Load() {
			if p.version<<versionShift < tx.limit {
				tx.tally.history++
				return p.val
			}
		}
	}
	panic("stm: internal error: the history of a variable lacks a version that a snapshot needs")
}

// keepPast keeps the versions that this commit overwrites as far as a snapshot
// wants them. It runs with all locks held and wv drawn: a snapshot older than
// wv was pending before wv was drawn, so the scan does not miss it.
func (tx *Tx) keepPast(wv uint64) {
	var h horizon
	h.look()
	if h.empty() {
		clearPresence(wv)
		return
	}
	for i := range tx.writes {
		e := &tx.writes[i]
		e.c.keepPast(e.old, wv, &h)
	}
}

// keepPast saves the current version of c, whose word was old, if a snapshot
// wants it, and drops the versions that none wants any more.
func (c *Cell) keepPast(old, wv uint64, h *horizon) {
	wanted := h.wants(versionOf(old), wv)
	if x := c.x.Load(); !wanted && (x == nil || x.past.Load() == nil) {
		return
	}
	a := c.lockAnnex()
	if wanted {
		p := &past{version: versionOf(old), val: c.get(old)}
		p.next.Store(a.past.Load())
		// Published before the new word: a View that finds c too new finds
		// this version here.
		a.past.Store(p)
	}
	a.trim(h, wv)
	list := a.past.Load() != nil && !a.listed
	a.listed = a.listed || list
	c.unlockAnnex(a)
	if list {
		rememberPast(c)
	}
}

// trim unlinks the versions that no snapshot can want. newer is the version
// that replaced, or is about to replace, the newest of them.
func (a *annex) trim(h *horizon, newer uint64) {
	link := &a.past
	for p := link.Load(); p != nil; p = p.next.Load() {
		if h.wants(p.version, newer) {
			link = &p.next
		} else {
			// A View standing on p goes on to its next, which stays.
			link.Store(p.next.Load())
		}
		newer = p.version
	}
}

// A horizon is what a writer or a sweeper has seen of the snapshots.
type horizon struct {
	seen    uint64 // versions issued before the slots were scanned
	pending bool   // a snapshot is being registered; its version is unknown
	n       int    // snapshots in first
	first   [8]uint64
	more    []uint64
}

// look scans the snapshots. A snapshot that it misses will look at the clock
// later: it is not older than seen.
func (h *horizon) look() {
	*h = horizon{seen: issued()}
	for e := snapshots.head.Load(); e != nil; e = e.next {
		switch s := e.slot.at.Load(); {
		case s == noSnapshot:
		case s == pendingSnapshot:
			h.pending = true
		case h.n < len(h.first):
			h.first[h.n] = s - firstSnapshot
			h.n++
		default:
			h.more = append(h.more, s-firstSnapshot)
		}
	}
}

func (h *horizon) empty() bool { return !h.pending && h.n == 0 }

// wants reports whether a snapshot may read a version that newer replaced, or
// is about to.
func (h *horizon) wants(version, newer uint64) bool {
	between := func(t uint64) bool { return version <= t && t < newer }
	return h.pending || newer > h.seen ||
		slices.ContainsFunc(h.first[:h.n], between) || slices.ContainsFunc(h.more, between)
}
