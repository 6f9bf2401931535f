package engine

import (
	"runtime"

	"github.com/weft-stm/weft/internal/atomics"
)

// A snapshot is the slot in which a running View announces its version.
type snapshot struct {
	at atomics.Uint64
}

// Values of a slot. A registered snapshot at version v stores v + firstSnapshot.
const (
	noSnapshot = iota
	pendingSnapshot
	firstSnapshot
)

var snapshots registry[snapshot]

// presence tells writers whether they must look at the slots. Its two lowest
// bits are a state, the others a stamp that each change advances, so that a
// change decided on old knowledge fails.
//
//	absent ──View──→ present ──writer saw no View──→ clearing
//	   ↑                ↑                               │
//	   └─ none, still ──┼───────────────────────────────┤
//	                    └── a View came ────────────────┘
//
// It is written when Views come after a pause or have been away for a while,
// not once per View.
var presence struct {
	_  line
	is atomics.Uint64
	_  line
}

const (
	absent = iota
	present
	clearing

	presenceMask  = 3
	presenceStamp = 4
)

// clearEvery is how many versions pass between two attempts to take presence
// down. The explorer wants to see them all.
var clearEvery = map[bool]uint64{false: 64, true: 1}[atomics.Exploring]

func turn(from uint64, to uint64) bool {
	return presence.is.CompareAndSwap(from, from&^presenceMask+presenceStamp|to)
}

// openSnapshot registers the View of tx at the present.
//
// Pending is stored before presence is read, and presence before the clock. So
// a writer that draws a newer version finds presence set, unless somebody took
// it down after this View read it; who does that scans afterwards and finds
// the slot. Then it finds this slot, pending or with the version.
func (tx *Tx) openSnapshot() {
	if tx.snapshot == nil {
		tx.snapshot = snapshots.acquire()
		if !PerUse && !atomics.Exploring {
			tx.cleanups[1] = runtime.AddCleanup(tx, snapshots.release, tx.snapshot)
		}
	}
	at := &tx.snapshot.slot.at
	at.Store(pendingSnapshot)
	for {
		p := presence.is.Load()
		if p&presenceMask == present || turn(p, present) {
			break
		}
	}
	t := issued()
	show(t)
	at.Store(t + firstSnapshot)
	tx.limit = limitAt(t)
}

// closeSnapshot ends the View of tx, and drops the history kept for it.
func (tx *Tx) closeSnapshot() {
	tx.snapshot.slot.at.Store(noSnapshot)
	sweepAfterView()
}

// snapshotsPresent reports whether a writer that has drawn its version must
// look for snapshots.
func snapshotsPresent() bool { return presence.is.Load()&presenceMask != absent }

// clearPresence takes presence down if no View runs. Called by a writer that
// found none; only some do it, so that short Views do not make it flicker.
func clearPresence(wv uint64) {
	p := presence.is.Load()
	if wv%clearEvery != 0 || p&presenceMask != present || !turn(p, clearing) {
		return
	}
	p = p&^presenceMask + presenceStamp | clearing
	// A View that read presence before it changed was pending by then.
	var h horizon
	if h.look(); h.empty() {
		turn(p, absent)
	} else {
		turn(p, present)
	}
}
