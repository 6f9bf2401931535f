package sched

import (
	"context"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/engine"
)

// A thread that has the heap to itself reads and writes in place: in the modes
// with a lock while it holds it, in STM while no other is inside. What it does
// inside an atomic region can be undone, and nothing else.
//
// How a second thread ends that, in STM:
//
//	first                                second
//	1 fast := itself                     1 insiders := 2
//	2 insiders > 1? then fast := nil     2 wait until fast = nil
//	3 works in place, and now and then
//	  looks whether insiders > 1
//	4 then, outside of regions,
//	  fast := nil
//
// The first sees that there are two threads, or the second that fast is set.
// Who sleeps until something changes counts as inside: what is written in place
// wakes nobody.

// aloneAfter is how many transactions in a row a thread must have been alone
// before it claims the heap: giving it back costs the next one a wait. The explorer
// wants to see it change hands.
var aloneAfter = map[bool]int{false: 16, true: 1}[atomics.Exploring]

// claim makes the heap t's own if no other thread is inside.
func (t *Thread) claim() bool {
	m := t.m
	if m.transact || m.insiders.Load() != 1 {
		t.alone = 0
		return false
	}
	if t.alone++; t.alone < aloneAfter && t.disturbed || !m.fast.CompareAndSwap(nil, t) {
		return false
	}
	if m.insiders.Load() != 1 {
		m.fast.Store(nil)
		return false
	}
	t.counts.Alone++
	return true
}

// awaitTransactions waits until nobody has the heap to himself.
func (t *Thread) awaitTransactions() error {
	m := t.m
	for round := 0; m.fast.Load() != nil; round++ {
		if t.ctx.Err() != nil {
			return context.Cause(t.ctx)
		}
		atomics.PauseLong(round, func() bool { return m.fast.Load() == nil || t.ctx.Err() != nil })
	}
	return nil
}

// comeIn counts t among those inside. Between two transactions it stays there.
func (t *Thread) comeIn() {
	if !t.counted {
		t.counted = true
		t.m.insiders.Add(1)
	}
}

// goOut ends that.
func (t *Thread) goOut() {
	if t.counted {
		t.counted = false
		t.m.insiders.Add(^uint32(0))
	}
}

// release ends direct access and leaves.
func (t *Thread) release() {
	t.m.sleepers.wake()
	t.letGo()
}

// sleep is release for a thread that waits until another has had a turn. Its
// error is that of the context; t is outside in any case.
func (t *Thread) sleep() error {
	m := t.m
	m.sleepers.wake()
	e := m.sleepers.add() // before others can go on, or their wake could be missed
	t.letGo()
	if !e.parker.Park(t.ctx.Done()) {
		m.sleepers.drop(e)
		return context.Cause(t.ctx)
	}
	return nil
}

func (t *Thread) letGo() {
	engine.SetDirect(&t.e, false)
	t.inside = false
	t.fold()
	if t.m.mode == STM {
		// Pairs with the load by who waits for transactions: what was done in
		// place comes before.
		t.m.fast.Store(nil)
		t.goOut()
		return
	}
	t.m.lock.leave()
}

// breakDirect lets others have a turn, if any want one.
func (t *Thread) breakDirect(site uint32) Status {
	if len(t.regions) == 0 {
		t.fold()
		t.unlooked = 0
		m := t.m
		m.sleepers.wake()
		switch {
		case m.mode == STM && m.insiders.Load() > 1:
			t.disturbed = true
			t.release()
			return t.enter(site)
		case m.mode != STM && m.lock.due(m.interval):
			return t.rotate()
		}
	}
	t.arm()
	return Proceed
}

// rotate gives the lock to those who wait, and takes it again.
func (t *Thread) rotate() Status {
	engine.SetDirect(&t.e, false)
	t.counts.Switches++
	t.publish()
	if err := t.m.lock.rotate(t.ctx); err != nil {
		t.inside = false
		return t.fail(err)
	}
	engine.SetDirect(&t.e, true)
	t.arm()
	return Proceed
}

// rollbackDirect undoes the atomic region and goes back to where it began.
func (t *Thread) rollbackDirect() Status {
	if len(t.regions) == 0 {
		panic("sched: Rollback outside of an atomic region in mode " + t.m.mode.String() + ": nothing is lost in this mode, so there is nothing to roll back")
	}
	t.undoRegions(0)
	t.again()
	return Again
}
