package tvar

import (
	"math"
	mathbits "math/bits"
)

// Chunk j holds 8·2ʲ elements, those from index 8·2ʲ - 8 on. That a chunk
// exists says nothing about its elements: those beyond the length
// hold nothing. So chunks are made outside of any transaction, and an attempt
// that is undone leaves at most an empty one.
const (
	firstShift = 3
	firstChunk = 1 << firstShift
	numChunks  = 40 // 8·(2⁴⁰-1) elements, more than memory holds
)

// place is where element i lies.
func place(i int) (chunk, at int) {
	n := uint(i) + firstChunk
	chunk = mathbits.Len(n) - firstShift - 1
	return chunk, int(n - firstChunk<<chunk)
}

// ref returns v unless it is nil.
func (v *Vector[T]) ref() *Vector[T] {
	if v == nil {
		panic("tvar: nil Vector: use a Vector value or new(tvar.Vector[T])")
	}
	return v
}

// find returns the variable of element i, or nil if it has none yet.
func (v *Vector[T]) find(i int) *optional[T] {
	v.ref()
	if i < 0 || i > math.MaxInt-firstChunk {
		return nil
	}
	chunk, at := place(i)
	if chunk >= numChunks {
		return nil
	}
	c := v.chunks[chunk].Load()
	if c == nil {
		return nil
	}
	return &(*c)[at]
}

// room returns the variable of element i, made if there is none.
func (v *Vector[T]) room(i int) *optional[T] {
	if o := v.find(i); o != nil {
		return o
	}
	chunk, _ := place(i)
	c := freshSlice[optional[T]](firstChunk << chunk)
	// Of two that make it one wins; nothing has been stored in either.
	v.chunks[chunk].CompareAndSwap(nil, &c)
	return v.find(i)
}
