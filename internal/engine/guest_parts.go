package engine

import "math"

// A Part is where a part of a guest's attempt, or of its direct access, began.
type Part struct {
	direct  bool
	logging bool // before
	point   savepoint
	past    int
	first   int // before
}

// OpenPart begins a part that can be undone by itself.
func OpenPart(g *Guest) (p Part) {
	p = Part{direct: g.direct, logging: g.logging, past: len(g.past), first: g.first}
	g.first = p.past
	if g.direct {
		if !g.logging {
			g.forgetMarks() // of a transaction, or of an earlier log
		}
		g.logging = true
		p.point.hooks = g.tx.hooks.marks()
		return p
	}
	g.check()
	p.point = g.tx.open()
	g.stamp = unborn // what was made before may have to be put back
	return p
}

// KeepPart ends the part. What it did belongs to what is around it.
func KeepPart(g *Guest, p Part) {
	g.first = p.first
	if !p.direct {
		g.tx.keep(p.point)
		return
	}
	if g.logging = p.logging; !g.logging {
		g.dropPast(0)
		hooks, _ := g.tx.hooks.take()
		runCommit(hooks)
	}
}

// UndoPart undoes what was done since the part began, and ends it. Reads count
// on: see saves.
func UndoPart(g *Guest, p Part) {
	g.putBack(p.past)
	g.forgetMarks() // those of what has been put back, too
	g.first = p.first
	if !p.direct {
		g.stamp = unborn
		g.tx.rollback(p.point)
		g.tx.indexed = min(g.tx.indexed, len(g.tx.writes))
		return
	}
	g.logging = p.logging
	if fs := g.tx.hooks.cut(p.point.hooks); len(fs) > 0 {
		runRollback(fs)
	}
}

// Whenever runs f once the transaction, or the outermost part of direct access,
// has been committed: at once if there is none.
func Whenever(g *Guest, f func()) {
	if g.direct && !g.logging {
		f()
		return
	}
	if !g.direct {
		g.check()
	}
	g.tx.hooks.commit = append(g.tx.hooks.commit, f)
}

// IfUndone runs f if what surrounds it is undone.
func IfUndone(g *Guest, f func()) {
	if g.direct && !g.logging {
		return
	}
	if !g.direct {
		g.check()
	}
	g.tx.hooks.rollback = append(g.tx.hooks.rollback, f)
}

// HasHooks reports whether something is to be run once the transaction has been
// committed.
func HasHooks(g *Guest) bool { return len(g.tx.hooks.commit) > 0 }

// TakeNumber makes the commit that comes next increase the number in c, as
// Increase does, and note what it comes to: commits that depend on one another
// get ascending numbers.
func TakeNumber(g *Guest, c *Cell) {
	if g.queue == nil {
		g.queue = c
		g.entry(c)
		Add(&g.tx, c, Number{Size: 8}, 1)
	}
}

// NumberTaken is the number that the last commit with TakeNumber got.
func NumberTaken(g *Guest) uint64 { return g.number }

// Accesses counts the entries of the read set and of the write set.
func Accesses(g *Guest) (reads, writes int) { return len(g.tx.reads), len(g.tx.writes) }

// Pending reports whether g has written c and not committed it.
func Pending(g *Guest, c *Cell) bool { return !g.direct && g.find(c) != nil }

// Kept calls f for each cell that a rollback of direct access would put back.
func Kept(g *Guest, f func(c *Cell)) {
	for i := range g.past {
		f(g.past[i].c)
	}
}

// WrittenAt is the version of the value that c holds.
func WrittenAt(c *Cell) uint64 { return versionOf(c.word.Load()) }

// HasToken reports whether g keeps all other updates waiting.
func HasToken(g *Guest) bool { return g.tx.serial }

// InstallNow is Install, but does not wait for whoever holds the serial token.
func InstallNow(c *Cell, seen uint64, v Value) bool {
	if seen&lockBit != 0 || !c.word.CompareAndSwap(seen, seen|lockBit) {
		return false
	}
	if gateClosed() {
		c.unlock(seen)
		return false
	}
	c.publish(seen, v)
	return true
}

// dropZeros takes additions out of the write set that come to nothing.
func (g *Guest) dropZeros() {
	tx := &g.tx
	kept := tx.writes[:0]
	for i := range tx.writes {
		if e := &tx.writes[i]; e.op != opAdd || e.val.W != 0 {
			kept = append(kept, *e)
		}
	}
	if len(kept) == len(tx.writes) {
		return
	}
	clear(tx.writes[len(kept):])
	tx.writes = kept
	tx.index.reset()
	tx.indexed, tx.behind = 0, true
}

// FetchDated is Fetch with the version of the value. What g has written itself
// is the latest.
func FetchDated(g *Guest, c *Cell) (v Value, version uint64, ok bool) {
	for {
		if v, ok = Fetch(g, c); !ok {
			return v, 0, false
		}
		l := c.word.Load()
		switch {
		case g.direct || l&^flagsMask == g.stamp:
			return v, versionOf(l), true
		case g.find(c) != nil:
			return v, math.MaxUint64, true
		case g.visible(l):
			return v, versionOf(l), true // unchanged: Fetch has accepted it, or an extension since
		case !Validate(g):
			return v, 0, false
		}
	}
}

// PutDated is Put for direct access, and gives c the version of another cell.
func PutDated(g *Guest, c *Cell, v Value, like *Cell) {
	Put(g, c, v)
	l := c.word.Load()
	c.word.Store(like.word.Load()&^flagsMask | l&flagsMask)
}
