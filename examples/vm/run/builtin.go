package run

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/sched/heap"
)

// basics are the functions that belong to no module.
func basics(in *Interp) []sched.Native[Value] {
	return []sched.Native[Value]{
		pure("len", 1, func(t *sched.Thread, a []Value) (Value, error) { return length(t, a[0]) }),
		pure("type", 1, func(_ *sched.Thread, a []Value) (Value, error) {
			if a[0].is(kindInstance) {
				return String(a[0].instance().class.name), nil
			}
			return String(a[0].typeName()), nil
		}),
		pure("error", 1, func(t *sched.Thread, a []Value) (Value, error) { return newFailure(show(t, a[0])), nil }),
		pure("assert", 2, func(t *sched.Thread, a []Value) (Value, error) {
			if !a[0].truth() {
				return Nil, errors.New(show(t, a[1]))
			}
			return Nil, nil
		}),
		pure("list", 2, filled),
		pure("lock", 0, func(*sched.Thread, []Value) (Value, error) {
			return Value{0, &(&lock{header: header{kindLock}}).header}, nil
		}),
		pure("counter", 0, func(*sched.Thread, []Value) (Value, error) {
			return Value{0, &(&counter{header: header{kindCounter}}).header}, nil
		}),
		pure("queue", 0, func(*sched.Thread, []Value) (Value, error) {
			return Value{0, &(&queue{header: header{kindQueue}}).header}, nil
		}),
		pure("local", 1, func(_ *sched.Thread, a []Value) (Value, error) {
			return Value{0, &(&threadLocal{header{kindLocal}, heap.NewLocal(in.machine, a[0])}).header}, nil
		}),
		pure("threads", 0, func(*sched.Thread, []Value) (Value, error) { return Int(int64(in.threads)), nil }),
		pure("new_id", 0, func(t *sched.Thread, _ []Value) (Value, error) { return Int(int64(t.NewID())), nil }),
		pure("commit_soon", 0, func(t *sched.Thread, _ []Value) (Value, error) {
			t.CommitSoon()
			return Nil, nil
		}),
		fixed("irrevocable", sched.Irrevocable, 0, func(*sched.Thread, []Value) (Value, error) { return Nil, nil }),
	}
}

func length(t *sched.Thread, x Value) (Value, error) {
	switch x.kind() {
	case kindString:
		return Int(int64(len(x.text()))), nil
	case kindList:
		return Int(int64(x.list().Len(t))), nil
	case kindDict:
		return Int(int64(x.dict().Len(t))), nil
	case kindQueue:
		return Int(int64(x.queue().Len(t))), nil
	}
	return Nil, fmt.Errorf("%s has no length", x.typeName())
}

// maxList bounds the length of lists that are made at once.
const maxList = 1 << 26

// filled makes a list of so many equal elements.
func filled(t *sched.Thread, a []Value) (Value, error) {
	n, ok := a[0].Int()
	if !ok || n < 0 || n > maxList {
		return Nil, wrong("a number of elements", a[0])
	}
	l := newList(t)
	for range n {
		l.Append(t, a[1])
	}
	return Value{0, &l.header}, nil
}

// conversions between kinds of values.
func conversions() []sched.Native[Value] {
	return []sched.Native[Value]{
		pure("str", 1, func(t *sched.Thread, a []Value) (Value, error) { return String(show(t, a[0])), nil }),
		pure("int", 1, func(_ *sched.Thread, a []Value) (Value, error) { return toInt(a[0]) }),
		pure("float", 1, func(_ *sched.Thread, a []Value) (Value, error) {
			if s, ok := a[0].Text(); ok {
				x, err := strconv.ParseFloat(s, 64)
				if err != nil {
					return Nil, fmt.Errorf("no number can be made of this string")
				}
				return Float(x), nil
			}
			x, ok := a[0].Float()
			if !ok {
				return Nil, wrong("a number", a[0])
			}
			return Float(x), nil
		}),
		pure("chr", 1, func(_ *sched.Thread, a []Value) (Value, error) {
			n, ok := a[0].Int()
			if !ok || n < 0 || n > 255 {
				return Nil, wrong("a byte", a[0])
			}
			return String(string([]byte{byte(n)})), nil
		}),
		pure("ord", 1, func(_ *sched.Thread, a []Value) (Value, error) {
			s, ok := a[0].Text()
			if !ok || len(s) != 1 {
				return Nil, wrong("a string of one byte", a[0])
			}
			return Int(int64(s[0])), nil
		}),
	}
}

// mathematics is the module math.
func mathematics() (all []sched.Native[Value]) {
	for name, f := range map[string]func(float64) float64{
		"sqrt": math.Sqrt, "sin": math.Sin, "cos": math.Cos, "exp": math.Exp, "log": math.Log, "floor": math.Floor,
	} {
		all = append(all, pure("math."+name, 1, func(_ *sched.Thread, a []Value) (Value, error) {
			x, ok := a[0].Float()
			if !ok {
				return Nil, wrong("a number", a[0])
			}
			return Float(f(x)), nil
		}))
	}
	pick := func(name string, first func(y, x Value) (bool, error)) {
		all = append(all, pure("math."+name, 2, func(_ *sched.Thread, a []Value) (Value, error) {
			other, err := first(a[1], a[0])
			if other {
				return a[1], err
			}
			return a[0], err
		}))
	}
	pick("min", func(y, x Value) (bool, error) { return less(y, x, false) })
	pick("max", func(y, x Value) (bool, error) { return less(x, y, false) })
	return append(all, pure("math.abs", 1, func(_ *sched.Thread, a []Value) (Value, error) {
		if x, ok := a[0].Int(); ok && x > math.MinInt64 {
			return Int(max(x, -x)), nil
		}
		x, ok := a[0].Float()
		if !ok {
			return Nil, wrong("a number", a[0])
		}
		return Float(math.Abs(x)), nil
	}))
}
