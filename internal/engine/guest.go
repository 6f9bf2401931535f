package engine

import (
	"math/bits"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/invariants"
)

// A Guest is what one guest thread of an interpreter has of the engine. Its
// transactions are begun, committed and rolled back step by step: nothing
// calls the interpreter back, and the functions that report what happened do
// not panic.
//
//	         Begin               Fetch, Certain, Commit: false
//	outside ───────→ running ────────────────────────────────→ lost
//	   ↑                │ ↑                                     │ │
//	   ├───Commit: true─┘ └───────────────Restart───────────────┘ │
//	   └─────────────────────────Abort────────────────────────────┘
//
//	         SetDirect(true)
//	outside ────────────────→ direct: this thread has all cells to itself
//	        ←────────────────
//	         SetDirect(false)
//
// A direct Guest reads and writes cells in place. Who calls SetDirect sees to
// it that no other goroutine touches a cell meanwhile, and that what happened
// before, and comes after, is ordered by synchronization. The versions of the
// cells stay as they are, so whoever looked at a cell must have ended before.
//
// One goroutine at a time uses a Guest.
type Guest struct {
	direct  bool
	logging bool   // direct, and what is overwritten is kept
	summed  bool   // this attempt has used Increase
	stamp   uint64 // word, but for kind and flags, of cells that this attempt has made
	older   []span // versions of our own, in earlier blocks
	epoch   uint64 // of the marks
	tx      Tx
	written [8]uint64     // a clear bit proves "not in the write set"
	past    []overwritten // what a rollback puts back in place
	first   int           // entry of past at which the innermost part began
	queue   *Cell         // counts commits for TakeNumber
	number  uint64        // that the last commit got there
	marks   [numMarks]mark
}

// A span is words from first on.
type span struct{ first, words uint64 }

// An overwritten is a value that was replaced in place.
type overwritten struct {
	c   *Cell
	val Value
}

// unborn is the stamp of an attempt that has made no cell: no word is like it.
const unborn = 1<<64 - 1

// flagsMask covers what a word has beside lock bit and version.
const flagsMask = 1<<versionShift - 1

// NewGuest readies a zero Guest.
func NewGuest(g *Guest) {
	NewTx(&g.tx)
	g.stamp = unborn
}

// Unshared is a Guest that reads and writes in place: for cells that nobody
// shares yet. Nothing of it changes, so that anybody may use it.
var Unshared = &Guest{direct: true}

// TxOf returns the descriptor of g.
func TxOf(g *Guest) *Tx { return &g.tx }

// Direct reports whether g reads and writes in place.
func Direct(g *Guest) bool { return g.direct }

// SetDirect makes g read and write in place, or ends that.
func SetDirect(g *Guest, on bool) { g.direct = on }

// check panics unless an attempt of g runs, here.
func (g *Guest) check() {
	if g.tx.mode == idle {
		panic(misuseOutside)
	}
	g.tx.check()
}

const misuseOutside = "sched: object used by a thread that is outside of its transactions: call Thread.Enter first"

// A mark remembers where a cell is in the logs, so that it is not logged twice,
// and found at once; for what is changed in place, in past. Another cell may
// displace it, which costs a second entry
// of the read set, or a search in the write set. Under the explorer, where no
// address may decide how many entries there are, there are no marks.
type mark struct {
	key uint64 // address and epoch
	pos int    // in the write set, or in past, from 1; 0 if it was only read
}

const (
	numMarks   = 512
	epochShift = 48

	// cells have 32 bytes, or 24 where words have 32 bits.
	cellShift = 3 + 2*(bits.UintSize/64)
)

// mark returns the place of the mark of c, and the key that it has if it is
// there.
func (g *Guest) mark(c *Cell) (m *mark, key uint64) {
	a := uint64(c.address())
	return &g.marks[(a>>cellShift^a>>13)%numMarks], a ^ g.epoch
}

// forgetMarks makes all marks void.
func (g *Guest) forgetMarks() {
	if g.epoch += 1 << epochShift; g.epoch == 0 {
		clear(g.marks[:])
		g.epoch = 1 << epochShift
	}
}

