package engine

import (
	"context"
	"runtime"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/contention"
	"github.com/weft-stm/weft/internal/invariants"
)

// A Tx is a transaction descriptor. One goroutine at a time owns it; other
// goroutines see only its activity and its snapshot slot.
//
// It is embedded in stm.Tx, which users hold. Everything that can be done with
// it is a function of this internal package, so that whoever finds a *Tx
// outside can do nothing with it.
type Tx struct {
	// The fields of the fast paths, one cache line.
	limit  uint64 // smallest lock word too new to read, unless it is our own; 0 unless the body may read
	first  uint64 // smallest word of a version that is our own
	span   uint64 // how many words from there on are; 0 unless the body may read
	filter uint64 // one bit per written cell: a clear bit proves "not written"
	reads  []read // the read set, in order, with repetitions
	mode   Mode
	serial bool // holds the token, and the gate is closed

	deferred bool   // some write may be an opApply
	promised bool   // never to start over
	signal   signal // why the attempt is being unwound
	behind   bool   // the index lacks some of the writes: see Guest
	index    index  // finds a write entry by cell once there are many
	writes   []write

	saves  saves // open savepoints: see savepoint.go
	hooks  hooks
	plan   Plan   // what the caller asked for
	rv     uint64 // limit of a poisoned attempt that may be revived
	wv     uint64 // version of the last update commit
	block  block  // versions for the next ones
	tally  tally
	report report // who won the conflicts, for ContentionError

	activity *entry[activity]
	snapshot *entry[snapshot]   // nil until the first View
	cleanups [2]runtime.Cleanup // give the two back when tx is garbage
	owner    uintptr            // goroutine of the running body, when watched
	young    uint8              // bodies still to be watched: see misuse.go
	busy     bool               // in Run
	dead     bool               // its body or a hook broke out of Run; never to run again
	baton    *Cell              // whose next waiter this transaction has to see to
	ticket   uint64             // of its place there
	final    *Counts            // of a descriptor that has been retired
	named    *string            // the last Name that committed
	tokens   attendance         // turns under the serial token
	heat     heat               // turns on a variable
	indexed  int                // how many writes of a Guest the index knows, if there are many
	lossRate float64            // share of the latest attempts that were lost
	admitted bool               // the attempt is a restart that counts in admission
	unshown  uint8              // extensions since the last that moved the clock
	rnd      uint64             // state of the random pauses
}

// A Mode says what the body may do. The zero Mode makes a descriptor outside
// of a body refuse everything.
type Mode uint8

const (
	idle Mode = iota
	updating
	watching // reads are logged, writes are refused
	viewing  // reads come from a registered snapshot and are not logged
	poisoned // a signal is unwinding the body; every operation raises it again
)

type read struct {
	c    *Cell
	word uint64 // without the wait bit
}

// A Plan is what the caller asks of one transaction. It is filled in before
// Run.
type Plan struct {
	Ctx         context.Context
	Name        string
	MaxAttempts int // 0: no limit
	Mode        Mode
	Irrevocable bool
	Site        uintptr // of the body, if Irrevocable
	Policy      any     // nil: the default ladder
	Decide      func(policy any, l contention.Loss) contention.Step
}

// Modes of a Plan.
const (
	Updating = updating
	Watching = watching
	Viewing  = viewing
)

// A tally is the history of one transaction over its attempts.
type tally struct {
	attempts  int     // bodies begun
	conflicts int     // attempts lost, of all
	losses    int     // attempts lost since the last wait: decides what comes next
	wasted    int     // accesses of lost attempts since the last wait
	accesses  int     // of the attempt lost last
	vain      int     // losses in a row though it had a turn
	same      int     // losses in a row on one variable
	lostOn    uintptr // that variable
	order     uint64  // rank among the transactions that lost, if the policy asks
	history   int     // values taken from history
	protect   bool    // the body asked to be irrevocable too late
}

// seeds gives each descriptor another sequence of random pauses.
var seeds atomics.Uint64

// PerUse makes a descriptor serve one transaction only, so that every later
// use of it is caught.
const PerUse = invariants.Enabled && !atomics.Exploring

