package tvar

import (
	"context"
	"fmt"
	"time"

	"github.com/weft-stm/weft/stm"
)

// A Ticker ticks at regular times, for transactions that wait for them. Each
// tick is for one transaction; one that comes late finds the latest tick, and
// those before it are dropped. The zero Ticker is stopped and ready to use. A
// Ticker must not be copied after its first use.
//
// As for a [Delay], no timer runs but those of the transactions that wait, so
// there is nothing to stop or to leak, and time is that of the machine's
// monotonic clock, or of a testing/synctest bubble.
//
// Transactions that wait conflict with one another over each tick: all of them
// wake, one gets it. It takes 32 bytes, and 32 while it runs; a tick costs one
// allocation.
type Ticker struct {
	beat Var[beat]
}

// A beat is when the next tick is due. The zero beat is that of a Ticker that
// is stopped.
type beat struct {
	next  time.Time
	every time.Duration
}

// NewTicker returns a Ticker that ticks every d, from now on. It panics if d is
// not positive.
func NewTicker(d time.Duration) *Ticker {
	t := fresh[Ticker]()
	t.Store(d)
	return t
}

// Wait waits for a tick, takes it and returns its time. If the Ticker is set or
// stopped meanwhile the new times count.
func (t *Ticker) Wait(tx *stm.Tx) time.Time {
	b := t.ref().Get(tx)
	tx.Check(b.every > 0)
	tx.Until(b.next)
	latest := b.next.Add(time.Since(b.next).Truncate(b.every))
	t.beat.Set(tx, beat{latest.Add(b.every), b.every})
	return latest
}

// Set makes the Ticker tick every d, from now on. It panics if d is not
// positive.
func (t *Ticker) Set(tx *stm.Tx, d time.Duration) { t.ref().Set(tx, from("Set", d)) }

// Stop makes the Ticker tick no more.
func (t *Ticker) Stop(tx *stm.Tx) { t.ref().Set(tx, beat{}) }

// Await is [Ticker.Wait] in a transaction of its own. If ctx ends first its
// error is returned, and no tick is taken.
func (t *Ticker) Await(ctx context.Context) (time.Time, error) {
	return stm.Do(ctx, func(tx *stm.Tx) (time.Time, error) { return t.Wait(tx), nil })
}

// Store is [Ticker.Set] as a transaction that does nothing else would.
func (t *Ticker) Store(d time.Duration) { t.ref().Store(from("Store", d)) }

// Cancel is [Ticker.Stop] as a transaction that does nothing else would.
func (t *Ticker) Cancel() { t.ref().Store(beat{}) }

// String tells how often the Ticker ticks now, for people.
func (t *Ticker) String() string {
	if t == nil {
		return "<nil Ticker>"
	}
	if b := t.beat.Load(); b.every > 0 {
		return fmt.Sprintf("every %v", b.every)
	}
	return "stopped"
}

// from is the beat of a Ticker that begins now.
func from(call string, d time.Duration) beat {
	if d <= 0 {
		panic(fmt.Sprintf("tvar: %s of a Ticker to %v: the time between two ticks must be positive", call, d))
	}
	return beat{time.Now().Add(d), d}
}

func (t *Ticker) ref() *Var[beat] {
	if t == nil {
		panic("tvar: nil Ticker: make it with tvar.NewTicker")
	}
	return &t.beat
}
