package tvar

import (
	"context"
	"fmt"

	"github.com/weft-stm/weft/stm"
)

// A Latch is shut until so many events have happened, and open from then on.
// The zero Latch is open; one that is shut is made by [NewLatch]. A Latch must
// not be copied after its first use.
//
// Transactions that wait for it conflict with the last event only, which wakes
// all of them; events conflict with one another. It takes 64 bytes.
//
// A [WaitGroup] counts up, too.
type Latch struct {
	left Var[int]
	shut Var[bool] // left > 0; for who waits, and need not wake for every event
}

// NewLatch returns a Latch that opens after n events. It panics if n is
// negative.
func NewLatch(n int) *Latch {
	if n < 0 {
		panic(fmt.Sprintf("tvar: negative count %d given to NewLatch", n))
	}
	l := fresh[Latch]()
	l.left.Store(n)
	l.shut.Store(n > 0)
	return l
}

// Done counts one event. It panics if the Latch is open.
func (l *Latch) Done(tx *stm.Tx) {
	switch n := l.ref().left.Get(tx); n {
	case 0:
		panic("tvar: Done for a Latch that is open: more events than NewLatch was told")
	case 1:
		l.shut.Set(tx, false)
		fallthrough
	default:
		l.left.Set(tx, n-1)
	}
}

// Wait waits until the Latch is open.
func (l *Latch) Wait(tx *stm.Tx) { tx.Check(!l.ref().shut.Get(tx)) }

// Len returns the number of events that are missing.
func (l *Latch) Len(tx *stm.Tx) int { return l.ref().left.Get(tx) }

// Finish is [Latch.Done] as a transaction that does nothing else would.
func (l *Latch) Finish() {
	if !shift(&l.ref().left, -1) {
		atomically(l.Done)
	}
}

// Await waits until the Latch is open, or returns the error of ctx.
func (l *Latch) Await(ctx context.Context) error {
	_, err := l.ref().shut.Await(ctx, func(shut bool) bool { return !shut })
	return err
}

// Size returns the number of events that are missing now.
func (l *Latch) Size() int { return l.ref().left.Load() }

// String tells what is missing now, for people.
func (l *Latch) String() string {
	if l == nil {
		return "<nil Latch>"
	}
	if n := l.Size(); n > 0 {
		return fmt.Sprintf("shut for %d more", n)
	}
	return "open"
}

func (l *Latch) ref() *Latch {
	if l == nil {
		panic("tvar: nil Latch: make it with tvar.NewLatch")
	}
	return l
}
