package run

import (
	"errors"

	"github.com/weft-stm/weft/examples/vm/code"
	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/stm"
)

// unwind goes to what handles the exception. Atomic blocks on the way are
// undone.
func (v *vm) unwind() outcome {
	x := v.exc
	for {
		f := &v.frames[v.depth]
		at := int32(f.pc - 1)
		for i := range f.cl.fn.Handlers {
			h := &f.cl.fn.Handlers[i]
			if at < h.From || at >= h.To || h.Kind == code.Catch && x.fatal {
				continue
			}
			if h.Kind == code.Region {
				v.t.UndoAtomic()
			}
			v.handle(h)
			return reload
		}
		if v.depth == 0 {
			return v.uncaught()
		}
		v.popTo(v.depth - 1)
	}
}

// handle makes a handler of the current frame be next.
func (v *vm) handle(h *code.Handler) {
	f := &v.frames[v.depth]
	v.stack[f.base+int(h.Reg)] = v.exc.value
	v.stack[f.base+int(h.Reg)+1] = Value{0, &v.exc.from.header}
	f.pc = int(h.Target)
	v.exc = exception{}
}

// returned ends the thread, whose outermost function has returned.
func (v *vm) returned(x Value) outcome {
	v.self.end.Set(v.t, &ending{result: x})
	return v.exit()
}

// uncaught ends the thread. What it did before the exception is committed.
func (v *vm) uncaught() outcome {
	v.self.end.Set(v.t, &ending{err: v.guestError(v.exc), exc: v.exc})
	return v.exit()
}

// exit commits the last transaction.
func (v *vm) exit() outcome {
	switch v.t.Leave("exit") {
	case sched.Proceed:
		return finished
	case sched.Again:
		return reload
	}
	return v.stopped()
}

// stopped is where a thread goes on that has been ended from outside. Its atomic
// blocks have been undone. If it can, it runs what is to be done on the way out:
// others may be waiting for its locks.
func (v *vm) stopped() outcome {
	if errors.Is(v.t.Err(), stm.ErrNothingRead) {
		// The retry is not where v has been brought back to. It comes there
		// once more, and begins the region again if it is in it.
		v.hopeless = true
		if f := &v.frames[v.depth]; f.pc > 0 && f.cl.fn.Code[f.pc-1].Op == code.EnterAtomic {
			f.pc--
		}
		if v.t.Pardon(); v.t.Enter() == sched.Proceed {
			return reload
		}
	}
	err := v.t.Err()
	x := &failure{header{kindError}, err.Error(), err, v.here(), true}
	v.exc = exception{Value{0, &x.header}, x.trace, true}
	stop := v.guestError(v.exc)
	if v.between { // in the next instruction, as far as handlers go
		v.frames[v.depth].pc++
		v.between = false
	}
	v.leaveRegion()
	if v.t.Pardon(); v.t.Enter() != sched.Proceed {
		v.self.stopped = stop
		return finished
	}
	return reload
}

// leaveRegion goes to the handler of the outermost atomic block: it has been
// undone, and nothing in it may run any more.
func (v *vm) leaveRegion() {
	for d := 0; d <= v.depth; d++ {
		f := &v.frames[d]
		at := int32(f.pc - 1)
		hs := f.cl.fn.Handlers
		for i := len(hs) - 1; i >= 0; i-- { // outer ones first
			h := &hs[i]
			if h.Kind == code.Region && at >= h.From && at < h.To {
				v.popTo(d)
				v.handle(h)
				return
			}
		}
	}
}

// retry waits for a change and begins an atomic block again: the innermost that
// has an alternative goes on there instead.
func (v *vm) retry() outcome {
	if v.hopeless {
		v.hopeless = false
		return v.throw(stm.ErrNothingRead)
	}
	regions := 0
	for d := v.depth; d >= 0; d-- {
		f := &v.frames[d]
		at := int32(f.pc - 1)
		for i := range f.cl.fn.Handlers {
			h := &f.cl.fn.Handlers[i]
			if h.Kind != code.Region || at < h.From || at >= h.To {
				continue
			}
			regions++
			if h.OrElse >= 0 {
				for range regions {
					v.t.UndoAtomic()
				}
				v.popTo(d)
				f.pc = int(h.OrElse)
				return reload
			}
		}
	}
	s, err := v.t.Retry()
	switch {
	case errors.Is(err, sched.ErrNotInAtomic):
		return v.throwf("retry is possible inside atomic only")
	case err != nil:
		return v.throw(err)
	}
	return after(s)
}
