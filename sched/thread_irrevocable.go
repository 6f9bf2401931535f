package sched

import (
	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/engine"
)

// Irrevocable makes the rest of the transaction safe for effects that cannot be
// undone, because of what why says, such as the name of a native function: see
// [stm.Tx.Irrevocable]. Natives that were put off so far run first. The
// transaction ends at the next opportunity.
//
// It returns Again if the transaction is lost, and Ended if t is doomed.
func (t *Thread) Irrevocable(why string) Status {
	t.mustBeInside()
	t.account()
	if t.mustEnd() {
		return t.end()
	}
	if engine.Direct(&t.e) {
		t.runPending()
		return Proceed
	}
	if !engine.IsCertain(&t.e) {
		if !engine.Certain(&t.e, why) {
			return t.rollback(AtCommit)
		}
		t.counts.Irrevocables++
	}
	t.due = true
	t.arm()
	t.m.effects.await(t.m.effects.last())
	t.runPending()
	return Proceed
}

// Validate reports whether the transaction can still commit, and takes note of
// what has been committed meanwhile: for loops in native functions, which would
// otherwise run on in vain. Like an operation of package heap, it is followed by
// Rollback if it reports false.
func (t *Thread) Validate() (ok bool) {
	t.mustBeInside()
	return engine.Direct(&t.e) || engine.Validate(&t.e)
}

// OnCommit runs f after the transaction has committed, in the goroutine of t,
// first registered first; in the modes with a lock, after the outermost atomic
// region, or at once if there is none. f is outside of transactions, and must
// not use t.
func (t *Thread) OnCommit(f func()) {
	t.mustBeInside()
	engine.Whenever(&t.e, f)
}

// OnRollback runs f if the transaction, or the atomic region in which it was
// registered, is undone: once, last registered first. f must not use t.
func (t *Thread) OnRollback(f func()) {
	t.mustBeInside()
	engine.IfUndone(&t.e, f)
}

// idBlock is how many numbers a thread takes at a time.
const idBlock = 1024

// NewID returns a number that no other thread of the Machine gets, and that t
// has not had. It conflicts with nothing. Numbers of one thread ascend.
func (t *Thread) NewID() uint64 {
	if t.unit == t.lastUnit {
		t.lastUnit = t.m.lastUnit.Add(idBlock)
		t.unit = t.lastUnit - idBlock
	}
	t.unit++
	return t.unit
}

// Now returns the time in nanoseconds since 1970, without becoming irrevocable.
// For one thread it never goes back; it is out of order among transactions.
func (t *Thread) Now() int64 {
	t.lastTime = max(t.lastTime, atomics.Nanotime())
	return t.lastTime
}
