package sched

import (
	"cmp"
	"slices"
)

// A fifo is units, first in first out, in chunks that are filled once and never
// moved. Its owner guards it.
type fifo struct {
	first, last *chunk
	head        int // in first: the units before are gone
	tail        int // in last: the units from here on are free
	n           int
}

type chunk struct {
	next  *chunk
	units [chunkSize]unit
}

const chunkSize = 128

func (f *fifo) len() int { return f.n }

func (f *fifo) push(u unit) {
	if f.last == nil || f.tail == chunkSize {
		f.grow()
	}
	f.last.units[f.tail] = u
	f.tail++
	f.n++
}

func (f *fifo) grow() {
	c := new(chunk)
	if f.last == nil {
		f.first, f.head = c, 0
	} else {
		f.last.next = c
	}
	f.last, f.tail = c, 0
}

func (f *fifo) pop() (u unit, ok bool) {
	if f.n == 0 {
		return unit{}, false
	}
	u, f.first.units[f.head] = f.first.units[f.head], unit{}
	f.head++
	f.n--
	switch {
	case f.n == 0: // begin again in the same chunk
		f.head, f.tail = 0, 0
	case f.head == chunkSize:
		f.first, f.head = f.first.next, 0
	}
	return u, true
}

// sort puts the units into the order in which they were added.
func (f *fifo) sort() {
	units := make([]unit, 0, f.n)
	for u, ok := f.pop(); ok; u, ok = f.pop() {
		units = append(units, u)
	}
	slices.SortFunc(units, func(a, b unit) int { return cmp.Compare(a.index, b.index) })
	for _, u := range units {
		f.push(u)
	}
}
