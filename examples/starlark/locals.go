package starstm

import "go.starlark.net/starlark"

// locals are an attempt's own copies of entries. They gather what the attempt
// does to an entry, which so costs the engine two or three operations however
// often a loop uses it.
//
// A hash table leads to them. A slot counts only if it bears the round of this
// attempt, so the table need not be cleared between attempts, most of which
// use few of the slots that one has needed.
type locals struct {
	used  []local // in the order of first use
	slots []localSlot
	round uint32
}

// A local is an attempt's copy of an entry. The first read fetches the value,
// and flush stores it or adds what was added.
type local struct {
	e      *varEntry
	v      starlark.Value // if known; nil: absent
	delta  int64          // if adds
	known  bool           // v is the value of the key
	number bool           // the transaction has found an int
	dirty  bool           // v is to be stored
	adds   bool           // delta is to be added; excludes known
}

type localSlot struct {
	hash  uint64 // of the key
	round uint32
	i     uint32 // in used
}

const (
	minLocals = 16 // slots

	// maxLocals is the number of copies from where on the memory of an
	// attempt is not worth keeping for the next.
	maxLocals = 1 << 13
)

// of returns the local of k, an entry of x. It is valid until the next call.
func (l *locals) of(x *index, k *key) *local {
	h := k.hash()
	if y := l.find(k, h); y != nil {
		return y
	}
	if 2*len(l.used) >= len(l.slots) {
		l.grow()
	}
	*l.free(h) = localSlot{h, l.round, uint32(len(l.used))}
	l.used = append(l.used, local{e: x.entry(k, h)})
	return &l.used[len(l.used)-1]
}

// find returns the local of k, whose hash is h, or nil.
func (l *locals) find(k *key, h uint64) *local {
	if len(l.slots) == 0 {
		return nil
	}
	mask := uint64(len(l.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		s := &l.slots[i]
		if s.round != l.round {
			return nil
		}
		if s.hash == h {
			if x := &l.used[s.i]; x.e.key.equal(k) {
				return x
			}
		}
	}
}

// free returns the slot for a key with hash h that has none.
func (l *locals) free(h uint64) *localSlot {
	mask := uint64(len(l.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		if s := &l.slots[i]; s.round != l.round {
			return s
		}
	}
}

func (l *locals) grow() {
	l.slots = make([]localSlot, max(minLocals, 2*len(l.slots)))
	l.round = 1
	for i := range l.used {
		h := l.used[i].e.hash
		*l.free(h) = localSlot{h, l.round, uint32(i)}
	}
}

// forget empties l. No value stays alive by it.
func (l *locals) forget() {
	clear(l.used)
	l.used = l.used[:0]
	if l.round++; l.round == 0 { // slots of a former turn would count again
		clear(l.slots)
		l.round = 1
	}
}

// borrow returns empty locals for an attempt.
func (g *guest) borrow() *locals {
	if n := len(g.spare); n > 0 {
		l := g.spare[n-1]
		g.spare = g.spare[:n-1]
		return l
	}
	return new(locals)
}

// giveBack empties l for another attempt.
func (g *guest) giveBack(l *locals) {
	if len(l.used) > maxLocals {
		return
	}
	l.forget()
	g.spare = append(g.spare, l)
}
