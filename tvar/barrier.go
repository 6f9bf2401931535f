package tvar

import (
	"context"
	"fmt"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// A Barrier is a place where so many meet before any of them goes on, again and
// again. Each time is a phase, the first of which is number 0.
//
// To arrive and to go on are two transactions: nobody can see that a transaction
// has arrived before it commits. So inside of transactions [Barrier.Arrive] tells
// the phase that another one waits for, and whoever changes its mind in between
// withdraws. By itself it is one call, [Barrier.Meet].
//
// Arrivals conflict with one another, and those who wait with the last arrival
// only, which wakes all of them. A Barrier is made by [NewBarrier]. It takes 72
// bytes.
type Barrier struct {
	parties int
	here    Var[int] // 0 to parties-1, in this phase
	phase   Var[uint64]
}

// NewBarrier returns a Barrier for so many. It panics if that is not positive.
func NewBarrier(parties int) *Barrier {
	if parties <= 0 {
		panic(fmt.Sprintf("tvar: NewBarrier for %d: it takes at least one", parties))
	}
	b := fresh[Barrier]()
	b.parties = parties
	return b
}

// Arrive counts one arrival, and returns the phase that it belongs to. The last
// of a phase ends it.
func (b *Barrier) Arrive(tx *stm.Tx) (phase uint64, last bool) {
	phase = b.ref().phase.Get(tx)
	here := b.here.Get(tx) + 1
	if here == b.parties {
		b.here.Set(tx, 0)
		b.phase.Set(tx, phase+1)
		return phase, true
	}
	b.here.Set(tx, here)
	return phase, false
}

// Wait waits until phase has ended. It panics if phase has not begun.
func (b *Barrier) Wait(tx *stm.Tx, phase uint64) {
	now := b.ref().phase.Get(tx)
	b.check("Wait", phase, now)
	tx.Check(now > phase)
}

// Withdraw takes back an arrival in phase. It reports false, and does nothing,
// if that phase has ended. It panics if nobody has arrived, or phase has not
// begun.
func (b *Barrier) Withdraw(tx *stm.Tx, phase uint64) bool {
	now := b.ref().phase.Get(tx)
	b.check("Withdraw", phase, now)
	if now > phase {
		return false
	}
	here := b.here.Get(tx)
	if here == 0 {
		panic(fmt.Sprintf("tvar: Withdraw from phase %d of a Barrier, where nobody has arrived", phase))
	}
	b.here.Set(tx, here-1)
	return true
}

// Len returns the number of those who have arrived in this phase.
func (b *Barrier) Len(tx *stm.Tx) int { return b.ref().here.Get(tx) }

// Meet arrives, and waits until the phase has ended; last is true for the one
// who ended it. If ctx ends first the arrival is withdrawn and the error of ctx
// returned; the others wait for somebody else then.
func (b *Barrier) Meet(ctx context.Context) (last bool, err error) {
	if err := begun(ctx); err != nil {
		return false, err
	}
	phase, last := b.Join()
	if last {
		return true, nil
	}
	err = engine.AwaitStep(ctx, &b.phase.cell, func() bool { return b.phase.Load() > phase })
	if err != nil && b.Cancel(phase) {
		return false, err
	}
	return false, nil
}

// Join is [Barrier.Arrive] in a transaction of its own.
func (b *Barrier) Join() (phase uint64, last bool) {
	atomically(func(tx *stm.Tx) { phase, last = b.Arrive(tx) })
	return phase, last
}

// Await waits until phase has ended, or returns the error of ctx; then the
// arrival stays. It panics if phase has not begun.
func (b *Barrier) Await(ctx context.Context, phase uint64) error {
	b.check("Await", phase, b.ref().phase.Load())
	_, err := b.phase.Await(ctx, func(now uint64) bool { return now > phase })
	return err
}

// Cancel is [Barrier.Withdraw] in a transaction of its own.
func (b *Barrier) Cancel(phase uint64) (withdrawn bool) {
	atomically(func(tx *stm.Tx) { withdrawn = b.Withdraw(tx, phase) })
	return withdrawn
}

// Size returns the number of those who have arrived in this phase, now.
func (b *Barrier) Size() int { return b.ref().here.Load() }

// String tells how many have arrived now, for people.
func (b *Barrier) String() string {
	if b == nil {
		return "<nil Barrier>"
	}
	return fmt.Sprintf("%d of %d here", b.Size(), b.parties)
}

func (b *Barrier) check(call string, phase, now uint64) {
	if phase > now {
		panic(fmt.Sprintf("tvar: %s for phase %d of a Barrier in phase %d: use the one that Arrive or Join returned", call, phase, now))
	}
}

func (b *Barrier) ref() *Barrier {
	if b == nil || b.parties == 0 {
		panic("tvar: Barrier that nobody has made: use tvar.NewBarrier")
	}
	return b
}
