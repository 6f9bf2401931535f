package sched

import (
	"context"
	"errors"
	"slices"

	"github.com/weft-stm/weft/internal/engine"
)

// A Mutex is a lock of the guest language: threads hold it over many
// transactions, and wait for it without keeping others waiting. The zero Mutex
// is free; it must not be copied.
//
// # In atomic regions
//
// A region that wants a Mutex which another thread holds is rolled back and
// waits, as if it had waited before it began. So it cannot deadlock with the
// holder. Once irrevocable it cannot wait any more: [ErrMutexHeld].
//
// # Elision
//
// In a transaction, a Mutex that is free is taken by looking at it. It is
// written only if it is still held when the transaction commits. So critical
// sections that fit into one transaction, and touch different objects, run in
// parallel. After Rajwar and Goodman's speculative lock elision, 2001.
type Mutex struct {
	owner engine.Cell // number of the thread that holds it, or 0
}

// Errors of a [Mutex].
var (
	// ErrMutexHeld is the error of a thread that cannot wait for a Mutex, since
	// it is in an irrevocable atomic region, or holds it itself.
	ErrMutexHeld = errors.New("sched: the lock is held, and this thread cannot wait for it: acquire it before the atomic region does what cannot be undone, and only once")

	// ErrMutexNotHeld is the error of a thread that releases a Mutex which it
	// does not hold.
	ErrMutexNotHeld = errors.New("sched: the lock is not held by this thread")
)

// Acquire makes t hold x, and waits while another thread does: outside of an
// atomic region t leaves, and enters again when it has got the Mutex. Those who
// wait are in no order.
//
// It returns Again if the transaction is lost, or the region was rolled back to
// wait: the guest then comes here once more.
func (x *Mutex) Acquire(t *Thread) (Status, error) {
	t.mustBeInside()
	v, ok := engine.Fetch(&t.e, &x.owner)
	switch {
	case !ok:
		return t.Rollback(), nil
	case slices.Contains(t.elided, x) || v.W == t.id:
		return Proceed, ErrMutexHeld
	case v.W == 0 && engine.Direct(&t.e):
		engine.Put(&t.e, &x.owner, holder(t.id))
		return Proceed, nil
	case v.W == 0:
		t.elided = append(t.elided, x)
		return Proceed, nil
	case len(t.regions) == 0:
		return x.wait(t), nil
	case !engine.Direct(&t.e) && engine.IsCertain(&t.e):
		return Proceed, ErrMutexHeld
	}
	return t.Retry()
}

func holder(id uint64) engine.Value { return engine.Value{W: id, Kind: engine.Scalar} }

// wait leaves until t has got x.
func (x *Mutex) wait(t *Thread) Status {
	for engine.Direct(&t.e) {
		err := t.sleep()
		if err == nil {
			err = t.acquire()
		}
		if err != nil {
			return t.fail(err)
		}
		if engine.Direct(&t.e) && engine.FetchOwn(&x.owner).W == 0 {
			engine.Put(&t.e, &x.owner, holder(t.id))
			t.start(0)
			t.arm()
			return Proceed
		}
	}
	// Only after it has got x, t saves the state to which it can be rolled back.
	if s := t.leave(); s != Proceed {
		return s
	}
	t.comeIn() // what is written in place would not wake it
	if err := t.awaitTransactions(); err != nil {
		return t.fail(err)
	}
	for {
		err := engine.Await(t.ctx, &x.owner, func(v engine.Value) bool { return v.W == 0 })
		if err != nil {
			return t.fail(context.Cause(t.ctx))
		}
		if !x.pass(0, t.id) {
			continue
		}
		if err := t.acquire(); err != nil {
			x.pass(t.id, 0) // while t counts as inside, so that nobody works in place
			return t.fail(err)
		}
		t.entered(0)
		return Proceed
	}
}

// pass gives x from one thread to another, and reports whether the former had it.
// Nobody works in place.
func (x *Mutex) pass(from, to uint64) bool {
	for {
		v, seen := engine.Sample(&x.owner)
		if v.W != from {
			return false
		}
		if engine.Install(&x.owner, seen, holder(to)) {
			return true
		}
	}
}

// Release makes x free. The error is [ErrMutexNotHeld].
//
// It returns Again if the transaction is lost.
func (x *Mutex) Release(t *Thread) (Status, error) {
	t.mustBeInside()
	if i := slices.Index(t.elided, x); i >= 0 {
		t.elided = slices.Delete(t.elided, i, i+1)
		return Proceed, nil
	}
	v, ok := engine.Fetch(&t.e, &x.owner)
	switch {
	case !ok:
		return t.Rollback(), nil
	case v.W != t.id:
		return Proceed, ErrMutexNotHeld
	}
	engine.Put(&t.e, &x.owner, holder(0))
	return Proceed, nil
}

// Held reports whether t holds x; ok is false if the attempt is lost.
func (x *Mutex) Held(t *Thread) (held, ok bool) {
	t.mustBeInside()
	if slices.Contains(t.elided, x) {
		return true, true
	}
	v, ok := engine.Fetch(&t.e, &x.owner)
	return v.W == t.id, ok
}

// hold writes down which Mutexes t has only looked at so far: it is about to
// commit, or to begin a region that may be undone by itself.
func (t *Thread) hold() {
	for _, x := range t.elided {
		engine.Put(&t.e, &x.owner, holder(t.id))
	}
	t.dropElided()
}

func (t *Thread) dropElided() {
	clear(t.elided)
	t.elided = t.elided[:0]
}
