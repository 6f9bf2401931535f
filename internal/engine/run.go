package engine

import (
	"errors"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/contention"
	"github.com/weft-stm/weft/internal/invariants"
)

// ErrIrrevocableRetry says that a transaction asked to be run again later
// after it had promised never to roll back.
var ErrIrrevocableRetry = errors.New("stm: Retry in an irrevocable transaction: check the condition before calling Irrevocable")

// Run runs body as a transaction of tx, again and again until an attempt ends
// for good.
// What it is to do is in its Plan.
func Run(tx *Tx, body func() error) error {
	tx.tally = tally{}
	if err := tx.plan.Ctx.Err(); err != nil {
		return err
	}
	tx.busy = true
	err := tx.run(body)
	tx.busy = false
	return err
}

func (tx *Tx) run(body func() error) error {
	if tx.plan.Irrevocable || tx.heat.on != nil {
		step := contention.Step{Serialize: tx.plan.Irrevocable, Queue: tx.plan.Mode == updating}
		if err := tx.giveWay(step); err != nil {
			return err
		}
	}
	for {
		err := tx.attempt(body)
		if err == nil && tx.signal == none {
			tx.committed()
			return nil
		}
		again, err := tx.undone(err)
		if !again {
			return err
		}
		step := tx.nextStep()
		if err := tx.plan.Ctx.Err(); err != nil {
			return err
		}
		if err := tx.giveWay(step); err != nil {
			return err
		}
	}
}

// giveWay does what step says before the next attempt.
func (tx *Tx) giveWay(step contention.Step) error {
	if step.Serialize {
		return tx.serialize()
	}
	atomics.Delay(step.Spin)
	if step.Yield {
		atomics.Yield()
	}
	if step.Limit {
		tx.admit()
	}
	if !step.Queue {
		return nil
	}
	err := tx.queueUp(step.Rank)
	if err != nil && tx.admitted {
		tx.discharge(false)
	}
	return err
}

// serialize makes the next attempt run under the token.
func (tx *Tx) serialize() error {
	if invariants.Enabled || tx.young > 0 {
		RefuseNested() // begin would, with the token in hand
	}
	if err := acquireToken(tx.plan.Ctx, tx.activity, &tx.tokens); err != nil {
		return err
	}
	tx.serial = true
	if tx.plan.Irrevocable {
		tx.noteIrrevocable(tx.plan.Name, tx.plan.Site)
	}
	return nil
}

// attempt runs body once, and commits unless it failed. How it ended is in
// tx.signal and err.
func (tx *Tx) attempt(body func() error) (err error) {
	tx.begin()
	returned := false
	defer func() {
		// Only our own unwinding is stopped here. A panic of the body goes
		// on as if nobody had looked at it, and so does Goexit.
		if !returned && (tx.signal == none || recover() == nil) {
			tx.abandon()
		}
	}()
	err = body()
	if err == nil && tx.signal == none && len(tx.hooks.before) > 0 {
		err = tx.runBefore()
	}
	switch {
	case tx.signal != none:
		tx.activity.slot.count(swallowed)
	case err == nil:
		tx.commit()
	}
	returned = true
	return err
}

// committed closes a successful attempt.
func (tx *Tx) committed() {
	hooks, _ := tx.hooks.take()
	if tx.lossRate > 0 || tx.heat.held {
		tx.cool()
	}
	accesses := tx.accesses()
	if tx.baton != nil && tx.find(tx.baton) != nil {
		tx.baton = nil // the write has woken the next
	}
	tx.end()
	tx.yieldToken(accesses)
	if tx.baton != nil {
		tx.passBaton()
	}
	if len(hooks) > 0 {
		tx.dead = true // if a hook panics
		runCommit(hooks)
		tx.dead = false
	}
}

// undone closes an attempt that changed nothing, for the reason in tx.signal
// or because of err, and reports whether there is to be another.
func (tx *Tx) undone(err error) (again bool, _ error) {
	_, hooks := tx.hooks.take()
	tx.leaveRivals()
	accesses := tx.accesses()
	tx.end()
	tx.yieldToken(accesses)
	s := tx.signal
	if s == retry && tx.promised {
		s, err = none, ErrIrrevocableRetry
	}
	tx.activity.slot.count(outcomes[s])
	if s != conflict && s != retry {
		tx.passBaton()
	}
	if len(hooks) > 0 {
		tx.dead = true // if a hook panics
		runRollback(hooks)
		tx.dead = false
	}
	switch s {
	case conflict:
		tx.clearReads()
		return tx.lost(accesses)
	case retry:
		return tx.sleep()
	case cancelled:
		return false, tx.plan.Ctx.Err()
	}
	return false, err
}

// outcomes is what an attempt that changed nothing counts as.
var outcomes = [...]count{none: failures, conflict: restarts, retry: retries, cancelled: failures}

