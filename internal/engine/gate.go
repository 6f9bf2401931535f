package engine

import (
	"context"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/invariants"
)

// The serial token lets one transaction at a time run without losing: while
// its holder keeps the gate closed, no other update commits. Bodies and reads
// of others go on.
//
//	holder                         committer
//	1 take the token               1 lock the write set
//	2 close the gate               2 gate closed: unlock, wait, start over
//	3 sample the clock, run        3 draw, validate, publish, unlock
//	4 commit, open the gate
//
// A committer checks the gate after it has all its locks. So when the holder
// finds a cell unlocked after it closed the gate, nobody will publish that
// cell before the gate opens: the committers that passed the gate held their
// locks already, and those that come later let go. Hence the holder's reads
// stay valid, its extensions succeed, and its commit cannot fail.
var gate struct {
	_      line
	closed atomics.Bool
	holder atomics.Uint64 // goroutine, to catch a wait for itself
	_      line
}

// token is who may close the gate. One worker after the other takes a share of
// it, so that many short irrevocable transactions cost about what they cost on
// one worker.
var token turns

// acquireToken waits for the token and closes the gate.
func acquireToken(ctx context.Context, who *entry[activity], a *attendance) error {
	refuseSelf()
	if _, err := token.enter(ctx, who, a, 0, 0); err != nil {
		return err
	}
	gate.holder.Store(uint64(invariants.Goroutine()))
	gate.closed.Store(true)
	if watchdog.Load() != nil {
		held.begin()
	}
	return nil
}

// releaseToken opens the gate and hands the token on.
func releaseToken(a *attendance, accesses int) {
	gate.holder.Store(0)
	// Pairs with the committers' check: what the holder published comes first.
	gate.closed.Store(false)
	token.leave(a, accesses)
}

// mustBeCurrent panics if the holder of the token has lost a conflict. A cell
// may be locked for a moment by a committer that has not seen the gate yet.
func (tx *Tx) mustBeCurrent() {
	for i := range tx.reads {
		r := &tx.reads[i]
		l := r.c.word.Load()
		if e := tx.lockedHere(i, r.c); e != nil {
			l = e.old
		} else if l&lockBit != 0 {
			l = r.c.unlocked()
		}
		if l&^waitBit != r.word {
			panic("stm: internal error: the holder of the serial token lost a conflict")
		}
	}
}

func gateClosed() bool { return gate.closed.Load() }

// awaitGate waits until the gate has been open.
func awaitGate() {
	refuseSelf()
	for round := 0; gate.closed.Load(); round++ {
		if round > atomics.Sleepy {
			bark()
		}
		atomics.PauseLong(round, func() bool { return !gate.closed.Load() })
	}
}

// refuseSelf panics if this goroutine itself keeps the gate closed: it would
// wait for ever.
func refuseSelf() {
	if g := gate.holder.Load(); g != 0 && g == uint64(invariants.Goroutine()) {
		panic(misuseNested)
	}
}
