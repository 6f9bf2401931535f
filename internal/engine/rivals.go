package engine

import "github.com/weft-stm/weft/internal/atomics"

// Those who collide on a variable again and again take turns on it: an attempt
// of theirs runs while the others wait, not in vain beside them. The turns are
// advice. Nothing relies on them; a transaction that has never lost on the
// variable goes ahead without, and who waits too long does so too. The idea is
// that of CAR-STM (Dolev, Hendler, Suissa 2008) and of staggered transactions
// (Xiang, Scott 2015).
var rivals [64]turns

// everywhere is the queue of those who had a turn on a variable and lost on
// another: their rivals collide with them in many places and queue elsewhere.
// They gather here, which is milder than the token, under which all must wait.
const everywhere = 0

// rivalsPatience is how many polls a transaction waits for its turn. The holder
// could be waiting for this very goroutine in its body.
const rivalsPatience = 4 * busyPolls

func rivalsOn(c *Cell) *turns {
	if atomics.Exploring {
		return &rivals[1] // an address must not decide
	}
	h := c.address() >> 5 * 0x9e3779b1
	return &rivals[1+h>>16%uintptr(len(rivals)-1)]
}

// A heat is what a descriptor remembers of the variable that it collides on.
type heat struct {
	addr  uintptr // of the variable; nothing is kept alive by it. 0: many of them
	on    *turns  // its queue, nil when there is no such variable
	quiet int     // turns in a row that nobody else waited for
	held  bool    // the turn
	had   bool    // the turn, in the attempt that was lost last, and used the variable
	attendance
}

// cooled is how many such turns show that the collisions are over.
const cooled = 16

// queueUp takes a turn on the variable that the last conflict was lost on, or
// on that of a transaction before.
func (tx *Tx) queueUp(rank uint64) error {
	h := &tx.heat
	switch c := tx.report.lost; {
	case c == nil || c.address() == h.addr || h.on == &rivals[everywhere]:
	case h.had:
		h.addr, h.on = 0, &rivals[everywhere]
	default:
		h.addr, h.on = c.address(), rivalsOn(c)
	}
	if h.on == nil {
		return nil
	}
	var err error
	h.held, err = h.on.enter(tx.plan.Ctx, tx.activity, &h.attendance, rank, rivalsPatience)
	return err
}

// leaveRivals ends the turn, if there is one. It is called before the logs of
// the attempt are cleared.
func (tx *Tx) leaveRivals() {
	h := &tx.heat
	h.had = false
	if !h.held {
		return
	}
	h.held = false
	on := h.on
	if on.waiting.Load() > 0 {
		h.quiet = 0
	} else {
		h.quiet++
	}
	if h.quiet > cooled || h.addr != 0 && !tx.touched(h.addr) {
		h.addr, h.on, h.quiet = 0, nil, 0
	} else {
		h.had = true
	}
	on.leave(&h.attendance, tx.accesses())
}

func (tx *Tx) accesses() int { return len(tx.reads) + len(tx.writes) }

// touched reports whether the attempt read or wrote the variable at addr.
func (tx *Tx) touched(addr uintptr) bool {
	for i := range tx.writes {
		if tx.writes[i].c.address() == addr {
			return true
		}
	}
	for i := range tx.reads {
		if tx.reads[i].c.address() == addr {
			return true
		}
	}
	return false
}
