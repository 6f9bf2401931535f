package run

import (
	"unsafe"

	"github.com/weft-stm/weft/examples/vm/code"
)

// loop runs v until it is over: its outermost function has returned, an exception
// is left over, or it has been ended from outside. It is written for speed: what
// is frequent is here, and everything else in functions that are given the
// instruction. They find the program counter in the frame.
func (v *vm) loop() {
	t, in := v.t, v.in
	for {
		if v.exc.from != nil {
			if v.unwind() == finished {
				return
			}
			continue
		}
		v.between = false
		out := next
		fr := &v.frames[v.depth]
		fn, pc := fr.cl.fn, fr.pc
		ops, consts := fn.Code, fn.consts
		regs := (*window)(v.stack[fr.base:])
		for out == next {
			i := ops[pc]
			pc++
			switch i.Op {
			case code.Move:
				regs[i.A] = regs[i.B]
			case code.LoadK:
				regs[i.A] = consts[i.D]
			case code.LoadInt:
				setInt(&regs[i.A], int64(i.D))

			case code.Add:
				x, y := &regs[i.B], &regs[i.C]
				if x.isInt() && y.isInt() {
					a, b := x.int(), y.int()
					if s := a + b; (a^s)&(b^s) >= 0 {
						setInt(&regs[i.A], s)
						continue
					}
				} else if x.isFloat() && y.isFloat() {
					setFloat(&regs[i.A], x.float()+y.float())
					continue
				}
				fr.pc = pc
				out = v.arith(i, regs, *y)
			case code.Sub:
				x, y := &regs[i.B], &regs[i.C]
				if x.isInt() && y.isInt() {
					a, b := x.int(), y.int()
					if s := a - b; (a^b)&(a^s) >= 0 {
						setInt(&regs[i.A], s)
						continue
					}
				} else if x.isFloat() && y.isFloat() {
					setFloat(&regs[i.A], x.float()-y.float())
					continue
				}
				fr.pc = pc
				out = v.arith(i, regs, *y)
			case code.Mul:
				x, y := &regs[i.B], &regs[i.C]
				if x.isFloat() && y.isFloat() {
					setFloat(&regs[i.A], x.float()*y.float())
					continue
				} else if x.isInt() && y.isInt() {
					if p, ok := mul(x.int(), y.int()); ok {
						setInt(&regs[i.A], p)
						continue
					}
				}
				fr.pc = pc
				out = v.arith(i, regs, *y)
			case code.AddI:
				if x := &regs[i.B]; x.isInt() {
					a, b := x.int(), int64(i.D)
					if s := a + b; (a^s)&(b^s) >= 0 {
						setInt(&regs[i.A], s)
						continue
					}
				}
				fr.pc = pc
				out = v.arith(i, regs, Int(int64(i.D)))
			case code.SubI:
				if x := &regs[i.B]; x.isInt() {
					a, b := x.int(), int64(i.D)
					if s := a - b; (a^b)&(a^s) >= 0 {
						setInt(&regs[i.A], s)
						continue
					}
				}
				fr.pc = pc
				out = v.arith(i, regs, Int(int64(i.D)))
			case code.ModI, code.DivI:
				if x := &regs[i.B]; x.isInt() && i.D > 0 && x.int() >= 0 {
					if i.Op == code.ModI {
						setInt(&regs[i.A], x.int()%int64(i.D))
					} else {
						setInt(&regs[i.A], x.int()/int64(i.D))
					}
					continue
				}
				fr.pc = pc
				out = v.arith(i, regs, Int(int64(i.D)))
			case code.AndI:
				if x := &regs[i.B]; x.isInt() {
					setInt(&regs[i.A], x.int()&int64(i.D))
					continue
				}
				fr.pc = pc
				out = v.arith(i, regs, Int(int64(i.D)))
			case code.ShrI:
				if x := &regs[i.B]; x.isInt() && i.D >= 0 && i.D < 64 {
					setInt(&regs[i.A], x.int()>>uint(i.D))
					continue
				}
				fr.pc = pc
				out = v.arith(i, regs, Int(int64(i.D)))
			case code.MulI:
				if x := &regs[i.B]; x.isInt() {
					if p, ok := mul(x.int(), int64(i.D)); ok {
						setInt(&regs[i.A], p)
						continue
					}
				}
				fr.pc = pc
				out = v.arith(i, regs, Int(int64(i.D)))
			case code.ShlI:
				fr.pc = pc
				out = v.arith(i, regs, Int(int64(i.D)))
			case code.Div, code.Mod, code.And, code.Or, code.Xor, code.Shl, code.Shr:
				fr.pc = pc
				out = v.arith(i, regs, regs[i.C])
			case code.Neg, code.Inv, code.Not:
				fr.pc = pc
				out = v.unary(i, regs)
			case code.Eq, code.Ne, code.Lt, code.Le:
				fr.pc = pc
				out = v.comparison(i, regs)

			case code.Jump:
				pc = int(i.D)
			case code.Loop:
				pc = int(i.D)
				if t.Tick(int(i.C)) {
					out = v.pause(pc)
				}
			case code.JTrue:
				if regs[i.A].truth() {
					pc = int(i.D)
				}
			case code.JFalse:
				if !regs[i.A].truth() {
					pc = int(i.D)
				}
			case code.JLt:
				x, y := &regs[i.A], &regs[i.B]
				if x.isInt() && y.isInt() {
					if (x.int() < y.int()) == (i.C != 0) {
						pc = int(i.D)
					}
					continue
				}
				fr.pc = pc
				if out = v.jump(i, *x, *y); out == next {
					pc = fr.pc
				}
			case code.JLe:
				x, y := &regs[i.A], &regs[i.B]
				if x.isInt() && y.isInt() {
					if (x.int() <= y.int()) == (i.C != 0) {
						pc = int(i.D)
					}
					continue
				}
				fr.pc = pc
				if out = v.jump(i, *x, *y); out == next {
					pc = fr.pc
				}
			case code.JNil:
				if (regs[i.A].ref == nil) == (i.C != 0) {
					pc = int(i.D)
				}
			case code.JEq:
				if equal(regs[i.A], regs[i.B]) == (i.C != 0) {
					pc = int(i.D)
				}
			case code.JEqI:
				if x := &regs[i.A]; x.isInt() && x.int() == int64(i.D) || !x.isInt() && equal(*x, Int(int64(i.D))) {
					pc = i.Near()
				}
			case code.JNeI:
				if x := &regs[i.A]; !(x.isInt() && x.int() == int64(i.D) || !x.isInt() && equal(*x, Int(int64(i.D)))) {
					pc = i.Near()
				}
			case code.JLtI, code.JNgeI:
				if x := &regs[i.A]; x.isInt() {
					if x.int() < int64(i.D) {
						pc = i.Near()
					}
					continue
				}
				fr.pc = pc
				if out = v.jump(i, regs[i.A], Int(int64(i.D))); out == next {
					pc = fr.pc
				}
			case code.JGeI, code.JNltI:
				if x := &regs[i.A]; x.isInt() {
					if x.int() >= int64(i.D) {
						pc = i.Near()
					}
					continue
				}
				fr.pc = pc
				if out = v.jump(i, regs[i.A], Int(int64(i.D))); out == next {
					pc = fr.pc
				}
			case code.JLeI, code.JNleI, code.JGtI, code.JNgtI:
				if x := &regs[i.A]; x.isInt() {
					if (x.int() > int64(i.D)) == (i.Op == code.JGtI || i.Op == code.JNleI) {
						pc = i.Near()
					}
					continue
				}
				fr.pc = pc
				if out = v.jump(i, regs[i.A], Int(int64(i.D))); out == next {
					pc = fr.pc
				}
			case code.ForLoop:
				x := regs[i.A].int() + 1
				regs[i.A].n = uint64(x)
				if x < regs[i.A+1].int() {
					setInt(&regs[i.A+2], x)
					pc = int(i.D)
					if t.Tick(int(i.C)) {
						out = v.pause(pc)
					}
				}
			case code.ForPrep:
				fr.pc = pc
				if out = v.forPrep(i, regs); out == next {
					pc = fr.pc
				}
			case code.EachPrep:
				fr.pc = pc
				out = v.eachPrep(i, regs)
			case code.Each:
				fr.pc = pc
				if out = v.each(i, regs); out == next {
					pc = fr.pc
				}

			case code.CallFunc:
				fr.pc = pc
				cl := in.funcs[i.D]
				base := fr.base + int(i.A) + 1
				if d := v.depth + 1; d < len(v.frames) && base+windowSize <= len(v.stack) && d < in.maxDepth {
					v.depth = d
					fr = &v.frames[d]
					fr.cl, fr.base = cl, base
					fn, pc = cl.fn, 0
					ops, consts = fn.Code, fn.consts
					regs = (*window)(v.stack[base:])
					if t.Tick(fn.cost) {
						out = v.pause(0)
					}
					continue
				}
				out = v.enter(cl, int(i.A)+1, int(i.B))
			case code.Return:
				x := regs[i.A]
				d := v.depth - 1
				if d < 0 {
					fr.pc = pc
					out = v.returned(x)
					continue
				}
				if d < v.low {
					v.saveFrame(d)
				}
				v.depth = d
				fr = &v.frames[d]
				fn, pc = fr.cl.fn, fr.pc
				ops, consts = fn.Code, fn.consts
				regs = (*window)(v.stack[fr.base:])
				regs[ops[pc-1].C] = x
			case code.CallMethod:
				fr.pc = pc
				if x := regs[i.A+1]; x.ref != nil && x.ref.kind == kindInstance {
					c := x.instance().class
					m := fn.sites[i.D].of(c).Load()
					base, d := fr.base+int(i.A)+1, v.depth+1
					if m != nil && m.class == c && m.slot < 0 && m.method.fn.Params == int(i.B)+1 &&
						d < len(v.frames) && base+windowSize <= len(v.stack) && d < in.maxDepth {
						v.depth = d
						fr = &v.frames[d]
						fr.cl, fr.base = m.method, base
						fn, pc = m.method.fn, 0
						ops, consts = fn.Code, fn.consts
						regs = (*window)(v.stack[base:])
						if t.Tick(fn.cost) {
							out = v.pause(0)
						}
						continue
					}
				}
				out = v.callMethod(i, regs, fn)
			case code.GetField:
				if x := regs[i.B]; x.ref != nil && x.ref.kind == kindInstance {
					o := (*instance)(unsafe.Pointer(x.ref))
					if m := fn.sites[i.D].of(o.class).Load(); m != nil && m.class == o.class && m.slot >= 0 {
						y, ok := o.slots.TryGet(t, m.slot)
						if !ok {
							fr.pc = pc
							out = lost
							continue
						}
						regs[i.A] = y
						continue
					}
				}
				fr.pc = pc
				out = v.getField(i, regs, fn)
			case code.SetField:
				if x := regs[i.A]; x.ref != nil && x.ref.kind == kindInstance {
					o := (*instance)(unsafe.Pointer(x.ref))
					if m := fn.sites[i.D].of(o.class).Load(); m != nil && m.class == o.class && m.slot >= 0 && !regs[i.B].isFlag() {
						o.slots.Set(t, m.slot, regs[i.B])
						continue
					}
				}
				fr.pc = pc
				out = v.setField(i, regs, fn)
			case code.GetIndex:
				if x, k := regs[i.B], regs[i.C].int(); x.ref != nil && x.ref.kind == kindList && regs[i.C].isInt() && k == int64(int(k)) {
					y, found, ok := (*list)(unsafe.Pointer(x.ref)).TryGet(t, int(k))
					if ok && found {
						regs[i.A] = y
						continue
					}
				}
				fr.pc = pc
				out = v.getIndex(i, regs)
			case code.GetGlobal:
				x, ok := in.globals[i.D].TryGet(t)
				if ok && (x.ref != nil || x.n != unset) {
					regs[i.A] = x
					continue
				}
				fr.pc = pc
				out = v.noGlobal(i, ok)
			case code.SetIndex:
				fr.pc = pc
				out = v.setIndex(i, regs)
			default:
				fr.pc = pc
				if out = v.rare(i, regs, fn); out == next {
					pc = fr.pc
				}
			}
		}
		if out == lost {
			out = after(t.Rollback())
		}
		if out == ended {
			out = v.stopped()
		}
		if out == finished {
			return
		}
	}
}
