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
//	held   permits in use, times two; odd while there is a queue
//	first  ⇄ ⇄ ⇄ last: the tickets that wait
//
// While somebody queues, held plus what the first wants is more than the limit.
type permits struct {
	held  Var[uint64]
	first Var[*Ticket]
	last  Var[*Ticket]
}

// queued is the bit of held that says so.
const queued = 1

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
	return held&queued == 0 && n <= limit-int(held>>1)
}

// take takes n permits in the transaction, unless somebody else has to come
// first.
func (p *permits) take(tx *stm.Tx, n, limit int) bool {
	held := p.held.Get(tx)
	if !fits(held, n, limit) {
		return false
	}
	p.held.Set(tx, held+2*uint64(n))
	return true
}

// tryTake is take without a transaction.
func (p *permits) tryTake(n, limit int) (ok bool) {
	for range modifyAttempts {
		held, seen := engine.Sample(&p.held.cell)
		if !fits(held.W, n, limit) {
			return false
		}
		if engine.Install(&p.held.cell, seen, engine.Value{W: held.W + 2*uint64(n), Kind: engine.Scalar}) {
			return true
		}
	}
	atomically(func(tx *stm.Tx) { ok = p.take(tx, n, limit) })
	return ok
}

// await takes n permits, in the order of arrival. It returns the error of ctx, and takes none, if that ends before.
func (p *permits) await(ctx context.Context, n, limit int) error {
	if err := ended(ctx); err != nil {
		return err
	}
	if p.tryTake(n, limit) {
		return nil
	}
	var t *Ticket
	atomically(func(tx *stm.Tx) { t = p.join(tx, n, limit) })
	_, err := t.standing.Await(ctx, func(s standing) bool { return s == granted })
	if err != nil && t.leave() {
		return err
	}
	return nil
}

// ended returns the error of ctx.
func ended(ctx context.Context) error {
	if ctx == nil {
		panic("stm: nil context: pass context.Background() if nothing cancels the wait")
	}
	return ctx.Err()
}

// give gives n permits back, and hands on what is free now. It reports false,
// and has done nothing, if fewer are in use.
func (p *permits) give(tx *stm.Tx, n, limit int) bool {
	held := p.held.Get(tx)
	if uint64(n) > held>>1 {
		return false
	}
	if held -= 2 * uint64(n); held&queued != 0 {
		held = p.admit(tx, held, limit)
	}
	p.held.Set(tx, held)
	return true
}

// tryGive is give without a transaction.
func (p *permits) tryGive(n, limit int) (ok bool) {
	for range modifyAttempts {
		held, seen := engine.Sample(&p.held.cell)
		if uint64(n) > held.W>>1 {
			return false
		}
		if held.W&queued != 0 {
			break
		}
		if engine.Install(&p.held.cell, seen, engine.Value{W: held.W - 2*uint64(n), Kind: engine.Scalar}) {
			return true
		}
	}
	atomically(func(tx *stm.Tx) { ok = p.give(tx, n, limit) })
	return ok
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
		held += 2 * uint64(t.n)
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
	if now := p.admit(tx, held, t.limit); now != held {
		p.held.Set(tx, now)
	}
}
