package tvar

import (
	"context"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// permits are what a Semaphore or an RWLock hands out: so many at most, in the
// order in which they were asked for.
//
// A transaction that waits has written nothing yet, so nobody can know that it
// does. Who wants a place in the queue therefore takes it in a transaction of
// its own, and waits for its ticket afterwards. The ticket at the head is given
// its permits by the transaction that makes enough of them free, so who waits
// wakes once, and who comes meanwhile finds somebody before it.
//
//	held   permits in use, times four, and two bits: mixed, queued
//	first  ⇄ ⇄ ⇄ last: the tickets that wait
//
// While somebody queues, held plus what the first wants is more than the limit.
//
// A transaction that waits for one permit all the same, outside of the queue,
// waits for a signal: it is written when one can be had, and wakes one. That
// begins when a transaction has taken permits, and costs nothing before.
type permits struct {
	held  Var[uint64]
	first Var[*Ticket]
	last  Var[*Ticket]
	one   *Var[bool] // the signal; nil if there is none
}

const (
	queued = 1 << iota // somebody does
	mixed              // the signal is written
	unit               // one permit
)

func inUse(held uint64) int { return int(held / unit) }

// A standing is what has become of a ticket.
type standing uint8

const (
	waiting   standing = iota // in the queue
	granted                   // out of it, with its permits
	claimed                   // and its owner knows
	withdrawn                 // out of it, without permits
)

// fits reports whether n more permits may be handed out, nobody waiting.
func fits(held uint64, n, limit int) bool {
	return held&queued == 0 && n <= limit-inUse(held)
}

// acquire takes n permits in the transaction, or waits.
func (p *permits) acquire(tx *stm.Tx, n, limit int) {
	if n == 1 && p.one != nil {
		p.awaitOne(tx, limit)
	}
	tx.Check(p.take(tx, n, limit))
}

// awaitOne waits for the signal alone, if it is written and the transaction has
// not changed anything here itself. See Box.await.
func (p *permits) awaitOne(tx *stm.Tx, limit int) {
	held := p.held.Peek(tx)
	if fits(held, 1, limit) || held&mixed == 0 || engine.Written(tx.Engine(), &p.held.cell) {
		return
	}
	p.one.Get(tx)
	tx.Check(fits(p.held.Peek(tx), 1, limit))
}

// take takes n permits in the transaction, unless somebody else has to come
// first.
func (p *permits) take(tx *stm.Tx, n, limit int) bool {
	held := p.held.Get(tx)
	if !fits(held, n, limit) {
		return false
	}
	if p.one != nil {
		held |= mixed
	}
	p.held.Set(tx, held+unit*uint64(n))
	return true
}

// tryTake is take without a transaction.
func (p *permits) tryTake(n, limit int) (ok bool) {
	for range modifyAttempts {
		held, seen := engine.Sample(&p.held.cell)
		if !fits(held.W, n, limit) {
			return false
		}
		if engine.Install(&p.held.cell, seen, number(held.W+unit*uint64(n))) {
			return true
		}
	}
	atomically(func(tx *stm.Tx) { ok = p.take(tx, n, limit) })
	return ok
}

func number(w uint64) engine.Value { return engine.Value{W: w, Kind: engine.Scalar} }

// await takes n permits, in the order of arrival. It returns the error of ctx, and takes none, if that ends before.
func (p *permits) await(ctx context.Context, n, limit int) error {
	if err := begun(ctx); err != nil {
		return err
	}
	if p.tryTake(n, limit) {
		return nil
	}
	var t *Ticket
	atomically(func(tx *stm.Tx) { t = p.join(tx, n, limit) })
	err := engine.AwaitStep(ctx, &t.standing.cell, func() bool { return t.standing.Load() == granted })
	if err != nil && t.leave() {
		return err
	}
	return nil
}

// give gives n permits back, and hands on what is free now. It reports false,
// and has done nothing, if fewer are in use.
func (p *permits) give(tx *stm.Tx, n, limit int) bool {
	held := p.held.Get(tx)
	if n > inUse(held) {
		return false
	}
	if n > 0 {
		p.settle(tx, held-unit*uint64(n), limit)
	}
	return true
}

// settle hands on what is free if so much is held, and tells those outside of
// the queue what is left.
func (p *permits) settle(tx *stm.Tx, held uint64, limit int) {
	if held&queued != 0 {
		held = p.admit(tx, held, limit)
	}
	p.held.Set(tx, held)
	if held&mixed != 0 && fits(held, 1, limit) {
		p.one.Set(tx, true)
	}
}

// tryGive is give without a transaction.
func (p *permits) tryGive(n, limit int) (ok bool) {
	for range modifyAttempts {
		old, seen := engine.Sample(&p.held.cell)
		if n > inUse(old.W) {
			return false
		}
		if old.W&queued != 0 {
			break
		}
		if p.replace(seen, old.W-unit*uint64(n)) {
			return true
		}
	}
	atomically(func(tx *stm.Tx) { ok = p.give(tx, n, limit) })
	return ok
}

// replace makes held what it is told, if it is still what was seen, and writes
// the signal if that is in use.
func (p *permits) replace(seen, held uint64) bool {
	if held&mixed == 0 {
		return engine.Install(&p.held.cell, seen, number(held))
	}
	_, last := engine.Sample(&p.one.cell)
	return engine.InstallBoth(
		engine.Change{Cell: &p.held.cell, Seen: seen, Val: number(held)},
		engine.Change{Cell: &p.one.cell, Seen: last, Val: number(1)},
	)
}

// join returns a ticket for n permits: one that has them if nobody waits and
// they are free, and else the last in the queue.
func (p *permits) join(tx *stm.Tx, n, limit int) *Ticket {
	t := fresh[Ticket]()
	t.of, t.n, t.limit = p, n, limit
	if p.take(tx, n, limit) {
		t.standing.Set(tx, granted)
		return t
	}
	p.held.Set(tx, p.held.Get(tx)|queued)
	if last := p.last.Get(tx); last != nil {
		t.prev.Set(tx, last)
		last.next.Set(tx, t)
	} else {
		p.first.Set(tx, t)
	}
	p.last.Set(tx, t)
	return t
}

// admit gives those at the head of the queue their permits, as many as can have
// them, and returns what is held then.
func (p *permits) admit(tx *stm.Tx, held uint64, limit int) uint64 {
	for {
		t := p.first.Get(tx)
		if t == nil {
			return held &^ queued
		}
		if !fits(held&^queued, t.n, limit) {
			return held
		}
		p.unlink(tx, t)
		t.standing.Set(tx, granted)
		held += unit * uint64(t.n)
	}
}

// unlink takes t out of the queue.
func (p *permits) unlink(tx *stm.Tx, t *Ticket) {
	prev, next := t.prev.Get(tx), t.next.Get(tx)
	if prev != nil {
		prev.next.Set(tx, next)
		t.prev.Set(tx, nil)
	} else {
		p.first.Set(tx, next)
	}
	if next != nil {
		next.prev.Set(tx, prev)
		t.next.Set(tx, nil)
	} else {
		p.last.Set(tx, prev)
	}
}

// quit takes t out of the queue, and lets those behind it go on who can.
func (p *permits) quit(tx *stm.Tx, t *Ticket) {
	p.unlink(tx, t)
	held := p.held.Get(tx)
	if first := p.first.Get(tx); first == nil || fits(held&^queued, first.n, t.limit) {
		p.settle(tx, held, t.limit)
	}
}
