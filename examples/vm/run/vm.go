package run

import (
	"context"
	"math"

	"github.com/weft-stm/weft/examples/vm/code"
	"github.com/weft-stm/weft/sched"
)

// A vm runs one thread of the guest.
type vm struct {
	in     *Interp
	t      *sched.Thread
	ctx    context.Context
	self   *thread
	stack  []Value // room for a window at the end, always
	frames []frame
	depth  int // of the current frame
	exc    exception

	between  bool // at no instruction, but before the next; until the loop goes on
	hopeless bool // the next retry could wait for nothing

	saved saved
	low   int // frames from here on are saved

	_ [128]byte // threads are made one after another, and must not share cache lines
}

// A frame is a call that has not returned.
type frame struct {
	cl   *closure
	pc   int // of the next instruction
	base int // in the stack
}

// A window is what instructions see of the stack: a register is a byte, so no
// index needs a check.
type window = [windowSize]Value

const windowSize = 256

// saved is what Restore brings back. Older frames than the current one are saved
// when they are returned into: before, nothing changes them.
type saved struct {
	depth  int
	exc    exception
	frames []kept
	regs   []Value
}

type kept struct {
	frame
	index int // of the frame
	at    int // in regs
}

func newVM(in *Interp, ctx context.Context, cl *closure, args []Value) *vm {
	v := &vm{in: in, ctx: ctx, stack: make([]Value, 2*windowSize), frames: make([]frame, 16)}
	v.frames[0].cl = cl
	copy(v.stack, args)
	v.low = math.MaxInt
	return v
}

// Save remembers the current frame.
func (v *vm) Save() {
	s := &v.saved
	s.depth, s.exc = v.depth, v.exc
	s.frames, s.regs = s.frames[:0], s.regs[:0]
	v.saveFrame(v.depth)
}

func (v *vm) saveFrame(i int) {
	f, s := &v.frames[i], &v.saved
	s.frames = append(s.frames, kept{*f, i, len(s.regs)})
	s.regs = append(s.regs, v.stack[f.base:f.base+f.cl.fn.Regs]...)
	v.low = i
}

// Restore brings back what has been saved, the oldest frame first: the windows
// of those that it called overlap with its own.
func (v *vm) Restore() {
	s := &v.saved
	v.depth, v.exc = s.depth, s.exc
	end := len(s.regs)
	for i := len(s.frames) - 1; i >= 0; i-- {
		k := &s.frames[i]
		v.frames[k.index] = k.frame
		copy(v.stack[k.base:], s.regs[k.at:end])
		end = k.at
	}
	v.between = true
}

// popTo makes an older frame the current one.
func (v *vm) popTo(depth int) {
	for i := min(v.depth, v.low) - 1; i >= depth; i-- {
		v.saveFrame(i)
	}
	v.depth = depth
}

// push begins a call, if there is room. The arguments are where the window is
// to begin.
func (v *vm) push(cl *closure, base int) outcome {
	v.depth++
	if v.depth >= v.in.maxDepth {
		v.depth--
		return v.throw(ErrOverflow)
	}
	if v.depth == len(v.frames) {
		v.frames = append(v.frames, make([]frame, len(v.frames))...)
	}
	if base+windowSize > len(v.stack) {
		v.stack = append(v.stack, make([]Value, len(v.stack))...)
	}
	v.frames[v.depth] = frame{cl, 0, base}
	return reload
}

// call begins a call of x with n arguments, which are in registers from args on.
func (v *vm) call(x Value, regs *window, args, n, dst int) outcome {
	switch x.kind() {
	case kindFunc:
		return v.enter(x.closure(), args, n)
	case kindBound:
		if args == 0 {
			break
		}
		regs[args-1] = x.bound().self
		return v.enter(x.bound().fn, args-1, n+1)
	case kindNative:
		return v.callNative(x.native().number, regs, args, n, dst)
	case kindClass:
		return v.instantiate(x.class(), regs, args, n, dst)
	}
	return v.throwf("%s cannot be called", x.typeName())
}

// enter begins a call of a function, with n arguments from a register on.
func (v *vm) enter(cl *closure, args, n int) outcome {
	if cl.fn.Params != n {
		want := cl.fn.Params
		if cl.fn.Method {
			want, n = want-1, n-1
		}
		return v.throwf("%s", code.Arity(cl.fn.Name, want, n))
	}
	if out := v.push(cl, v.frames[v.depth].base+args); out != reload {
		return out
	}
	if v.t.Tick(cl.fn.cost) {
		return v.pause(0)
	}
	return reload
}

// pause lets the runtime do what is due, at an instruction of the current
// function.
func (v *vm) pause(pc int) outcome {
	f := &v.frames[v.depth]
	f.pc = pc
	v.between = true
	return after(v.t.Break(place(f.cl.fn, pc)))
}

// place is the number of a place, for the runtime.
func place(f *function, pc int) uint32 { return uint32(f.ID+1)<<16 | uint32(pc) }

// instantiate makes an object of a class. Arguments are in registers from args
// on, and the one before is free.
func (v *vm) instantiate(c *class, regs *window, args, n, dst int) outcome {
	x := Value{0, &newInstance(v.t, c).header}
	if c.init == nil {
		if n != 0 {
			return v.throwf("%s", code.Arity(c.name, 0, n))
		}
		regs[dst] = x
		return next
	}
	regs[args-1] = x
	return v.enter(c.init, args-1, n+1)
}

// An outcome says how the loop goes on.
type outcome uint8

const (
	next     outcome = iota // with the next instruction
	reload                  // from the current frame, which may be another
	thrown                  // with the exception
	lost                    // the attempt is
	finished                // not at all: the thread is over
	ended                   // the thread has been ended from outside
)

// after is what a Status means for the loop.
func after(s sched.Status) outcome {
	if s == sched.Ended {
		return ended
	}
	return reload
}