// bit is where written has a bit for c.
func (g *Guest) bit(c *Cell) (word *uint64, bit uint64) {
	a := uint64(c.address()) >> cellShift
	return &g.written[(a>>6^a>>12)%uint64(len(g.written))], 1 << (a % 64)
}

// mayHave reports whether c may be in the write set.
func (g *Guest) mayHave(c *Cell) bool {
	w, bit := g.bit(c)
	return *w&bit != 0
}

// Fetch returns the value of c. It reports false if the attempt is lost.
//
// Each cell costs one entry of the read set, as long as its mark is there. A
// cell that this attempt has made costs none.
func Fetch(g *Guest, c *Cell) (v Value, ok bool) {
	l := c.word.Load()
	if g.direct || l&^flagsMask == g.stamp {
		return c.get(l), true
	}
	tx := &g.tx
	if invariants.Enabled && tx.mode == updating {
		tx.check()
	}
	m, key := g.mark(c)
	if m.key == key && m.pos > 0 {
		if e := &tx.writes[m.pos-1]; e.op == opSet {
			return e.val, true
		}
	} else if (l < tx.limit || l-tx.first < tx.span) && !atomics.Exploring {
		v = c.get(l)
		// As in Read.
		if c.word.Load() == l {
			if m.key == key {
				return v, true
			}
			if n := len(tx.reads); n < cap(tx.reads) && !g.mayHave(c) {
				tx.reads = tx.reads[:n+1]
				tx.reads[n] = read{c, l &^ waitBit}
				*m = mark{key: key}
				return v, true
			}
		}
	}
	return g.fetchSlow(c)
}

func (g *Guest) fetchSlow(c *Cell) (v Value, ok bool) {
	tx := &g.tx
	if tx.mode == poisoned {
		return v, false
	}
	g.check()
	if e := g.find(c); e != nil {
		if e.op != opSet && !g.trySettle(e) {
			return v, false
		}
		return e.val, true
	}
	v, l, ok := g.tryConsistent(c)
	if !ok {
		return v, false
	}
	tx.reads = append(tx.reads, read{c, l &^ waitBit})
	if !atomics.Exploring {
		m, key := g.mark(c)
		*m = mark{key: key}
	}
	return v, true
}

// find returns the write entry of c, or nil.
func (g *Guest) find(c *Cell) *write {
	if !g.mayHave(c) {
		return nil
	}
	return g.tx.find(c)
}

// catchUp completes the index of the write set. Entries of a Guest are indexed
// no sooner than somebody searches, since most are found by their marks.
func (tx *Tx) catchUp() {
	for pos := max(tx.indexed, linear); pos < len(tx.writes); pos++ {
		tx.index.add(tx.writes, pos)
	}
	tx.indexed = len(tx.writes)
	tx.behind = false
}

// Glance is Fetch without an entry in the read set: see Peek.
func Glance(g *Guest, c *Cell) (v Value, ok bool) {
	l := c.word.Load()
	if g.direct || l&^flagsMask == g.stamp {
		return c.get(l), true
	}
	tx := &g.tx
	if tx.mode == poisoned {
		return v, false
	}
	g.check()
	if g.find(c) != nil {
		return g.fetchSlow(c)
	}
	v, _, ok = g.tryConsistent(c)
	return v, ok
}

// tryConsistent is consistent for an attempt that is no View; ok is false if
// it is lost.
func (g *Guest) tryConsistent(c *Cell) (v Value, l uint64, ok bool) {
	tx := &g.tx
	for {
		v, l = c.sample()
		if g.visible(l) {
			return v, l, true
		}
		if !tx.extend() {
			tx.poison(conflict)
			return v, l, false
		}
		if c.word.Load()&^waitBit == l&^waitBit {
			return v, l, true
		}
	}
}

// visible reports whether a cell with word l belongs to the snapshot as it is.
func (g *Guest) visible(l uint64) bool {
	tx := &g.tx
	if l < tx.limit || l-tx.first < tx.span {
		return true
	}
	for _, own := range g.older {
		if l-own.first < own.words {
			return true
		}
	}
	return false
}

// trySettle is settle; it reports false if the attempt is lost.
func (g *Guest) trySettle(e *write) bool {
	if _, _, ok := g.tryConsistent(e.c); !ok {
		return false
	}
	g.tx.settle(e)
	return true
}
