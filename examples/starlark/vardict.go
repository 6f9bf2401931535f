package starstm

import (
	"sync"
	"sync/atomic"

	"github.com/weft-stm/weft/tvar"
	"go.starlark.net/starlark"
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
	index sync.Map // key.id → *varEntry; grows only

	mu  sync.Mutex // held to create entries
	log []*varEntry

	shape tvar.Var[uint64] // counts commits that may have given a key its first value
}

// A varEntry stands for a key. An int of 64 bits is kept apart from other
// values, because numbers can be added to in place:
//
//	kind     n            the key
//	nil      0            is absent
//	number   the value    holds an int
//	other    0            holds kind itself
type varEntry struct {
	key   starlark.Value
	kind  tvar.Var[starlark.Value]
	n     tvar.Var[int64]
	known atomic.Bool // a commit has given the key a value, and changed shape
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

// set stores v. hint is what a former transaction saw, or this one.
func (e *varEntry) set(at *attempt, v starlark.Value, hint *bool) {
	if i, ok := v.(starlark.Int); ok {
		if n, ok := i.Int64(); ok {
			if !e.isNumber(at, hint) {
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
func (e *varEntry) add(at *attempt, delta int64, hint *bool) {
	if !e.isNumber(at, hint) {
		e.kind.Commute(at.tx, at.g.becomeNumber)
	}
	tvar.Add(at.tx, &e.n, delta)
}

// isNumber reports whether the key holds an int in at's transaction, which
// then depends on that and on nothing else: neither on the number nor, if the
// key holds something else, on what. The hint, or else a glance outside of the
// transaction, keeps it from reading a kind that it is about to write.
func (e *varEntry) isNumber(at *attempt, hint *bool) bool {
	if !*hint && e.kind.Load() != number {
		return false
	}
	*hint = e.kind.Get(at.tx) == number
	return *hint
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

// entry returns the entry of k.
func (d *varDict) entry(k key) *varEntry {
	if e, ok := d.index.Load(k.id()); ok {
		return e.(*varEntry)
	}
	return d.create(k)
}

func (d *varDict) create(k key) *varEntry {
	d.mu.Lock()
	defer d.mu.Unlock()
	if e, ok := d.index.Load(k.id()); ok {
		return e.(*varEntry)
	}
	e := &varEntry{key: k.value}
	d.log = append(d.log, e) // before the index: nobody can commit to an entry that scans miss
	d.index.Store(k.id(), e)
	return e
}

// entries returns the entries so far. The log only grows, so what is returned
// does not change.
func (d *varDict) entries() []*varEntry {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.log
}

func (d *varDict) access(at *attempt) dictAccess {
	return &varAccess{d: d, at: at, locals: at.g.localsOf(d)}
}
