package engine

import (
	"unsafe"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/invariants"
)

// Put makes v the value of c. v.Kind is not Zero.
func Put(g *Guest, c *Cell, v Value) {
	if g.direct {
		if g.logging {
			g.keep(c)
		}
		c.replace(v)
		return
	}
	if c.word.Load()&^flagsMask == g.stamp {
		c.replace(v)
		return
	}
	tx := &g.tx
	m, key := g.mark(c)
	if m.key == key && m.pos > 0 {
		if e := &tx.writes[m.pos-1]; e.op == opSet && e.mark == tx.saves.current && !invariants.Enabled {
			e.val = v
			return
		}
	}
	n := len(tx.writes)
	if n == cap(tx.writes) || tx.mode != updating || invariants.Enabled || atomics.Exploring || g.mayHave(c) {
		g.putSlow(c, v)
		return
	}
	tx.writes = tx.writes[:n+1]
	e := &tx.writes[n]
	e.c, e.val, e.op, e.mark = c, v, opSet, tx.saves.current
	tx.behind = true
	*m = mark{key, n + 1}
	g.had(c)
}

func (g *Guest) putSlow(c *Cell, v Value) {
	e := g.entry(c)
	e.op = opSet
	e.val = v
	e.fn = nil
}

// entry returns the write entry of c, new or ready to be changed.
func (g *Guest) entry(c *Cell) *write {
	g.check()
	tx := &g.tx
	if tx.behind {
		tx.catchUp()
	}
	e := tx.entry(c)
	tx.indexed = len(tx.writes)
	g.had(c)
	if !atomics.Exploring {
		m, key := g.mark(c)
		*m = mark{key, tx.position(e) + 1}
	}
	return e
}

// had notes that c is in the write set.
func (g *Guest) had(c *Cell) {
	w, bit := g.bit(c)
	*w |= bit
	g.tx.filter |= filterBit(c)
}

// Increase adds delta to the number in c. In a transaction it is Add; if all
// that an attempt adds to c comes to zero it has not written c.
func Increase(g *Guest, c *Cell, n Number, delta uint64) {
	l := c.word.Load()
	if g.direct || l&^flagsMask == g.stamp {
		if g.direct && g.logging {
			g.keep(c)
		}
		c.replace(scalar(n.plus(c.w.Load(), delta)))
		return
	}
	g.summed = true
	tx := &g.tx
	if m, key := g.mark(c); m.key == key && m.pos > 0 {
		if e := &tx.writes[m.pos-1]; e.op != opApply && e.mark == tx.saves.current && !invariants.Enabled {
			e.val = scalar(n.plus(e.val.W, delta))
			return
		}
	}
	g.entry(c) // marks it
	Add(tx, c, n, delta)
}

// Birth gives its first value to a cell that g has just made and nobody shares
// yet. v.Kind is not Zero. Until the attempt ends, or a part of it begins, g
// reads and writes c in place.
func Birth(g *Guest, c *Cell, v Value) {
	if g.direct {
		c.first(uint64(v.Kind)<<kindShift, v)
		return
	}
	if g.stamp == unborn {
		g.bear()
	}
	c.first(g.stamp|uint64(v.Kind)<<kindShift, v)
}

// bear draws a version for the cells that the attempt makes. It is the
// attempt's own, and no commit has it. Whoever finds it too new for his
// snapshot has found the cell by what was committed later, and extends.
//
// The attempt itself need not: cells with earlier versions of its own, also of
// blocks that it has used up since it began, or that readers have overtaken, were
// made by it, or committed by the same descriptor before.
func (g *Guest) bear() {
	tx := &g.tx
	g.check()
	base, used := tx.block.base, span{tx.first, tx.span}
	g.stamp = tx.block.draw(0) << versionShift
	tx.first, tx.span = tx.block.own()
	if tx.block.base != base {
		if len(g.older) == maxOlder {
			g.older = append(g.older[:0], g.older[1:]...)
		}
		g.older = append(g.older, used)
	}
}

// maxOlder bounds the search for a version among those of earlier blocks.
const maxOlder = 16

// PutOwn makes v the value of c, which no other thread uses. The attempt, or a
// part of it, puts the old one back if it is undone.
func PutOwn(g *Guest, c *Cell, v Value) {
	if !g.direct || g.logging {
		g.keep(c)
	}
	c.replace(v)
}

// FetchOwn returns the value of c, which no other thread uses.
func FetchOwn(c *Cell) Value { return c.get(c.word.Load()) }

// keep remembers what c holds, unless the part has done so already, and the mark
// still tells.
func (g *Guest) keep(c *Cell) {
	if !atomics.Exploring {
		m, key := g.mark(c)
		if m.key == key && m.pos > g.first {
			return
		}
		*m = mark{key, len(g.past) + 1}
	}
	g.past = append(g.past, overwritten{c, c.get(c.word.Load())})
}

// putBack restores what has been overwritten since there were n entries.
func (g *Guest) putBack(n int) {
	for i := len(g.past) - 1; i >= n; i-- {
		p := &g.past[i]
		p.c.replace(p.val)
	}
	g.dropPast(n)
}

func (g *Guest) dropPast(n int) {
	if len(g.past) > n {
		clear(g.past[n:])
		g.past = g.past[:n]
	}
	if n == 0 && cap(g.past) > keepWrites {
		g.past = nil
	}
}

// replace stores v into a cell that the caller has to himself. The stores are
// plain ones: what orders them before the accesses of others is whatever gave
// the cell to the caller, and takes it from him. Readers see the word last
// changed by a commit.
func (c *Cell) replace(v Value) {
	if l := c.word.Load(); kindOf(l) != v.Kind {
		c.word.Store(l&^kindMask | uint64(v.Kind)<<kindShift)
	}
	c.lay(v)
}

// first is replace for a cell that has no word yet.
func (c *Cell) first(word uint64, v Value) {
	if atomics.Exploring {
		c.word.Store(word)
	} else {
		*(*uint64)(unsafe.Pointer(&c.word)) = word
	}
	c.lay(v)
}

// lay is put by plain stores. An atomic.Uint64 is a uint64, and an
// atomic.Pointer an unsafe.Pointer, with names around them.
func (c *Cell) lay(v Value) {
	if atomics.Exploring { // also no value at all, which put does not know
		c.w.Store(v.W)
		c.p.Store((*byte)(v.P))
		return
	}
	if v.Kind != Pointer && v.Kind != Box {
		*(*uint64)(unsafe.Pointer(&c.w)) = v.W
	}
	if v.Kind != Scalar {
		*(*unsafe.Pointer)(unsafe.Pointer(&c.p)) = v.P
	}
}

// BirthAll is Birth for cells that hold the zero value.
func BirthAll(g *Guest, cs []Cell) {
	if g.direct {
		return // as they are
	}
	if g.stamp == unborn {
		g.bear()
	}
	for i := range cs {
		cs[i].first(g.stamp, Value{Kind: Scalar})
	}
}

// KindIn returns how values of c are stored, for a caller about to write it.
func KindIn(c *Cell) Kind { return kindOf(c.word.Load()) }

// Newborn reports whether this attempt has made c, and still has it to itself.
func Newborn(g *Guest, c *Cell) bool { return c.word.Load()&^flagsMask == g.stamp }
