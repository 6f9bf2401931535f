package starstm

import (
	"sync/atomic"

	"go.starlark.net/starlark"

	"github.com/weft-stm/weft/tvar"
)

// A varDict is a dict in mode STM: an index from keys to entries, each with
// transactional variables of its own. The index itself is no part of any
// transaction. It only says which entry stands for a key, and that never
// changes: an entry comes with the first attempt that names its key, is absent
// until a commit puts a value there, and stays.
//
// So a key's absence is the value of a variable like any other, and two blocks
// that both insert where they found nothing conflict over that variable. And
// the insertion of one key is nothing to the users of another.
//
// A scan must also conflict with entries that it could not see:
//
//	creator:  entry into log → entry into index → … → commit{entry has a value, shape += 1}
//	scanner:  read shape → read log → read the entries' variables → … → commit
//
// If the scanner missed the entry in the log, then it read shape before the entry
// was there, hence before any commit gave it a value. The first of these
// commits changes shape, and the scanner, if not committed by then, fails.
type varDict struct {
	index
	shape tvar.Var[uint64] // counts commits that may have given a key its first value
}

// A varEntry stands for a key. An int of 64 bits is kept apart from other
// values, because numbers can be added to in place:
//
//	kind     n            the key
//	nil      0            is absent
//	number   the value    holds an int
//	other    0            holds kind itself
//
// What look-ups need comes first and does not change: on a 64-bit machine it
// is one cache line, and what commits write is the next.
type varEntry struct {
	key   key
	hash  uint64
	known atomic.Bool // a commit has given the key a value, and changed shape

	kind tvar.Var[starlark.Value]
	n    tvar.Var[int64]
}

// number is the kind of a key that holds an int.
var number starlark.Value = new(numberKind)

type numberKind struct{ starlark.NoneType }

// get returns the value in at's transaction, and whether it is in n.
func (e *varEntry) get(at *attempt) (v starlark.Value, inN bool) {
	v = e.kind.Get(at.tx)
	if inN = v == number; inN {
		v = starlark.MakeInt64(e.n.Get(at.tx))
	}
	return v, inN
}

// set stores v. wasNumber says that at's transaction has found an int.
func (e *varEntry) set(at *attempt, v starlark.Value, wasNumber bool) {
	if i, ok := v.(starlark.Int); ok {
		if n, ok := i.Int64(); ok {
			if !wasNumber && !e.isNumber(at) {
				e.kind.Set(at.tx, number)
			}
			e.n.Set(at.tx, n)
			return
		}
	}
	e.kind.Set(at.tx, v)
	e.n.Set(at.tx, 0)
}

// add adds delta at commit, to the value that is there by then.
func (e *varEntry) add(at *attempt, delta int64) {
	if !within(e.n.Load(), maxSum) {
		at.g.misfit()
	}
	if !e.isNumber(at) {
		e.kind.Commute(at.tx, at.g.becomeNumber)
	}
	tvar.Add(at.tx, &e.n, delta)
}

// isNumber reports whether the key holds an int in at's transaction, which
// then depends on that, but not on the int. A glance outside of the
// transaction keeps it from reading a kind that it is about to write.
func (e *varEntry) isNumber(at *attempt) bool {
	return e.kind.Load() == number && e.kind.Get(at.tx) == number
}

// becomeNumber turns the kind of a key into that of one that was added to.
func (g *guest) becomeNumber(kind starlark.Value) starlark.Value {
	if kind != nil && kind != number {
		g.misfit()
	}
	return number
}

// misfit ends the attempt because of a deferred add that cannot be done. The
// block is run again carefully, and then meets the error where the script adds.
func (g *guest) misfit() {
	g.misfits = true // for committed, which catches this
	panic("starstm: internal error: a deferred add that cannot be done escaped from its block")
}

func (d *varDict) access(at *attempt) dictAccess {
	return &varAccess{d: d, at: at, locals: at.g.borrow()}
}
