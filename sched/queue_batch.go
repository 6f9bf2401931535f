package sched

import "github.com/weft-stm/weft/internal/atomics"

// A batch is units that a worker has taken together, so that it locks the queue
// once for all of them. Those that it has not begun may be taken back.
//
//	units    ···|████████████|·····
//	            lo           hi
//	 owner: lo+1 ↗           ↖ thief: hi-n
//
// The owner takes the first without a lock. Who holds the lock of the queue may
// take the last. Both by compare-and-swap of lo and hi in one word, so that no
// unit is taken twice; its place then belongs to who took it. Only the owner
// fills an empty batch, under the lock: nobody is reading its places by then,
// and a word read before is not met again unless nothing has changed.
type batch struct {
	span  atomics.Uint64 // lo<<32 | hi
	units [batchSize]unit
}

const batchSize = 32

func (b *batch) bounds() (span uint64, lo, hi int) {
	span = b.span.Load()
	return span, int(span >> 32), int(uint32(span))
}

func spanOf(lo, hi int) uint64 { return uint64(lo)<<32 | uint64(hi) }

func (b *batch) len() int {
	_, lo, hi := b.bounds()
	return hi - lo
}

// pop takes the first unit, for the owner.
func (b *batch) pop() (u unit, ok bool) {
	for {
		span, lo, hi := b.bounds()
		if lo == hi {
			return unit{}, false
		}
		if b.span.CompareAndSwap(span, spanOf(lo+1, hi)) {
			u, b.units[lo] = b.units[lo], unit{}
			return u, true
		}
	}
}

// fill moves up to n units from f into the empty batch.
func (b *batch) fill(f *fifo, n int) {
	n = min(n, f.len(), batchSize)
	for i := range n {
		b.units[i], _ = f.pop()
	}
	b.span.Store(spanOf(0, n))
}

// cut takes the last units of b, half of them or all, and returns their places.
// The caller holds the lock of the queue until it has emptied them.
func (b *batch) cut(all bool) []unit {
	for {
		span, lo, hi := b.bounds()
		mid := lo
		if !all {
			mid = (lo + hi) / 2
		}
		if lo == hi {
			return nil
		}
		if b.span.CompareAndSwap(span, spanOf(lo, mid)) {
			return b.units[mid:hi]
		}
	}
}

// steal moves half of what is in from, at least one unit, into the empty b.
func (b *batch) steal(from *batch) {
	units := from.cut(false)
	n := copy(b.units[:], units)
	clear(units)
	b.span.Store(spanOf(0, n))
}

// giveBack moves what is in b to f.
func (b *batch) giveBack(f *fifo) {
	units := b.cut(true)
	for _, u := range units {
		f.push(u)
	}
	clear(units)
}
