package run

import (
	"context"

	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/sched/heap"
)

// A thread is one that the guest can wait for.
type thread struct {
	header
	vm      *vm
	by      *vm                // who has made it
	end     heap.Cell[*ending] // nil while it runs
	joined  heap.Cell[bool]    // somebody knows how it has ended
	running chan struct{}      // closed when what has made it is committed
	over    chan struct{}      // closed when it has ended
	stopped *GuestError        // written before that: it was ended from outside
}

// An ending is how a thread has ended by itself.
type ending struct {
	result Value
	err    *GuestError // or nil
	exc    exception
}

// newThread makes a thread that calls cl; by may be nil.
func (in *Interp) newThread(ctx context.Context, by *vm, cl *closure, args []Value) (*thread, error) {
	var t *sched.Thread
	if by != nil {
		t = by.t
	}
	x := &thread{header: header{kindThread}, by: by, running: make(chan struct{}), over: make(chan struct{})}
	x.end.Init(t, nil)
	x.joined.Init(t, false)
	x.vm = newVM(in, ctx, cl, args)
	x.vm.self = x
	var err error
	x.vm.t, err = in.machine.NewThread(ctx, x.vm)
	return x, err
}

// main runs the thread.
func (x *thread) main() {
	defer close(x.over)
	v := x.vm
	defer v.t.Close()
	if v.t.Enter() == sched.Proceed || v.stopped() == reload {
		v.loop()
	}
}

// failed returns the exception that has ended the thread, or nil. The thread has
// ended.
func (x *thread) failed() *GuestError {
	if e := x.end.Get(nil); e != nil {
		return e.err
	}
	return x.stopped
}

func closed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// spawn makes a thread that calls R[a] with n arguments after it. It is started
// once that is committed.
func (v *vm) spawn(regs *window, a, n, dst int) outcome {
	f, args := regs[a], regs[a+1:a+1+n]
	if f.is(kindBound) {
		args = append([]Value{f.bound().self}, args...)
		f = Value{0, &f.bound().fn.header}
	}
	if !f.is(kindFunc) {
		return v.throwf("a thread runs a function, not %s", f.typeName())
	}
	if want := f.closure().fn.Params; want != len(args) {
		return v.throwf("%s takes %d arguments, not %d", f.closure().fn.Name, want, len(args))
	}
	x, err := v.in.newThread(v.ctx, v, f.closure(), args)
	if err != nil {
		return v.throw(err)
	}
	v.t.OnRollback(x.vm.t.Close)
	v.t.OnCommit(func() {
		close(x.running)
		v.in.run(x)
	})
	regs[dst] = Value{0, &x.header}
	return next
}

// join waits until x has ended. Its result is that of its function; an exception
// goes on in the thread that waits.
func (v *vm) join(x *thread, regs *window, dst int) outcome {
	e, ok := x.end.TryGet(v.t)
	switch {
	case !ok:
		return lost
	case e != nil && e.err == nil:
		regs[dst] = e.result
		return next
	case e != nil:
		x.joined.Set(v.t, true)
		v.exc = e.exc.passedOn()
		return thrown
	case x == v.self:
		return v.throwf("a thread cannot wait for itself")
	case closed(x.over) && x.stopped != nil:
		x.joined.Set(v.t, true)
		f := &failure{header{kindError}, x.stopped.Msg, x.stopped.cause, v.here(), false}
		v.exc = exception{Value{0, &f.header}, f.trace, false}
		return thrown
	case !v.t.InAtomic():
		return v.await(x)
	case x.by == v && !closed(x.running):
		return v.throwf("this atomic block has made the thread, which starts after it: wait for it then")
	}
	s, err := v.t.Retry()
	if err != nil {
		return v.throw(err)
	}
	return after(s)
}

// await waits outside of transactions, and executes the instruction again.
func (v *vm) await(x *thread) outcome {
	if s := v.t.Leave("join"); s != sched.Proceed {
		return after(s)
	}
	select {
	case <-x.over:
	case <-v.t.Context().Done():
	}
	v.frames[v.depth].pc--
	return after(v.t.Enter())
}

// threadMethod calls a method of a thread.
func (v *vm) threadMethod(x *thread, name string, regs *window, n, dst int) outcome {
	if n != 0 {
		return v.throwf("thread.%s takes no arguments", name)
	}
	switch name {
	case "join":
		return v.join(x, regs, dst)
	case "done":
		e, ok := x.end.TryGet(v.t)
		if !ok {
			return lost
		}
		regs[dst] = Bool(e != nil || closed(x.over))
		return next
	case "kill":
		v.t.OnCommit(func() { x.vm.t.Doom(ErrKilled) })
		regs[dst] = Nil
		return next
	}
	return v.throwf("a thread has no method %s", name)
}
