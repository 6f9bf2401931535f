package run

import (
	"errors"

	"github.com/weft-stm/weft/examples/vm/code"
	"github.com/weft-stm/weft/sched"
)

// effect executes the instructions that concern other threads.
func (v *vm) effect(i code.Instr, regs *window) outcome {
	switch i.Op {
	case code.EnterAtomic:
		if s := v.t.EnterAtomic(); s != sched.Proceed {
			return after(s)
		}
	case code.LeaveAtomic:
		v.t.LeaveAtomic()
	case code.Retry:
		return v.retry()
	case code.Acquire:
		return v.acquire(regs[i.A])
	case code.Release:
		return v.release(regs[i.A], i.C != 0)
	case code.Spawn:
		return v.spawn(regs, int(i.A), int(i.B), int(i.C))
	default:
		panic("run: internal error: unknown instruction " + i.Op.String())
	}
	return next
}

func (v *vm) acquire(x Value) outcome {
	if !x.is(kindLock) {
		return v.throwf("%s is no lock", x.typeName())
	}
	s, err := x.lock().Acquire(v.t)
	switch {
	case err != nil:
		return v.throw(err)
	case s != sched.Proceed:
		return after(s)
	}
	return next
}

// release releases a lock. On the way out of with after an exception it may be
// that it is not held.
func (v *vm) release(x Value, lenient bool) outcome {
	if !x.is(kindLock) {
		return v.throwf("%s is no lock", x.typeName())
	}
	s, err := x.lock().Release(v.t)
	switch {
	case err != nil && !(lenient && errors.Is(err, sched.ErrMutexNotHeld)):
		return v.throw(err)
	case s != sched.Proceed:
		return after(s)
	}
	return next
}
