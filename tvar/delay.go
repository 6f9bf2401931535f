package tvar

import (
	"context"
	"time"

	"github.com/weft-stm/weft/stm"
)

// A Delay is a point in time that transactions wait for, and that others move:
// an alarm clock, or a time-out that starts anew with each sign of life. The
// zero Delay is stopped and ready to use. A Delay must not be copied after its
// first use.
//
// For a wait of the transaction's own, stm.After is simpler; what is due in a
// Delay outlives the transaction that has set it, and is the same for all.
//
// No timer runs for a Delay: whoever waits for it has one, as with stm.Until,
// until its transaction ends. So there is nothing to stop or to leak. Time is
// that of the machine's monotonic clock, or of a testing/synctest bubble.
//
// Transactions that wait conflict with those that set or stop it, and wake when
// one of them commits. It takes 32 bytes, and 24 while it is set.
//
// From Haskell's stm-delay package.
type Delay struct {
	at Var[time.Time] // zero while stopped
}

// NewDelay returns a Delay that is due once d has passed.
func NewDelay(d time.Duration) *Delay {
	x := fresh[Delay]()
	x.Store(d)
	return x
}

// Set makes the Delay due once d has passed from now on, whatever it was before.
// It does not depend on that, as [Var.Set] does not, and costs one allocation.
func (x *Delay) Set(tx *stm.Tx, d time.Duration) { x.ref().Set(tx, time.Now().Add(d)) }

// Stop makes the Delay never due.
func (x *Delay) Stop(tx *stm.Tx) { x.ref().Set(tx, time.Time{}) }

// Wait waits until the Delay is due. If that changes meanwhile the new time
// counts.
func (x *Delay) Wait(tx *stm.Tx) {
	at, running := x.Get(tx)
	tx.Check(running)
	tx.Until(at)
}

// Get returns when the Delay is due, or was; running is false if it is stopped.
func (x *Delay) Get(tx *stm.Tx) (at time.Time, running bool) {
	at = x.ref().Get(tx)
	return at, !at.IsZero()
}

// Store is [Delay.Set] as a transaction that does nothing else would.
func (x *Delay) Store(d time.Duration) { x.ref().Store(time.Now().Add(d)) }

// Cancel is [Delay.Stop] as a transaction that does nothing else would.
func (x *Delay) Cancel() { x.ref().Store(time.Time{}) }

// Await is [Delay.Wait] in a transaction of its own. If ctx ends first its error
// is returned.
func (x *Delay) Await(ctx context.Context) error {
	return stm.Atomically(ctx, func(tx *stm.Tx) error {
		x.Wait(tx)
		return nil
	})
}

// Load is [Delay.Get] at this instant.
func (x *Delay) Load() (at time.Time, running bool) {
	at = x.ref().Load()
	return at, !at.IsZero()
}

// String tells when the Delay is due, for people.
func (x *Delay) String() string {
	if x == nil {
		return "<nil Delay>"
	}
	if at, running := x.Load(); running {
		return "due " + at.Format(time.StampMilli)
	}
	return "stopped"
}

func (x *Delay) ref() *Var[time.Time] {
	if x == nil {
		panic("tvar: nil Delay: make it with tvar.NewDelay")
	}
	return &x.at
}