// lost accounts for an attempt that lost a conflict.
func (tx *Tx) lost(accesses int) (again bool, _ error) {
	t := &tx.tally
	t.conflicts++
	t.losses++
	t.wasted += accesses
	t.accesses = accesses
	addr := tx.report.lost.address()
	if tx.heat.had && addr != tx.heat.addr {
		t.vain++
	}
	if addr == t.lostOn {
		t.same++
	} else {
		t.lostOn, t.same = addr, 1
	}
	tx.lossRate += (1 - tx.lossRate) / lossMemory
	if tx.plan.MaxAttempts == 0 {
		return true, nil
	}
	tx.report.note()
	if t.conflicts < tx.plan.MaxAttempts {
		return true, nil
	}
	tx.passBaton()
	return false, tx.exhausted()
}

// sleep waits until the read set has changed.
func (tx *Tx) sleep() (again bool, _ error) {
	if tx.plan.Mode == viewing {
		panic(misuseAwait)
	}
	err := tx.park(tx.plan.Ctx)
	tx.clearReads()
	t := &tx.tally
	t.losses, t.vain, t.wasted, t.same, t.protect = 0, 0, 0, 0, false
	return err == nil, err
}

// lossMemory is over how many attempts the share of lost ones is averaged.
const lossMemory = 16

// cool accounts for a commit after losses.
func (tx *Tx) cool() {
	tx.leaveRivals()
	tx.heat.had = false // what the next attempt loses, it loses without
	if tx.admitted {
		tx.discharge(true)
	}
	if tx.lossRate -= tx.lossRate / lossMemory; tx.lossRate < 1./lossMemory/4 {
		tx.lossRate = 0
	}
}

// nextStep asks the policy what to do after a loss. A wait is none.
func (tx *Tx) nextStep() contention.Step {
	t := &tx.tally
	var s contention.Step
	if t.losses > 0 {
		l := contention.Loss{
			Attempts: t.attempts, Losses: t.losses, Same: t.same, Vain: t.vain, Accesses: t.accesses,
			Wasted: t.wasted, Rate: tx.lossRate, Random: tx.random(),
		}
		if tx.plan.Policy == nil {
			s = contention.Default.Next(l)
		} else {
			s = tx.ask(l)
		}
		s = s.Bound(l)
	}
	s.Serialize = s.Serialize || tx.plan.Irrevocable || t.protect
	return s
}

// ask is nextStep for a policy that the user chose.
func (tx *Tx) ask(l contention.Loss) contention.Step {
	if tx.tally.order == 0 {
		tx.tally.order = orders.Add(1)
	}
	l.Order = tx.tally.order
	return tx.plan.Decide(tx.plan.Policy, l)
}

// orders numbers the transactions that lost, for policies that ask.
var orders atomics.Uint64

// abandon closes an attempt whose body panics or ends its goroutine. Run does
// not go on, so this is the last that happens to tx.
func (tx *Tx) abandon() {
	_, hooks := tx.hooks.take()
	tx.leaveRivals()
	accesses := tx.accesses()
	tx.end()
	tx.yieldToken(accesses)
	tx.clearReads()
	tx.passBaton()
	tx.activity.slot.count(failures)
	tx.dead = true
	for i := len(hooks) - 1; i >= 0; i-- {
		runQuietly(func(i int) { hooks[i]() }, i)
	}
	tx.retire()
}

// yieldToken ends what the attempt had to itself.
func (tx *Tx) yieldToken(accesses int) {
	if tx.serial {
		tx.serial = false
		tx.activity.slot.count(escalations)
		releaseToken(&tx.tokens, accesses)
	}
	if tx.admitted {
		tx.discharge(false)
	}
}

// Irrevocable makes the running attempt the only one that may commit updates,
// so that it cannot lose any more. It unwinds the body if it has lost already.
// what names the reason; "" is the name of the transaction.
func Irrevocable(tx *Tx, what string) {
	tx.check()
	if tx.mode == viewing {
		return // a View runs once anyway
	}
	if !tx.serial {
		tx.leaveRivals()
		if acquireToken(tx.plan.Ctx, tx.activity, &tx.tokens) != nil {
			tx.raise(cancelled)
		}
		tx.serial = true
		if !tx.extend() {
			tx.tally.protect = true
			tx.raise(conflict)
		}
	}
	if !tx.promised {
		tx.promised = true
		if what == "" {
			what = tx.plan.Name
		}
		tx.noteIrrevocable(what, caller())
	}
}

// AwaitChange waits until something that the last attempt read has changed. It
// follows Run.
func AwaitChange(tx *Tx) error {
	err := tx.park(tx.plan.Ctx)
	tx.clearReads()
	return err
}

// Attempt is the number of the running attempt, from 1.
func Attempt(tx *Tx) int { return tx.tally.attempts }

// Version is the version of the last update that tx committed.
func Version(tx *Tx) uint64 { return tx.wv }

// Running tells apart the attempts of tx for as long as it lives; it is odd
// while one runs.
func Running(tx *Tx) uint64 { return tx.activity.slot.serial.Load() }
