package engine

import "unsafe"

// linear is the longest write set that is searched entry by entry.
const linear = 16

// An index finds write entries of large write sets: open addressing over
// positions, at most half full. It is built when the write set outgrows
// linear, and tolerates positions that a rollback cut off.
//
// Addresses decide only where an entry is found, never what happens, so a
// schedule stays reproducible.
type index struct {
	slots []int32 // position + 1; 0 is free
	used  int     // slots in use, stale ones included
}

func (x *index) add(writes []write, pos int) {
	// The entries up to linear were never indexed, or a rollback and new
	// entries have replaced them since.
	if pos == linear || 2*(x.used+1) > len(x.slots) {
		x.rebuild(writes[:pos])
	}
	x.insert(writes, pos)
}

func (x *index) insert(writes []write, pos int) {
	i := x.home(writes[pos].c)
	for x.slots[i] != 0 {
		i = (i + 1) & (len(x.slots) - 1)
	}
	x.slots[i] = int32(pos + 1)
	x.used++
}

func (x *index) find(writes []write, c *Cell) *write {
	for i := x.home(c); x.slots[i] != 0; i = (i + 1) & (len(x.slots) - 1) {
		if pos := int(x.slots[i]) - 1; pos < len(writes) && writes[pos].c == c {
			return &writes[pos]
		}
	}
	return nil
}

// rebuild makes room for twice the entries.
func (x *index) rebuild(writes []write) {
	n := 8 * linear
	for n < 4*(len(writes)+1) {
		n *= 2
	}
	if n <= cap(x.slots) {
		x.slots = x.slots[:n]
		clear(x.slots)
	} else {
		x.slots = make([]int32, n)
	}
	x.used = 0
	for pos := range writes {
		x.insert(writes, pos)
	}
}

func (x *index) home(c *Cell) int {
	h := uint64(uintptr(unsafe.Pointer(c))) >> 5 * 0x9e3779b97f4a7c15
	return int(h>>32) & (len(x.slots) - 1)
}

func (x *index) reset() {
	if x.slots == nil {
		return
	}
	if cap(x.slots) > 8*keepWrites {
		x.slots = nil
	} else {
		clear(x.slots)
		x.slots = x.slots[:0]
	}
	x.used = 0
}

// Written reports whether tx has written c.
func Written(tx *Tx, c *Cell) bool {
	tx.check()
	return tx.find(c) != nil
}
