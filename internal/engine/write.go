package engine

import (
	"unsafe"

	"github.com/weft-stm/weft/internal/invariants"
)

// A write is an entry of the write set.
type write struct {
	c      *Cell
	val    Value
	old    uint64 // lock word before this commit locked c; before that, what fn was applied to
	op     op
	number Number    // opAdd
	mark   uint32    // the savepoint that made or saved this entry
	fn     Transform // opApply
}

// Write makes v the value of c, visible to others once the transaction
// commits. v.Kind is not Zero.
func Write(tx *Tx, c *Cell, v Value) {
	n := len(tx.writes)
	if !invariants.Enabled && tx.mode == updating && tx.filter&filterBit(c) == 0 && n < linear && n < cap(tx.writes) {
		tx.filter |= filterBit(c)
		tx.writes = tx.writes[:n+1]
		e := &tx.writes[n]
		e.c, e.val, e.op, e.mark = c, v, opSet, tx.saves.current
		return
	}
	writeSlow(tx, c, v)
}

func writeSlow(tx *Tx, c *Cell, v Value) {
	e := tx.entry(c)
	e.op = opSet
	e.val = v
	e.fn = nil
}

// CheckWrite panics if tx may not write.
func CheckWrite(tx *Tx) { tx.checkWrite() }

// entry returns the write entry of c, new or ready to be changed.
func (tx *Tx) entry(c *Cell) *write {
	if tx.mode != updating || invariants.Enabled {
		tx.checkWrite()
	}
	if tx.filter&filterBit(c) != 0 {
		if e := tx.find(c); e != nil {
			tx.save(e)
			return e
		}
	}
	tx.filter |= filterBit(c)
	tx.writes = append(tx.writes, write{c: c, mark: tx.saves.current})
	if len(tx.writes) > linear {
		tx.index.add(tx.writes, len(tx.writes)-1)
	}
	return &tx.writes[len(tx.writes)-1]
}

// find returns the write entry of c, or nil.
func (tx *Tx) find(c *Cell) *write {
	if tx.filter&filterBit(c) == 0 {
		return nil
	}
	if len(tx.writes) > linear {
		if tx.behind {
			tx.catchUp()
		}
		return tx.index.find(tx.writes, c)
	}
	for i := range tx.writes {
		if tx.writes[i].c == c {
			return &tx.writes[i]
		}
	}
	return nil
}

// position is the index of e in the write set.
func (tx *Tx) position(e *write) int {
	first := unsafe.Pointer(unsafe.SliceData(tx.writes))
	return int((uintptr(unsafe.Pointer(e)) - uintptr(first)) / unsafe.Sizeof(*e))
}

// filterBit spreads neighbouring cells, 32 bytes apart, over different bits.
func filterBit(c *Cell) uint64 {
	return 1 << (uintptr(unsafe.Pointer(c)) >> 5 & 63)
}

// clearWrites forgets the write set, values included.
func (tx *Tx) clearWrites() {
	tx.filter = 0
	if len(tx.writes) <= linear { // cheaper than a bulk barrier
		for i := range tx.writes {
			e := &tx.writes[i]
			e.c, e.val.P, e.fn = nil, nil, nil
		}
		tx.writes = tx.writes[:0]
		return
	}
	if cap(tx.writes) > keepWrites {
		tx.writes = nil
	} else {
		clear(tx.writes)
		tx.writes = tx.writes[:0]
	}
	tx.index.reset()
}
