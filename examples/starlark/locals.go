package starstm

import "go.starlark.net/starlark"

// locals are a guest's own copies of entries of one dict. They find an entry
// without a look at memory that other threads write to, and they gather what an
// attempt does to it: an entry costs the engine two or three operations however
// often a loop uses it.
//
// An attempt has the locals for itself: a guest runs one at a time.
type locals struct {
	table[local]
	size int
	used []*local // by the running attempt, in order
}

// A local is a guest's copy of an entry. The first read fetches the value, and
// flush stores it or adds what was added.
type local struct {
	e      *varEntry
	number bool // when last looked at, the key held an int

	// These are zero between attempts.
	used  bool           // by the running attempt
	known bool           // v is the value of the key
	dirty bool           // v is to be stored
	adds  bool           // delta is to be added; excludes known
	v     starlark.Value // if known; nil: absent
	delta int64          // if adds
}

const (
	maxLocals = 1 << 16 // entries of one dict
	maxDicts  = 8       // dicts that a guest keeps locals of
)

// localsOf returns the guest's locals for d.
func (g *guest) localsOf(d *varDict) *locals {
	l := g.locals[d]
	if l == nil {
		l = new(locals)
		if g.locals == nil || len(g.locals) >= maxDicts {
			g.locals = make(map[*varDict]*locals)
		}
		g.locals[d] = l
	}
	return l
}

// of returns the local of k, as a part of the running attempt.
func (l *locals) of(d *varDict, k key) *local {
	x := l.get(k)
	if x == nil {
		x = &local{e: d.entry(k)}
		l.put(k, x)
		l.size++
	}
	if !x.used {
		x.used = true
		l.used = append(l.used, x)
	}
	return x
}

// reset makes l ready for the next attempt, and lets go of all values.
func (l *locals) reset() {
	if l.size > maxLocals {
		*l = locals{}
		return
	}
	for i, x := range l.used {
		*x = local{e: x.e, number: x.number}
		l.used[i] = nil
	}
	l.used = l.used[:0]
}
