package trial

import "github.com/weft-stm/weft/internal/history"

// A knowledge is what the running attempt knows about the variables: which
// version it saw, and which it has made itself.
type knowledge struct {
	slots []slot
	epoch uint32
	undo  []written
}

type slot struct {
	epoch     uint32 // the slot is empty unless this is that of the knowledge
	seen, own history.Token
}

// A written is one write, to be forgotten with the part that made it.
type written struct {
	v, mark int // mark: of the log, after the write
	before  history.Token
}

func newKnowledge(vars int) knowledge { return knowledge{slots: make([]slot, vars)} }

// forget begins another attempt.
func (k *knowledge) forget() {
	k.epoch++
	k.undo = k.undo[:0]
}

func (k *knowledge) slot(v int) *slot {
	s := &k.slots[v]
	if s.epoch != k.epoch {
		*s = slot{epoch: k.epoch}
	}
	return s
}

// of returns the version of v that a write of the attempt replaces, or None.
func (k *knowledge) of(v int) history.Token {
	if s := k.slot(v); s.own != history.None {
		return s.own
	}
	return k.slot(v).seen
}

func (k *knowledge) saw(v int, t history.Token) {
	if s := k.slot(v); s.own == history.None {
		s.seen = t
	}
}

func (k *knowledge) wrote(v int, t history.Token, mark int) {
	s := k.slot(v)
	k.undo = append(k.undo, written{v, mark, s.own})
	s.own = t
}

// rollback forgets the writes since mark.
func (k *knowledge) rollback(mark int) {
	for n := len(k.undo) - 1; n >= 0 && k.undo[n].mark > mark; n-- {
		k.slot(k.undo[n].v).own = k.undo[n].before
		k.undo = k.undo[:n]
	}
}
