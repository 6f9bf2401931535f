package sched

import (
	"errors"

	"github.com/weft-stm/weft/internal/engine"
)

// unwind is what Must panics with. It is allocated once.
var unwind = &struct{ error }{errors.New("sched: a Status was thrown outside of Thread.Catch")}

// Must goes on if s is Proceed, and otherwise leaves the function by a panic that
// [Thread.Catch] stops: for functions of the interpreter from which it is far
// to the dispatch loop.
func (t *Thread) Must(s Status) {
	if s != Proceed {
		t.unwound = true
		panic(unwind)
	}
}

// Catch runs f, and reports what the dispatch loop is to do: Again or Ended if f
// was left by [Thread.Must], or by an operation of package heap because the
// attempt is lost, which has then been rolled back. Other panics pass through.
//
// f may have been left anywhere; deferred calls in it have run. An f that
// recovers such a panic itself does not save the attempt. It costs a few
// nanoseconds, and a microsecond if f is left.
func (t *Thread) Catch(f func()) (s Status) {
	returned := false
	defer func() {
		switch {
		case t.unwound:
			t.unwound = false
			_ = recover()
			s = Again
			if t.err != nil {
				s = Ended
			}
		case t.inside && engine.Lost(&t.e) && (returned || recover() != nil):
			s = t.Rollback()
		}
	}()
	f()
	returned = true
	return Proceed
}

// Atomically runs body as an atomic region, from its beginning again if it is
// lost: a checkpoint is not needed. It is how an interpreter is embedded that
// offers none. body must have no effect but through the thread.
//
// An error of body undoes the region and is returned. A panic does so too, and
// goes on. If t is doomed before body has returned the region is undone, and the
// error is that of [Thread.Err].
//
// Save and Restore of the Guest are not called, Position is, for reports. The
// Guest may be nil.
//
// Outside of transactions it enters and leaves. Inside, it is a region of the
// transaction that is under way, which is then rolled back to the checkpoint
// of the guest.
func (t *Thread) Atomically(body func() error) (err error) { return t.AtomicallyAt(0, body) }

// AtomicallyAt is [Thread.Atomically] for a body that has a site, as those of
// [Thread.Break] are: it stands for the body in reports of conflicts.
func (t *Thread) AtomicallyAt(site uint32, body func() error) (err error) {
	if t.inside {
		return t.nested(body)
	}
	t.closure = true
	defer func() {
		t.closure = false
		if t.inside { // a panic, or the end of the goroutine
			t.abandon()
		}
	}()
	s := t.enter(site)
	for s != Ended {
		s = t.Catch(func() { err = t.nested(body) })
		if s == Proceed {
			s = t.leave()
		}
		if s == Proceed {
			return err
		}
	}
	return t.err
}

// nested runs body as a region of the transaction under way.
func (t *Thread) nested(body func() error) error {
	t.Must(t.EnterAtomic())
	depth := len(t.regions)
	returned := false
	defer func() {
		if !returned && t.inside && len(t.regions) >= depth && !t.unwound && !engine.Lost(&t.e) {
			t.undoRegions(depth - 1)
		}
	}()
	err := body()
	returned = true
	t.account()
	switch {
	case engine.Lost(&t.e):
		engine.Unwind(&t.e)
	case err == nil && t.closure && depth == 1 && t.mustEnd():
		err = t.err
		t.UndoAtomic()
	case err != nil:
		t.UndoAtomic()
	default:
		t.LeaveAtomic()
	}
	return err
}
