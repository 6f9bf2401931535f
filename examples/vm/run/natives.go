package run

import (
	"fmt"
	"slices"
	"strings"

	"github.com/weft-stm/weft/sched"
)

// natives are the native functions that a program may use.
type natives struct {
	table   sched.Natives[Value]
	all     []*nativeFunc
	names   map[string]int
	modules map[string]bool
	prepare map[int]func(t *sched.Thread, args []Value) []Value  // arguments, before the call is put off
	plain   []func(t *sched.Thread, args []Value) (Value, error) // those that neither use the heap nor leave; nil for others
}

// plain are natives that are called without precautions, beside those of math.
var plain = map[string]bool{
	"type": true, "int": true, "float": true, "chr": true, "ord": true, "lock": true, "counter": true, "queue": true,
	"threads": true, "new_id": true, "commit_soon": true, "time.now": true,
}

func (x *natives) init(in *Interp, o Options) {
	x.names, x.modules = map[string]int{}, map[string]bool{}
	x.prepare = map[int]func(*sched.Thread, []Value) []Value{}
	for _, f := range slices.Concat(basics(in), conversions(), mathematics(), outside(o.Out)) {
		n := x.add(f)
		if plain[f.Name] || strings.HasPrefix(f.Name, "math.") {
			x.plain[n] = f.Call
		}
	}
	for _, f := range o.Natives {
		x.add(f)
	}
	for _, name := range []string{"print", "io.append"} {
		x.prepare[x.names[name]] = shown
	}
}

func (x *natives) add(f sched.Native[Value]) (number int) {
	n := x.table.Register(f)
	x.names[f.Name] = n
	x.all = append(x.all, &nativeFunc{header{kindNative}, n, f.Name})
	x.plain = append(x.plain, nil)
	if module, _, ok := strings.Cut(f.Name, "."); ok {
		x.modules[module] = true
	}
	return n
}

// Lookup and Module are what the compiler asks.
func (x *natives) Lookup(name string) (number int, found bool) {
	number, found = x.names[name]
	return number, found
}

func (x *natives) Module(name string) bool { return x.modules[name] }

// shown turns values into what print shows: a native function that is put off
// must not use the heap.
func shown(t *sched.Thread, args []Value) []Value {
	out := make([]Value, len(args))
	for i, x := range args {
		out[i] = Value{0, &(&text{header{kindString}, show(t, x)}).header}
	}
	return out
}

// callNative calls a native function with n arguments, in registers from args
// on.
func (v *vm) callNative(number int, regs *window, args, n, dst int) outcome {
	if f := v.in.natives.plain[number]; f != nil {
		x, err := f(v.t, regs[args:args+n])
		if err != nil {
			return v.throw(fmt.Errorf("%s: %w", v.in.natives.all[number].name, err))
		}
		regs[dst] = x
		return next
	}
	var x Value
	var s sched.Status
	var err error
	caught := v.t.Catch(func() {
		a := regs[args : args+n]
		if prepare := v.in.natives.prepare[number]; prepare != nil {
			a = prepare(v.t, a)
		}
		x, s, err = v.in.natives.table.Call(v.t, number, a)
	})
	switch {
	case caught != sched.Proceed:
		return after(caught)
	case s != sched.Proceed:
		return after(s)
	case err != nil:
		_ = v.throw(fmt.Errorf("%s: %w", v.in.natives.all[number].name, err))
	default:
		regs[dst] = x
	}
	// It may have left. What is saved now has the result, or the exception.
	if s := v.t.Enter(); s != sched.Proceed {
		return after(s)
	}
	if err != nil {
		return thrown
	}
	return next
}

// A native function without arguments of the wrong number.
func fixed(name string, e sched.Effect, n int, call func(t *sched.Thread, a []Value) (Value, error)) sched.Native[Value] {
	return sched.Native[Value]{Name: name, Effect: e, Call: func(t *sched.Thread, a []Value) (Value, error) {
		if len(a) != n {
			return Nil, fmt.Errorf("it takes %d arguments, not %d", n, len(a))
		}
		return call(t, a)
	}}
}

func pure(name string, n int, call func(t *sched.Thread, a []Value) (Value, error)) sched.Native[Value] {
	return fixed(name, sched.Pure, n, call)
}

func wrong(what string, v Value) error {
	return fmt.Errorf("%s is needed, not %s", what, v.typeName())
}
