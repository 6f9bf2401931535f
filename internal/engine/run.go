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
	for serialize := tx.plan.Irrevocable; ; {
		if serialize {
			if invariants.Enabled || tx.young > 0 {
				RefuseNested() // begin would, with the token in hand
			}
			if err := acquireToken(tx.plan.Ctx); err != nil {
				return err
			}
			tx.serial = true
		}
		err := tx.attempt(body)
		if err == nil && tx.signal == none {
			tx.committed()
			return nil
		}
		again, err := tx.undone(err)
		if !again {
			return err
		}
		serialize = tx.nextStep() || tx.plan.Irrevocable || tx.tally.protect
		if err := tx.plan.Ctx.Err(); err != nil {
			return err
		}
	}
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
	tx.end()
	tx.yieldToken()
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
	accesses := len(tx.reads) + len(tx.writes)
	tx.end()
	tx.yieldToken()
	s := tx.signal
	if s == retry && tx.promised {
		s, err = none, ErrIrrevocableRetry
	}
	tx.activity.slot.count(outcomes[s])
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
	if tx.plan.MaxAttempts == 0 {
		return true, nil
	}
	tx.report.note()
	if t.conflicts < tx.plan.MaxAttempts {
		return true, nil
	}
	return false, tx.exhausted()
}

// sleep waits until the read set has changed.
func (tx *Tx) sleep() (again bool, _ error) {
	if tx.plan.Mode == viewing {
		panic(misuseAwait)
	}
	err := tx.park(tx.plan.Ctx)
	tx.clearReads()
	tx.tally.losses, tx.tally.wasted, tx.tally.protect = 0, 0, false
	return err == nil, err
}

// nextStep gives way to the rivals as the policy says, and reports whether the
// next attempt shall run under the token.
func (tx *Tx) nextStep() (serialize bool) {
	t := &tx.tally
	if t.losses == 0 {
		return false
	}
	s := contention.Next(t.losses, t.wasted, tx.random())
	atomics.Delay(s.Spin)
	if s.Yield {
		atomics.Yield()
	}
	return s.Serialize
}

// abandon closes an attempt whose body panics or ends its goroutine. Run does
// not go on, so this is the last that happens to tx.
func (tx *Tx) abandon() {
	_, hooks := tx.hooks.take()
	tx.end()
	tx.yieldToken()
	tx.clearReads()
	tx.activity.slot.count(failures)
	tx.dead = true
	for i := len(hooks) - 1; i >= 0; i-- {
		runQuietly(func(i int) { hooks[i]() }, i)
	}
	if PerUse || atomics.Exploring {
		tx.retire()
	}
}

func (tx *Tx) yieldToken() {
	if tx.serial {
		tx.serial = false
		tx.activity.slot.count(escalations)
		releaseToken()
	}
}

// Irrevocable makes the running attempt the only one that may commit updates,
// so that it cannot lose any more. It unwinds the body if it has lost already.
func Irrevocable(tx *Tx) {
	tx.check()
	if tx.mode == viewing {
		return // a View runs once anyway
	}
	if !tx.serial {
		if acquireToken(tx.plan.Ctx) != nil {
			tx.raise(cancelled)
		}
		tx.serial = true
		if !tx.extend() {
			tx.tally.protect = true
			tx.raise(conflict)
		}
	}
	tx.promised = true
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
