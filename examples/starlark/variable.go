package starstm

import (
	"github.com/weft-stm/weft/tvar"
)

// A variable holds the whole state of a counter, a cell or a list. Its value
// is never changed in place.
type variable[T any] interface {
	get(*attempt) T
	set(*attempt, T)

	// update applies f to the value that the variable has when the block
	// commits. Nothing is read, so updates by different threads do not
	// conflict. f may run more than once.
	update(at *attempt, f func(T) T)

	lost(next *attempt) bool // whether the attempt before next was lost on it
}

// newVariable returns a variable of the kind that rt's mode calls for.
func newVariable[T any](rt *Runtime, v T, label string) variable[T] {
	if rt.Mode == Mutex {
		return &plainVar[T]{v: v}
	}
	return txVar[T]{tvar.New(v, tvar.Label(label))}
}

// A txVar is a variable in mode STM.
type txVar[T any] struct{ *tvar.Var[T] }

func (x txVar[T]) get(at *attempt) T {
	done := false
	defer at.noteUnless(&done)
	at.read = true
	v := x.Get(at.tx)
	done = true
	return v
}

func (x txVar[T]) lost(next *attempt) bool { return x.Lost(next.tx) }

func (x txVar[T]) set(at *attempt, v T) { x.Set(at.tx, v) }

func (x txVar[T]) update(at *attempt, f func(T) T) { x.Commute(at.tx, f) }

// A plainVar is a variable in mode Mutex. The lock of the Runtime guards it.
//
// stamp is the last attempt that changed it, and was the value before that
// attempt: the first change of an attempt saves the value, the others cost a
// comparison. An alternative of or_else has a stamp of its own. What it is the
// first to change in the attempt is saved in the same way, and the rest beside.
type plainVar[T any] struct {
	v, was T
	stamp  uint64
}

func (x *plainVar[T]) get(at *attempt) T {
	at.read = true
	return x.v
}

func (x *plainVar[T]) set(at *attempt, v T) {
	switch {
	case x.stamp == at.stamp:
	case x.stamp < at.first:
		x.stamp, x.was = at.stamp, x.v
		at.g.rt.lock.touch(x)
	default:
		at.g.rt.lock.touch(&part[T]{x, x.v, x.stamp})
		x.stamp = at.stamp
	}
	x.v = v
}

// A part is what an alternative found in a variable that its block had changed.
type part[T any] struct {
	x     *plainVar[T]
	v     T
	stamp uint64
}

func (p *part[T]) restore() { p.x.v, p.x.stamp = p.v, p.stamp }

func (x *plainVar[T]) update(at *attempt, f func(T) T) { x.set(at, f(x.v)) }

func (x *plainVar[T]) lost(*attempt) bool { return false }

func (x *plainVar[T]) restore() { x.v, x.stamp = x.was, 0 }
