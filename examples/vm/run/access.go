package run

import (
	"strings"

	"github.com/weft-stm/weft/examples/vm/code"
	"github.com/weft-stm/weft/sched/heap"
)

// getIndex is x[i] of anything.
func (v *vm) getIndex(i code.Instr, regs *window) outcome {
	x, k := regs[i.B], regs[i.C]
	switch x.kind() {
	case kindList:
		n, out := v.place(x.list(), k)
		if out != next {
			return out
		}
		y, found, ok := x.list().TryGet(v.t, n)
		switch {
		case !ok:
			return lost
		case !found:
			return v.outOfRange(k)
		}
		regs[i.A] = y
	case kindDict:
		kk, err := keyOf(k)
		if err != nil {
			return v.throw(err)
		}
		y, found, ok := x.dict().TryGet(v.t, kk)
		switch {
		case !ok:
			return lost
		case !found:
			return v.throwf("no key %s", quoted(k))
		}
		regs[i.A] = y
	case kindString:
		s := x.text()
		n := k.int()
		if !k.isInt() {
			return v.throwf("an index is an integer, not %s", k.typeName())
		}
		if n < 0 {
			n += int64(len(s))
		}
		if n < 0 || n >= int64(len(s)) {
			return v.outOfRange(k)
		}
		regs[i.A] = String(s[n : n+1])
	default:
		return v.throwf("%s has no elements", x.typeName())
	}
	return next
}

// place is where element k of a list is: counted from the end if k is negative.
func (v *vm) place(l *list, k Value) (n int, out outcome) {
	if !k.isInt() {
		return 0, v.throwf("an index is an integer, not %s", k.typeName())
	}
	if n = int(k.int()); int64(n) != k.int() { // on 32 bits
		return -1, next
	}
	if n < 0 {
		size, ok := l.TryLen(v.t)
		if !ok {
			return 0, lost
		}
		n += size
	}
	return n, next
}

func (v *vm) outOfRange(k Value) outcome { return v.throwf("index out of range: %d", k.int()) }

// quoted shows a key in a message.
func quoted(k Value) string {
	var b strings.Builder
	switch k.kind() {
	case kindNil, kindBool, kindInt, kindFloat, kindString, kindBig:
		write(nil, &b, k, 0)
		return b.String()
	}
	return k.typeName()
}

// setIndex is x[k] = y.
func (v *vm) setIndex(i code.Instr, regs *window) outcome {
	x, k := regs[i.A], regs[i.B]
	switch x.kind() {
	case kindList:
		n, out := v.place(x.list(), k)
		if out != next {
			return out
		}
		found, ok := x.list().TrySet(v.t, n, regs[i.C])
		switch {
		case !ok:
			return lost
		case !found:
			return v.outOfRange(k)
		}
	case kindDict:
		kk, err := keyOf(k)
		if err != nil {
			return v.throw(err)
		}
		if regs[i.C].isFlag() {
			if y, found, ok := x.dict().TryGet(v.t, kk); !ok || found && y == regs[i.C] {
				return was(ok)
			}
		}
		return was(x.dict().TrySet(v.t, kk, regs[i.C]))
	default:
		return v.throwf("elements of %s cannot be set", x.typeName())
	}
	return next
}

// contains is k in x.
func (v *vm) contains(i code.Instr, regs *window) outcome {
	k, x := regs[i.B], regs[i.C]
	switch x.kind() {
	case kindDict:
		kk, err := keyOf(k)
		if err != nil {
			regs[i.A] = Bool(false)
			return next
		}
		found, ok := x.dict().TryHas(v.t, kk)
		if !ok {
			return lost
		}
		regs[i.A] = Bool(found)
		return next
	case kindList:
		for n := 0; ; n++ {
			y, found, ok := x.list().TryGet(v.t, n)
			if !ok {
				return lost
			}
			if !found || equal(y, k) {
				regs[i.A] = Bool(found)
				return next
			}
		}
	case kindString:
		if k.is(kindString) {
			regs[i.A] = Bool(strings.Contains(x.text(), k.text()))
			return next
		}
	}
	return v.throwf("in is not possible with %s in %s", k.typeName(), x.typeName())
}

