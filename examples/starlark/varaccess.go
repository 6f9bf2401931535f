package starstm

import (
	"go.starlark.net/starlark"

	"github.com/weft-stm/weft/tvar"
)

// A varAccess is one attempt's way to a varDict.
type varAccess struct {
	d       *varDict
	at      *attempt
	locals  *locals
	scanned bool // every entry may have been read
}

// fetch makes l known.
func (a *varAccess) fetch(l *local) {
	if l.known {
		return
	}
	l.v, l.number = a.read(l.e)
	l.known = true
	if !l.adds {
		return
	}
	sum, err := plus(l.v, starlark.MakeInt64(l.delta)) // a write like any other from here on
	if err != nil {
		a.at.g.misfit()
	}
	l.v, l.adds, l.dirty = sum, false, true
}

// read returns the value of e, and whether it is a number kept as such.
func (a *varAccess) read(e *varEntry) (v starlark.Value, number bool) {
	done := false
	defer a.at.noteUnless(&done)
	a.at.read = true
	v, number = e.get(a.at)
	done = true
	return v, number
}

func (a *varAccess) get(k key) starlark.Value {
	l := a.locals.of(&a.d.index, &k)
	a.fetch(l)
	return l.v
}

func (a *varAccess) put(k key, v starlark.Value) {
	l := a.locals.of(&a.d.index, &k)
	l.v = v
	l.known, l.dirty, l.adds = true, true, false
}

// What is added in place stays this far from the ends of an int64. A key that
// comes near to them is read and written instead.
const (
	maxStep  = 1 << 31 // a single add
	maxDelta = 1 << 40 // those of one attempt
	maxSum   = 1 << 61 // what the key holds
)

// add puts off the addition until the commit, so that it does not depend on
// the present value. It does depend on there being nothing but an int. If flush
// or the commit find that there is something else, the block runs once more,
// carefully: adds then read, and the error is raised where the script adds.
func (a *varAccess) add(k key, n starlark.Int) error {
	l := a.locals.of(&a.d.index, &k)
	if !l.known && !a.at.run.careful {
		if step, ok := n.Int64(); ok && within(step, maxStep) && within(l.delta, maxDelta) {
			l.delta += step
			l.adds = true
			return nil
		}
	}
	a.fetch(l)
	sum, err := plus(l.v, n)
	if err != nil {
		return err
	}
	l.v, l.dirty = sum, true
	return nil
}

func within(n, limit int64) bool { return -limit < n && n < limit }

func (a *varAccess) each(yield func(k, v starlark.Value) bool) {
	a.readShape()
	for _, e := range a.d.entries() {
		if v := a.peek(e); v != nil && !yield(e.key.value, v) {
			return
		}
	}
}

func (a *varAccess) readShape() {
	done := false
	defer a.at.noteUnless(&done)
	a.at.read, a.scanned = true, true
	a.d.shape.Get(a.at.tx)
	done = true
}

// peek returns the value of e without a local of its own for each key that a
// scan meets.
func (a *varAccess) peek(e *varEntry) starlark.Value {
	if l := a.locals.find(&e.key, e.hash); l != nil {
		a.fetch(l)
		return l.v
	}
	v, _ := a.read(e)
	return v
}

// flush is called at the end of the attempt, and around each alternative of
// or_else, where forget follows.
func (a *varAccess) flush() {
	grows := false
	for i := range a.locals.used {
		l := &a.locals.used[i]
		switch {
		case l.dirty:
			l.e.set(a.at, l.v, l.number)
		case l.adds:
			l.e.add(a.at, l.delta)
		}
		if (l.adds || l.dirty && l.v != nil) && !l.e.known.Load() {
			grows = true
			a.at.fresh = append(a.at.fresh, l.e)
		}
	}
	if grows {
		tvar.Add(a.at.tx, &a.d.shape, 1)
	}
}

func (a *varAccess) forget() { a.locals.forget() }

// lost returns the key that the attempt was lost on, as an index, or "".
func (a *varAccess) lost(next *attempt) string {
	if a.d.shape.Lost(next.tx) {
		return ", which keys it has"
	}
	for i := range a.locals.used {
		if e := a.locals.used[i].e; e.lost(next) {
			return e.String()
		}
	}
	if a.scanned {
		for _, e := range a.d.entries() {
			if e.lost(next) {
				return e.String()
			}
		}
	}
	return ""
}

func (e *varEntry) lost(next *attempt) bool { return e.kind.Lost(next.tx) || e.n.Lost(next.tx) }

func (e *varEntry) String() string { return "[" + e.key.value.String() + "]" }

func (a *varAccess) release() { a.at.g.giveBack(a.locals) }
