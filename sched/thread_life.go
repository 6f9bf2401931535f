package sched

import (
	"github.com/weft-stm/weft/internal/engine"
)

// Enter begins the first transaction of t, or takes the lock, and saves the
// state of the guest. It waits for the lock, or for a thread that has the heap
// to itself to notice. If t is inside already nothing happens.
//
// It returns Proceed, or Ended if t is doomed.
func (t *Thread) Enter() Status {
	if t.inside {
		return Proceed
	}
	return t.enter(0)
}

func (t *Thread) enter(site uint32) Status {
	if t.closed {
		panic("sched: thread used after it was closed: make another by Machine.NewThread")
	}
	if t.mustEnd() {
		return t.end()
	}
	if err := t.acquire(); err != nil {
		return t.fail(err)
	}
	t.entered(site)
	return Proceed
}

// entered is what follows acquire.
func (t *Thread) entered(site uint32) {
	t.start(site)
	if engine.Direct(&t.e) {
		t.arm()
	} else {
		t.checkpoint(false)
	}
}

// acquire takes the lock, or begins a transaction.
func (t *Thread) acquire() error {
	if t.m.mode != STM {
		if err := t.m.lock.enter(t.ctx); err != nil {
			return err
		}
		engine.SetDirect(&t.e, true)
		t.inside = true
		return nil
	}
	t.comeIn()
	if err := t.acquireHeap(); err != nil {
		return err
	}
	t.inside = true
	return nil
}

func (t *Thread) acquireHeap() error {
	if t.claim() {
		engine.SetDirect(&t.e, true)
		return nil
	}
	if err := t.awaitTransactions(); err != nil {
		return err
	}
	return engine.Begin(&t.e)
}

// start resets what is counted for each transaction.
func (t *Thread) start(site uint32) {
	t.due = false
	t.used, t.looks = 0, 0
	t.site = site
	if !engine.Direct(&t.e) {
		t.length = t.lengthAt(site)
		t.began = 0
	}
}

// checkpoint saves the state of the guest, and how to get back there.
func (t *Thread) checkpoint(region bool) {
	t.fold()
	t.saved = saved{t.steps, region}
	t.arm()
	if !t.closure {
		t.guest.Save()
	}
}

// Leave ends the transaction, or gives the lock away, so that t can block
// without keeping others waiting. Objects must not be used until Enter.
//
// Inside an atomic region it becomes irrevocable instead, because of what is
// said by why, and stays inside; Enter then does nothing.
//
// It returns Again if the transaction is lost, and Ended if t is doomed.
func (t *Thread) Leave(why string) Status {
	switch {
	case !t.inside:
		return Proceed
	case len(t.regions) > 0:
		return t.Irrevocable(why)
	}
	return t.leave()
}

func (t *Thread) leave() Status {
	t.account()
	if !t.closure && t.mustEnd() { // a closure has looked for itself, while it could be undone
		return t.end()
	}
	if engine.Direct(&t.e) {
		t.release()
	} else if s := t.commit(); s != Proceed {
		return s
	}
	t.goOut()
	t.publish()
	return t.flush()
}

// commit ends the transaction and leaves t outside. If it is lost t is inside
// again.
func (t *Thread) commit() Status {
	before := engine.Version(engine.TxOf(&t.e))
	if len(t.elided) > 0 {
		t.hold()
	}
	if len(t.pending) > 0 {
		t.m.effects.number(t)
	}
	if !engine.Commit(&t.e) {
		return t.rollback(AtCommit)
	}
	t.inside = false
	t.grow()
	t.fold()
	t.counts.Commits++
	if v := engine.Version(engine.TxOf(&t.e)); v != before {
		t.m.traces[v%traceLen].set(v, t)
	}
	t.m.sleepers.wake()
	if len(t.pending) > 0 {
		t.m.effects.post(t)
	}
	return Proceed
}

// fold counts the instructions of the transaction among those that are done.
func (t *Thread) fold() {
	t.steps += t.used
	t.unlooked = min(t.unlooked+t.used, lookEvery)
	t.used = 0
}

// Rollback undoes the transaction, waits for its turn, and begins the next
// attempt at the checkpoint. It is to be called when an operation of package
// heap has reported that the attempt is lost, and may be called otherwise, to
// the same effect, as far as transactions are undone at all: in the modes with
// a lock that is the atomic region.
//
// It returns Again, or Ended if t is doomed.
func (t *Thread) Rollback() Status {
	t.mustBeInside()
	t.account()
	switch {
	case engine.Direct(&t.e):
		return t.rollbackDirect()
	case engine.IsCertain(&t.e):
		panic("sched: Rollback of an irrevocable transaction, which cannot be lost")
	}
	return t.rollback(AtAccess)
}

// rollback undoes a transaction that is lost, or waits for a change.
func (t *Thread) rollback(at ConflictKind) Status {
	if at != notLost {
		t.counts.Aborts++
		t.counts.Wasted += uint64(t.used)
		t.report(at)
		t.shrink()
	}
	t.forget()
	if err := engine.Restart(&t.e); err != nil {
		t.inside = false
		return t.undone(err)
	}
	t.again()
	return Again
}

// undone leaves t outside after its transaction has been undone, for good.
func (t *Thread) undone(err error) Status {
	t.used = 0
	t.steps = t.saved.steps
	if !t.closure {
		t.guest.Restore()
	}
	return t.fail(err)
}

// again goes back to the checkpoint, in a new attempt.
func (t *Thread) again() {
	t.start(t.site)
	t.steps = t.saved.steps
	if t.saved.region && !t.closure {
		t.ahead = false
		t.pushRegion()
	}
	t.arm()
	if !t.closure {
		t.guest.Restore()
	}
}

func (t *Thread) mustBeInside() {
	if !t.inside {
		panic("sched: thread used outside of its transactions: call Enter first")
	}
}
