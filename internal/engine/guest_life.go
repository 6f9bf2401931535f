package engine

import (
	"context"
	"errors"

	"github.com/weft-stm/weft/internal/contention"
)

// SetContext makes ctx end the waits of g's transactions from the next one on.
func SetContext(g *Guest, ctx context.Context) {
	g.tx.plan = Plan{Ctx: ctx, Mode: updating}
}

// Begin begins a transaction. Its error is that of the context.
func Begin(g *Guest) error {
	tx := &g.tx
	tx.tally = tally{}
	if tx.report.lost != nil {
		tx.report = report{}
	}
	if err := tx.plan.Ctx.Err(); err != nil {
		return err
	}
	if tx.heat.on != nil {
		if err := tx.giveWay(contention.Step{Queue: true}); err != nil {
			return err
		}
	}
	tx.busy = true
	g.start()
	return nil
}

// start begins an attempt.
func (g *Guest) start() {
	g.stamp, g.summed, g.queue, g.first = unborn, false, nil, 0
	g.tx.behind, g.tx.indexed = false, 0
	g.older = g.older[:0]
	clear(g.written[:])
	g.forgetMarks()
	g.tx.begin()
}

// Commit ends the transaction and reports true, or reports false if the attempt
// is lost. OnCommit hooks have run when it returns.
func Commit(g *Guest) (ok bool) {
	tx := &g.tx
	tx.commitBy(g)
	if tx.signal != none {
		return false
	}
	if g.queue != nil {
		g.number = tx.find(g.queue).val.W
		g.queue = nil
	}
	g.stamp = unborn
	g.dropPast(0)
	tx.clearReads()
	tx.busy = false
	tx.committed()
	return true
}

func (tx *Tx) commitBy(g *Guest) {
	if tx.signal != none {
		return
	}
	g.check()
	if g.summed {
		g.dropZeros()
	}
	tx.commit()
}

// Lost reports whether the attempt of g is lost: what follows is Restart or
// Abort.
func Lost(g *Guest) bool { return g.tx.mode == poisoned }

// RetryLater makes Restart wait until something has changed that the attempt
// read.
func RetryLater(g *Guest) { g.tx.poison(retry) }

// Restart undoes the attempt, waits as the policy says, or for a change, and
// begins the next. An error ends the transaction: that of the context,
// ErrNothingRead or ErrIrrevocableRetry.
func Restart(g *Guest) error {
	tx := &g.tx
	if tx.signal == none {
		tx.poison(conflict)
	}
	g.undo()
	again, err := tx.undone(nil)
	if again {
		step := tx.nextStep()
		if err = tx.plan.Ctx.Err(); err == nil {
			err = tx.giveWay(step)
		}
		if err == nil {
			g.start()
			return nil
		}
	}
	g.finish()
	return err
}

// Abort undoes the transaction and ends it.
func Abort(g *Guest) {
	g.undo()
	g.tx.signal = none
	_, _ = g.tx.undone(errAborted)
	g.finish()
}

var errAborted = errors.New("stm: internal error: the end of a transaction was told")

func (g *Guest) undo() {
	g.stamp = unborn
	g.putBack(0)
}

func (g *Guest) finish() {
	g.tx.clearReads()
	g.tx.passBaton()
	g.tx.busy = false
}

// Retire gives back what g owns. It is outside, and stays so.
func Retire(g *Guest) {
	if g.tx.final == nil {
		g.tx.retire()
	}
}

// Certain is Irrevocable for a Guest; it reports false if the attempt is lost,
// or the context has ended.
func Certain(g *Guest, why string) (ok bool) {
	tx := &g.tx
	if tx.mode == poisoned {
		return false
	}
	g.check()
	if !tx.serial {
		tx.leaveRivals()
		if acquireToken(tx.plan.Ctx, tx.activity, &tx.tokens) != nil {
			tx.poison(cancelled)
			return false
		}
		tx.serial = true
		if !tx.extend() {
			tx.tally.protect = true
			tx.poison(conflict)
			return false
		}
	}
	if !tx.promised {
		tx.promised = true
		tx.noteIrrevocable(why, 0)
	}
	return true
}

// IsCertain reports whether the attempt cannot be lost any more.
func IsCertain(g *Guest) bool { return g.tx.promised }

// Validate moves the snapshot to the present. It reports false if that cannot
// be: the attempt is lost.
func Validate(g *Guest) (ok bool) {
	tx := &g.tx
	if tx.mode == poisoned {
		return false
	}
	g.check()
	if !tx.extend() {
		tx.poison(conflict)
		return false
	}
	return true
}

// IsUnwinding reports whether a panic with value v is that of an operation of g
// on an attempt that is lost.
func IsUnwinding(g *Guest, v any) bool { return g.tx.mode == poisoned && v == any(unwind) }

// Unwind leaves a function of the interpreter by a panic: the attempt is lost.
func Unwind(g *Guest) {
	if g.tx.mode != poisoned {
		g.check()
		g.tx.poison(conflict)
	}
	panic(unwind)
}
