package tvar

import (
	"context"

	"github.com/weft-stm/weft/stm"
)

// A Ticket is a place in the queue of a [Semaphore], and then the permits that
// it stood there for. It is made by [Semaphore.Request] or [Semaphore.Apply] in
// one transaction, and waited for in another:
//
//	t := seats.Apply(4)
//	err := stm.Atomically(ctx, func(tx *stm.Tx) error {
//		return tx.OrElse(
//			func(tx *stm.Tx) error { t.Wait(tx); booked.Set(tx, true); return nil },
//			func(tx *stm.Tx) error { tx.After(time.Minute); t.Withdraw(tx); return errFull },
//		)
//	})
//
// So a transaction that waits for permits among other things is not overtaken.
// A Ticket that is neither waited for nor withdrawn holds up the queue, and then
// its permits, for ever.
//
// It takes 128 bytes. Waiting for it conflicts with whoever grants it its
// permits, and with nothing else.
type Ticket struct {
	of       *permits
	n, limit int
	standing Var[standing]
	prev     Var[*Ticket] // while it waits
	next     Var[*Ticket]
}

const usedUp = "tvar: Wait for a Ticket that has been withdrawn: make a new one"

// Wait waits until the ticket has its permits, which belong to the transaction
// from then on, and to the program once it commits: they are given back by
// [Semaphore.Release]. To wait again is nothing. It panics if the ticket has
// been withdrawn.
func (t *Ticket) Wait(tx *stm.Tx) {
	switch t.ref().standing.Get(tx) {
	case waiting:
		tx.Retry()
	case granted:
		t.standing.Set(tx, claimed)
	case withdrawn:
		panic(usedUp)
	}
}

// Withdraw gives up the place in the queue, so that those behind it may go on,
// or the permits if it has them already. It reports false, and does nothing, if
// the ticket has been withdrawn before. It panics after a Wait: the permits are
// given back by [Semaphore.Release] then.
func (t *Ticket) Withdraw(tx *stm.Tx) bool {
	switch t.ref().standing.Get(tx) {
	case waiting:
		t.of.quit(tx, t)
	case granted:
		if !t.of.give(tx, t.n, t.limit) {
			panic("tvar: Withdraw of a Ticket whose permits somebody else has released")
		}
	case claimed:
		panic("tvar: Withdraw of a Ticket after Wait: give the permits back by Release")
	case withdrawn:
		return false
	}
	t.standing.Set(tx, withdrawn)
	return true
}

// Await is Wait in a transaction of its own. If ctx ends before the permits are
// there the ticket is withdrawn, and the error of ctx returned.
func (t *Ticket) Await(ctx context.Context) error {
	_, err := t.ref().standing.Await(ctx, func(s standing) bool { return s != waiting })
	if err != nil && t.leave() {
		return err
	}
	if t.standing.Modify(claim) == withdrawn {
		panic(usedUp)
	}
	return nil
}

func claim(s standing) standing {
	if s == granted {
		return claimed
	}
	return s
}

// leave withdraws t if it still waits.
func (t *Ticket) leave() (left bool) {
	atomically(func(tx *stm.Tx) {
		left = t.standing.Get(tx) == waiting && t.Withdraw(tx)
	})
	return left
}

// Cancel is [Ticket.Withdraw] in a transaction of its own.
func (t *Ticket) Cancel() (done bool) {
	atomically(func(tx *stm.Tx) { done = t.Withdraw(tx) })
	return done
}

func (t *Ticket) ref() *Ticket {
	if t == nil || t.of == nil {
		panic("tvar: Ticket that no Semaphore has made: use Request or Apply")
	}
	return t
}
