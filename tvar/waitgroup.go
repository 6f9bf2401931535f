package tvar

import (
	"context"
	"fmt"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// A WaitGroup counts what is going on, and lets others wait until nothing is.
// The zero WaitGroup is idle and ready to use. A WaitGroup must not be copied
// after its first use.
//
// It may be used again while others still wait: [WaitGroup.Await] returns if the
// count has been zero at any time since it began, [WaitGroup.Wait] if it is zero
// in the state that the transaction sees.
//
// Transactions that change the count conflict with one another; with those that
// wait only if the count leaves zero or comes back to it, which wakes them. It
// takes 64 bytes.
//
// From Go's sync.WaitGroup, which has no transactions, and no context.
type WaitGroup struct {
	count Var[int]
	turns Var[uint64] // how often count has left zero or come back: odd while it is positive
}

// Add adds n, which may be negative, to the count. It panics if the count becomes
// negative.
func (w *WaitGroup) Add(tx *stm.Tx, n int) {
	old := w.ref().count.Get(tx)
	now := old + n
	if now < 0 {
		panic(fmt.Sprintf("tvar: negative WaitGroup count: %d were going on, and %d ended", old, -n))
	}
	w.count.Set(tx, now)
	if (old > 0) != (now > 0) {
		w.turns.Set(tx, w.turns.Get(tx)+1)
	}
}

// Done takes one from the count. It panics if the count becomes negative.
func (w *WaitGroup) Done(tx *stm.Tx) { w.Add(tx, -1) }

// Wait waits until the count is zero.
func (w *WaitGroup) Wait(tx *stm.Tx) { tx.Check(w.ref().turns.Get(tx)%2 == 0) }

// Len returns the count.
func (w *WaitGroup) Len(tx *stm.Tx) int { return w.ref().count.Get(tx) }

// Increase is [WaitGroup.Add] as a transaction that does nothing else would. It
// costs about as much as [Var.Modify], except where the count leaves zero or
// comes back to it.
func (w *WaitGroup) Increase(n int) {
	if !shift(&w.ref().count, n) {
		atomically(func(tx *stm.Tx) { w.Add(tx, n) })
	}
}

// Finish is [WaitGroup.Done] as a transaction that does nothing else would. It
// costs as much as [WaitGroup.Increase].
func (w *WaitGroup) Finish() { w.Increase(-1) }

// Await waits until the count is zero, or has been since Await began, or returns
// the error of ctx.
func (w *WaitGroup) Await(ctx context.Context) error {
	began := w.ref().turns.Load()
	_, err := w.turns.Await(ctx, func(now uint64) bool { return now%2 == 0 || now != began })
	return err
}

// Size returns the count now.
func (w *WaitGroup) Size() int { return w.ref().count.Load() }

// String tells the present count, for people.
func (w *WaitGroup) String() string {
	if w == nil {
		return "<nil WaitGroup>"
	}
	return fmt.Sprintf("%d going on", w.Size())
}

func (w *WaitGroup) ref() *WaitGroup {
	if w == nil {
		panic("tvar: nil WaitGroup: use a WaitGroup value, or new(tvar.WaitGroup)")
	}
	return w
}

// shift adds n to v, without a transaction, if v is positive and stays so.
// Otherwise, or after many losses, it reports false and has done nothing.
func shift(v *Var[int], n int) bool {
	for range modifyAttempts {
		old, seen := engine.Sample(&v.cell)
		now := decode[int](old)
		if now <= 0 || now+n <= 0 {
			return false
		}
		if engine.Install(&v.cell, seen, encode(now+n, engine.Scalar)) {
			return true
		}
	}
	return false
}
