package sched

import (
	"context"
	"errors"

	"github.com/weft-stm/weft/internal/engine"
)

// ErrStepLimit dooms a thread that has executed as many instructions as
// [Thread.LimitSteps] permits.
var ErrStepLimit = errors.New("sched: the thread has executed as many instructions as it may")

// Doom ends t from outside, because of err, which must not be nil: soon it finds
// itself Ended, wherever it is and whatever it waits for. Atomic regions that it
// is in are undone, what it did before them is kept. The first call counts.
//
// A native function that blocks is to watch [Thread.Context].
func (t *Thread) Doom(err error) {
	if err == nil {
		panic("sched: Doom needs an error: it is what the thread ends with")
	}
	if t.doom.CompareAndSwap(nil, &err) {
		t.cancel(err)
	}
}

// Err returns why t has ended, or nil: what was given to [Thread.Doom], the cause
// of the end of the context, [ErrStepLimit], or the reason for which a
// [Thread.Retry] could not wait.
func (t *Thread) Err() error { return t.err }

// Pardon makes t usable again after it has ended, for a guest that can catch
// what ended it: [Thread.Enter] is to follow. It returns the cause. It does not
// help a thread whose own context has ended, or that has been closed.
func (t *Thread) Pardon() error {
	err := t.err
	if t.inside || err == nil || t.closed {
		return err
	}
	if t.parent.Err() == nil {
		t.err = nil
		t.cancel(nil)
		t.renew()
		t.doom.Store(nil)
	}
	return err
}

// mustEnd reports whether t is doomed, and sets err.
func (t *Thread) mustEnd() bool {
	if t.err != nil {
		return true
	}
	switch p := t.doom.Load(); {
	case p != nil:
		t.err = *p
	case t.limit > 0 && t.steps+t.used >= t.limit:
		t.err = ErrStepLimit
	case t.ctx.Err() != nil:
		t.err = context.Cause(t.ctx)
	}
	return t.err != nil
}

// end takes a doomed thread outside. Its regions are undone. What it did before
// is committed; if that is lost, it is undone too, and the guest restored.
func (t *Thread) end() Status {
	defer t.goOut()
	if !t.inside {
		return Ended
	}
	t.publish()
	if engine.Direct(&t.e) {
		t.undoRegions(0)
		t.release()
		return Ended
	}
	if !engine.Lost(&t.e) {
		t.undoRegions(0)
		if t.commit() == Proceed {
			return Ended
		}
	}
	if t.inside {
		t.abandon()
		return t.undone(t.err)
	}
	return Ended
}

// fail makes err the reason for which t ends, unless there is another.
func (t *Thread) fail(err error) Status {
	t.goOut()
	if !t.mustEnd() {
		t.err = err
	}
	return Ended
}