// find returns what a name means for an instance, or nil, and remembers it.
func (fn *function) find(c *class, siteNo int32) *member {
	s := fn.sites[siteNo].of(c)
	if m := s.Load(); m != nil && m.class == c {
		return m
	}
	m := c.members[fn.Sites[siteNo]]
	if m != nil {
		s.Store(m)
	}
	return m
}

// getField is x.name of anything.
func (v *vm) getField(i code.Instr, regs *window, fn *function) outcome {
	x, name := regs[i.B], fn.Sites[i.D]
	switch x.kind() {
	case kindInstance:
		m := fn.find(x.instance().class, i.D)
		switch {
		case m == nil:
			return v.throwf("%s has no field %s", x.instance().class.name, name)
		case m.slot < 0:
			regs[i.A] = Value{0, &(&bound{header{kindBound}, x, m.method}).header}
			return next
		}
		y, ok := x.instance().slots.TryGet(v.t, m.slot)
		if !ok {
			return lost
		}
		regs[i.A] = y
		return next
	case kindError:
		switch name {
		case "message":
			regs[i.A] = String(x.failure().msg)
			return next
		case "where":
			if tr := x.failure().trace; tr != nil {
				regs[i.A] = String(tr.at[0].String())
			} else {
				regs[i.A] = Nil
			}
			return next
		}
	}
	return v.throwf("%s has no field %s", x.typeName(), name)
}

func (v *vm) setField(i code.Instr, regs *window, fn *function) outcome {
	x, name := regs[i.A], fn.Sites[i.D]
	if !x.is(kindInstance) {
		return v.throwf("%s has no fields", x.typeName())
	}
	m := fn.find(x.instance().class, i.D)
	if m == nil || m.slot < 0 {
		return v.throwf("%s has no field %s: a class has the fields that its methods assign to", x.instance().class.name, name)
	}
	slots := &x.instance().slots
	if regs[i.B].isFlag() {
		if y, ok := slots.TryGet(v.t, m.slot); !ok || y == regs[i.B] {
			return was(ok)
		}
	}
	slots.Set(v.t, m.slot, regs[i.B])
	return next
}

// isFlag reports whether x is what programs are wont to set again and again, as
// in done = true. Writing a flag that is there already is left out, so that it
// disturbs nobody.
func (x Value) isFlag() bool { return x.ref == &boolHeader || x.ref == nil }

// set is c = x.
func (v *vm) set(c *heap.Cell[Value], x Value) outcome {
	if x.isFlag() {
		if y, ok := c.TryGet(v.t); !ok || y == x {
			return was(ok)
		}
	}
	c.Set(v.t, x)
	return next
}

// was is what follows a read.
func was(ok bool) outcome {
	if ok {
		return next
	}
	return lost
}

// callMethod is x.name(...). The object is in R[A+1], arguments after it.
func (v *vm) callMethod(i code.Instr, regs *window, fn *function) outcome {
	x := regs[i.A+1]
	args, n := int(i.A)+2, int(i.B)
	if !x.is(kindInstance) {
		return v.method(x, fn.builtins[i.D], fn.Sites[i.D], regs, args, n, int(i.C))
	}
	m := fn.find(x.instance().class, i.D)
	switch {
	case m == nil:
		return v.throwf("%s has no method %s", x.instance().class.name, fn.Sites[i.D])
	case m.slot < 0:
		return v.enter(m.method, args-1, n+1)
	}
	f, ok := x.instance().slots.TryGet(v.t, m.slot)
	if !ok {
		return lost
	}
	return v.call(f, regs, args, n, int(i.C))
}
