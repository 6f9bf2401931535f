package sched

import (
	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/engine"
)

// lookEvery is how many guest instructions pass at most between two looks at
// what others want of the thread.
var lookEvery = map[bool]int{false: 1024, true: 1}[atomics.Exploring]

// Tick counts n guest instructions, and reports whether it is time for Break.
// It is to be called at back-edges and calls, so that every loop comes by; it
// inlines, and costs a decrement and a comparison.
func (t *Thread) Tick(n int) (due bool) {
	t.budget -= n
	return t.budget < 0
}

// Break is to be called when Tick says so, at a point where Save can save the
// state. It ends the transaction if that is long enough, and begins the next;
// gives the lock away if somebody waits for it; and sees whether t is doomed.
//
// site is a number for the place, such as a hash of the position, by which the
// length of transactions that begin here is learned. 0 stands for anywhere.
//
// After Proceed and Again the loop goes on from the state of its Guest: the
// former leaves it as it is.
func (t *Thread) Break(site uint32) Status {
	t.mustBeInside()
	t.account()
	if t.mustEnd() {
		return t.end()
	}
	if engine.Direct(&t.e) {
		return t.breakDirect(site)
	}
	t.looks++
	if len(t.regions) > 0 || !t.ripe() {
		if t.looks%validateEvery == 0 && !engine.Validate(&t.e) {
			return t.rollback(AtCommit)
		}
		t.arm()
		return Proceed
	}
	return t.cycle(site)
}

// validateEvery is how many looks pass between two validations of a long
// transaction: one that is lost had better know.
const validateEvery = 16

// cycle commits and begins the next transaction.
func (t *Thread) cycle(site uint32) Status {
	if s := t.commit(); s != Proceed {
		return s
	}
	if t.counts.Commits%publishEvery == 0 {
		t.publish()
	}
	return t.enter(site)
}

// ripe reports whether the transaction is long enough.
func (t *Thread) ripe() bool {
	if t.due || t.used >= t.length {
		return true
	}
	if reads, writes := engine.Accesses(&t.e); reads > maxReads || writes > t.m.maxWrites {
		return true
	}
	now := atomics.Nanotime()
	if t.began == 0 { // the first look: most transactions never ask for the time
		t.began = now
	}
	return now-t.began > t.m.maxTime
}

// maxReads ends transactions whose log of reads is long: it is a part of the
// cost of a read by then, and longer ones are not kept from one transaction to
// the next.
const maxReads = 3072

// CommitSoon ends the transaction at the next Tick, if that is not inside an
// atomic region: a hint, after a change that others are likely to wait for.
func (t *Thread) CommitSoon() {
	t.due = true
	t.account()
	t.granted, t.budget = 0, 0
}

// account adds the instructions since the last look to those of the
// transaction.
func (t *Thread) account() {
	t.used += t.granted - t.budget
	t.granted = t.budget
}

// arm sets when to look around next.
func (t *Thread) arm() {
	n := lookEvery
	if len(t.regions) == 0 {
		// What regions have used counts: many short ones, or a long one, must
		// not keep t from looking around after them.
		left := lookEvery - t.unlooked
		if !engine.Direct(&t.e) {
			left = t.length
		}
		n = min(n, max(1, left-t.used))
	}
	if t.limit > 0 {
		n = min(n, max(1, t.limit-t.steps-t.used))
	}
	t.granted, t.budget = n-1, n-1
}

// Steps returns how many guest instructions t has executed, those of lost
// attempts not counted.
func (t *Thread) Steps() int {
	t.account()
	return t.steps + t.used
}

// LimitSteps dooms t with [ErrStepLimit] once it has executed n instructions in
// all. It is noticed at the next Tick. 0 is no limit.
func (t *Thread) LimitSteps(n int) {
	t.account()
	t.limit = n
	if t.inside {
		t.arm()
	}
}
