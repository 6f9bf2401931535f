package run

import (
	"math"

	"github.com/weft-stm/weft/examples/vm/code"
)

func (v *vm) arith(i code.Instr, regs *window, y Value) outcome {
	x, err := arith(i.Op, regs[i.B], y)
	if err != nil {
		return v.throw(err)
	}
	regs[i.A] = x
	return next
}

func (v *vm) unary(i code.Instr, regs *window) outcome {
	x, err := unary(i.Op, regs[i.B])
	if err != nil {
		return v.throw(err)
	}
	regs[i.A] = x
	return next
}

func (v *vm) comparison(i code.Instr, regs *window) outcome {
	b, err := compare(i.Op, regs[i.B], regs[i.C])
	if err != nil {
		return v.throw(err)
	}
	regs[i.A] = Bool(b)
	return next
}

// jump decides a conditional jump between other values than integers.
func (v *vm) jump(i code.Instr, x, y Value) outcome {
	b, err := compare(i.Op, x, y)
	if err != nil {
		return v.throw(err)
	}
	switch {
	case i.Op.Near():
		if b {
			v.frames[v.depth].pc = i.Near()
		}
	case b == (i.C != 0):
		v.frames[v.depth].pc = int(i.D)
	}
	return next
}

func (v *vm) forPrep(i code.Instr, regs *window) outcome {
	from, to := regs[i.A], regs[i.A+1]
	if !from.isInt() || !to.isInt() {
		return v.throwf("a range needs two integers, not %s and %s", from.typeName(), to.typeName())
	}
	if from.int() >= to.int() {
		v.frames[v.depth].pc = int(i.D)
		return next
	}
	regs[i.A+2] = from
	return next
}

// eachPrep makes what a loop goes through one element after the other: the list
// itself, or what is in a dictionary or string when the loop begins.
func (v *vm) eachPrep(i code.Instr, regs *window) outcome {
	x := regs[i.A]
	regs[i.A+1] = Int(0)
	switch x.kind() {
	case kindList:
		return next
	case kindDict:
		all, ok := x.dict().TryKeys(v.t)
		if !ok {
			return lost
		}
		ks := &keys{header{kindKeys}, make([]Value, len(all))}
		for n, k := range all {
			ks.all[n] = k.value()
		}
		regs[i.A] = Value{0, &ks.header}
		return next
	case kindString:
		s := x.text()
		ks := &keys{header{kindKeys}, make([]Value, len(s))}
		for n := range len(s) {
			ks.all[n] = String(s[n : n+1])
		}
		regs[i.A] = Value{0, &ks.header}
		return next
	}
	return v.throwf("for cannot go through %s", x.typeName())
}

func (v *vm) each(i code.Instr, regs *window) outcome {
	n := int(regs[i.A+1].int())
	x, more := Nil, false
	if s := regs[i.A]; s.is(kindList) {
		var ok bool
		if x, more, ok = s.list().TryGet(v.t, n); !ok {
			return lost
		}
	} else if all := s.keys().all; n < len(all) {
		x, more = all[n], true
	}
	if !more {
		v.frames[v.depth].pc = int(i.D)
		return next
	}
	regs[i.A+1] = Int(int64(n + 1))
	regs[i.A+2] = x
	return next
}

// rare executes the instructions that loop does not.
func (v *vm) rare(i code.Instr, regs *window, fn *function) outcome {
	t := v.t
	switch i.Op {
	case code.SetGlobal:
		return v.set(v.in.globals[i.D], regs[i.A])
	case code.GetCapture:
		regs[i.A] = v.frames[v.depth].cl.captured[i.B]
	case code.GetCell:
		return v.getBox(v.frames[v.depth].cl.captured[i.B], &regs[i.A])
	case code.SetCell:
		return v.set(&v.frames[v.depth].cl.captured[i.B].box().Cell, regs[i.A])
	case code.NewBox:
		regs[i.A] = Value{0, &newBox(t, regs[i.A]).header}
	case code.GetBox:
		return v.getBox(regs[i.B], &regs[i.A])
	case code.SetBox:
		return v.set(&regs[i.B].box().Cell, regs[i.A])
	case code.Closure:
		v.makeClosure(i, regs, fn)
	case code.In:
		return v.contains(i, regs)
	case code.Call:
		return v.call(regs[i.A], regs, int(i.A)+1, int(i.B), int(i.C))
	case code.CallNative:
		return v.callNative(int(i.D), regs, int(i.A)+1, int(i.B), int(i.C))
	case code.New:
		return v.instantiate(v.in.classes[i.D], regs, int(i.A)+2, int(i.B), int(i.C))
	case code.NewList:
		l := newList(t)
		regs[i.A] = Value{0, &l.header}
		return v.append(l, regs[i.B:int(i.B)+int(i.C)])
	case code.Append:
		return v.append(regs[i.A].list(), regs[i.B:int(i.B)+int(i.C)])
	case code.NewDict:
		regs[i.A] = Value{0, &newDict(t).header}
	case code.Throw:
		return v.throwValue(regs[i.A])
	case code.Rethrow:
		from := regs[i.A+1].trace()
		v.exc = exception{regs[i.A], from, regs[i.A].is(kindError) && regs[i.A].failure().fatal}
		return thrown
	default:
		return v.effect(i, regs)
	}
	return next
}

// noGlobal is for a global that cannot be read.
func (v *vm) noGlobal(i code.Instr, ok bool) outcome {
	if !ok {
		return lost
	}
	return v.throwf("%s is used before it has a value", v.in.program.Globals[i.D])
}

// unset is the word of a global that has no value yet, without a pointer.
const unset = math.MaxUint64

func (v *vm) getBox(b Value, dst *Value) outcome {
	x, ok := b.box().TryGet(v.t)
	if !ok {
		return lost
	}
	*dst = x
	return next
}

func (v *vm) makeClosure(i code.Instr, regs *window, fn *function) {
	f := &v.frames[v.depth]
	cl := &closure{header{kindFunc}, v.in.funcs[i.D].fn, make([]Value, i.C)}
	for n, c := range fn.Code[f.pc : f.pc+int(i.C)] {
		if c.B != 0 {
			cl.captured[n] = regs[c.A]
		} else {
			cl.captured[n] = f.cl.captured[c.A]
		}
	}
	f.pc += int(i.C)
	regs[i.A] = Value{0, &cl.header}
}

func (v *vm) append(l *list, all []Value) outcome {
	for _, x := range all {
		if !l.TryAppend(v.t, x) {
			return lost
		}
	}
	return next
}

// setInt makes n the contents of a register, and writes no pointer if there was
// an integer before.
func setInt(r *Value, n int64) {
	r.n = uint64(n)
	if r.ref != &intHeader {
		r.ref = &intHeader
	}
}

func setFloat(r *Value, x float64) { *r = Float(x) }