// NewTx readies a zero descriptor. It owns slots that others scan; they are
// given back when the garbage collector finds the descriptor dropped.
func NewTx(tx *Tx) {
	tx.activity = activities.acquire()
	tx.young = watchedBodies
	if atomics.Exploring {
		tx.rnd = 1                     // the order in which descriptors are made must not decide
		tx.reads = make([]read, 0, 64) // no read takes the slow path for room only
		return
	}
	tx.rnd = seeds.Add(0x9e3779b97f4a7c15) | 1
	if !PerUse {
		tx.cleanups[0] = runtime.AddCleanup(tx, activities.release, tx.activity)
	}
}

// PlanOf returns the plan of tx. The caller sets every field.
func PlanOf(tx *Tx) *Plan { return &tx.plan }

// Release ends the use of tx by a transaction and reports whether it can serve
// another.
func Release(tx *Tx) (reusable bool) {
	tx.plan.Ctx = nil
	tx.clearReads()
	tx.passBaton() // of a Watch that broke off, or a wait for the token
	if tx.report.lost != nil {
		tx.report = report{}
	}
	if PerUse {
		tx.retire()
	}
	return !PerUse
}

// Usable reports whether tx can run a transaction for its owner. It panics if
// tx is running one.
func Usable(tx *Tx) bool {
	if tx.busy && !tx.dead {
		panic(misuseBusy)
	}
	return !tx.dead && tx.activity != nil
}

// retire gives the slots back at once. The descriptor stays idle for ever.
func (tx *Tx) retire() {
	tx.dead = true
	if tx.final == nil {
		c := CountsOf(tx)
		tx.final = &c
	}
	for _, c := range tx.cleanups {
		c.Stop() // else the slot would be released twice
	}
	activities.release(tx.activity)
	if tx.snapshot != nil {
		snapshots.release(tx.snapshot)
	}
}

// begin starts an attempt.
func (tx *Tx) begin() {
	if invariants.Enabled || tx.young > 0 {
		tx.enter()
	}
	tx.tally.attempts++
	tx.signal = none
	tx.promised = tx.plan.Irrevocable
	tx.mode = tx.plan.Mode
	// Published before the clock is sampled: an attempt that Quiesce does not
	// see reads what was committed before Quiesce was called.
	tx.activity.slot.begin()
	if tx.mode == viewing {
		tx.openSnapshot()
		return
	}
	tx.limit = limitAt(shown())
	tx.first, tx.span = tx.block.own()
}

// end closes an attempt, however it ended, and forgets what it did.
func (tx *Tx) end() {
	if tx.mode == idle {
		return
	}
	if tx.plan.Mode == viewing {
		tx.closeSnapshot()
		tx.activity.slot.counts[historyReads].Add(uint64(tx.tally.history))
	}
	tx.mode = idle
	tx.limit, tx.span = 0, 0
	tx.activity.slot.end()
	tx.leave()
	if len(tx.writes) > 0 {
		tx.clearWrites()
		tx.deferred = false
	}
	if len(tx.saves.undo) > 0 || tx.saves.serial > 0 {
		tx.saves.reset()
	}
}

// keepReads and keepWrites cap the logs that an idle descriptor keeps: 128 kB, of
// which guest threads use more than half (sched: maxReads), and 64 kB.
const (
	keepReads  = 8192
	keepWrites = 1024
)

// clearReads forgets the read set. Idle descriptors must not keep cells alive.
func (tx *Tx) clearReads() {
	if cap(tx.reads) > keepReads {
		tx.reads = nil
		return
	}
	if len(tx.reads) <= 8 { // cheaper than a bulk barrier
		for i := range tx.reads {
			tx.reads[i].c = nil
		}
	} else {
		clear(tx.reads)
	}
	tx.reads = tx.reads[:0]
}

// random returns the next of a sequence of pseudo-random numbers (xorshift*).
func (tx *Tx) random() uint64 {
	x := tx.rnd
	x ^= x >> 12
	x ^= x << 25
	x ^= x >> 27
	tx.rnd = x
	return x * 0x2545f4914f6cdd1d
}

// A Key opens what stm exports for other packages of this module: nobody else
// can name its type.
type Key struct{ _ byte }
