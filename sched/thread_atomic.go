package sched

import (
	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// EnterAtomic begins an atomic region: until the LeaveAtomic that belongs to
// it, no other thread sees what t does or changes what t sees, however long it
// takes. Regions may be nested; the outermost counts.
//
// The transaction that is under way goes on in the region, and after it. A
// region keeps a part of the log, so that it can be undone: each slot that was
// written before and again inside costs one more entry.
//
// It returns Proceed, unless the region has come to [Thread.Retry] and is to be
// begun again: what was done before it is committed then, and if that is lost it
// returns Again, and the guest then comes here once more; or Ended.
func (t *Thread) EnterAtomic() Status {
	t.mustBeInside()
	if len(t.regions) > 0 {
		t.pushRegion()
		return Proceed
	}
	split := t.split && !engine.Direct(&t.e)
	if t.split = false; split {
		if s := t.commitBefore(); s != Proceed {
			t.split = s == Again
			return s
		}
	}
	t.ahead = t.hasEffects()
	t.pushRegion()
	if split || engine.Direct(&t.e) {
		t.account()
		t.checkpoint(true)
	}
	return Proceed
}

// commitBefore ends the transaction before a region begins.
func (t *Thread) commitBefore() Status {
	t.account()
	return t.cycle(t.site)
}

// hasEffects reports whether the transaction has done what others will see.
func (t *Thread) hasEffects() bool {
	if engine.Direct(&t.e) {
		return false
	}
	_, writes := engine.Accesses(&t.e)
	return writes > 0 || len(t.elided) > 0 || len(t.pending) > 0 || engine.HasHooks(&t.e)
}

// LeaveAtomic ends the innermost atomic region.
func (t *Thread) LeaveAtomic() {
	engine.KeepPart(&t.e, t.popRegion().part)
	if len(t.regions) == 0 {
		t.regionLeft()
	}
}

// UndoAtomic undoes what the innermost atomic region has done to objects, and
// ends it, as if it had only been looked at. Guest state is not restored: an
// exception that leaves the region goes on from where it is. OnRollback
// functions of the region run.
func (t *Thread) UndoAtomic() {
	t.undoRegions(len(t.regions) - 1)
	if len(t.regions) == 0 {
		t.regionLeft()
	}
}

// InAtomic reports whether t is inside an atomic region.
func (t *Thread) InAtomic() bool { return len(t.regions) > 0 }

func (t *Thread) pushRegion() {
	t.hold()
	t.regions = append(t.regions, region{engine.OpenPart(&t.e), len(t.pending)})
}

func (t *Thread) popRegion() region {
	n := len(t.regions) - 1
	if n < 0 {
		panic("sched: end of an atomic region that has not begun")
	}
	r := t.regions[n]
	t.regions = t.regions[:n]
	return r
}

// undoRegions undoes the innermost regions until there are n.
func (t *Thread) undoRegions(n int) {
	if n < 0 {
		panic("sched: end of an atomic region that has not begun")
	}
	for len(t.regions) > n {
		r := t.popRegion()
		engine.UndoPart(&t.e, r.part)
		clear(t.pending[r.pending:])
		t.pending = t.pending[:r.pending]
		t.dropElided()
	}
}

// regionLeft makes up for what the region has put off.
func (t *Thread) regionLeft() {
	t.account()
	if engine.Direct(&t.e) {
		t.m.sleepers.wake()
	}
	if t.settled() {
		t.runPending()
	}
	t.arm()
}

// EnterSingle begins an atomic region that is a transaction of its own: what
// was done before is committed first. It must not be inside another region:
// the error is [ErrInAtomic] then.
//
// It returns Again if the transaction before is lost, and the guest then comes
// here once more.
func (t *Thread) EnterSingle() (Status, error) {
	t.mustBeInside()
	if len(t.regions) > 0 {
		return Proceed, ErrInAtomic
	}
	if !engine.Direct(&t.e) {
		if s := t.commitBefore(); s != Proceed {
			return s, nil
		}
	}
	t.account()
	t.ahead = false
	t.pushRegion()
	t.checkpoint(true)
	return Proceed, nil
}

// LeaveSingle ends the region that EnterSingle began, and commits it. It
// returns Again if it is lost; the guest is then back inside the region.
func (t *Thread) LeaveSingle() Status {
	t.LeaveAtomic()
	if engine.Direct(&t.e) {
		return Proceed
	}
	t.account()
	return t.cycle(t.site)
}

// Retry gives up the atomic region, waits until something has changed, and goes
// back to the checkpoint: the region waits for a condition. In STM it waits for
// a change of what the transaction has read, otherwise until another thread has
// had a turn. The error is [ErrNotInAtomic] outside of a region, and
// [stm.ErrIrrevocableRetry] if the transaction cannot be undone any more.
//
// What the transaction has done before the region is committed first: others may
// have to see it before they make the condition true. The guest goes back to the
// checkpoint for that, and comes here again if the condition does not hold.
//
// It returns Again, or Ended if t is doomed, or could wait for nothing: see
// [stm.Tx.Retry].
func (t *Thread) Retry() (Status, error) {
	t.mustBeInside()
	if len(t.regions) == 0 {
		return Proceed, ErrNotInAtomic
	}
	t.account()
	switch {
	case engine.Direct(&t.e):
		return t.retryDirect(), nil
	case engine.IsCertain(&t.e):
		return Proceed, stm.ErrIrrevocableRetry
	case t.ahead:
		t.split = true
	default:
		engine.RetryLater(&t.e)
	}
	return t.rollback(notLost), nil
}

// retryDirect undoes the region and lets others have a turn.
func (t *Thread) retryDirect() Status {
	t.undoRegions(0)
	err := t.sleep()
	if err == nil {
		err = t.acquire()
	}
	if err != nil {
		return t.undone(err)
	}
	t.again()
	return Again
}
