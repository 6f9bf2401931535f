package starstm

import (
	"context"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A Counter is the shared.counter of scripts: an int that any number of
// threads add to without conflict.
type Counter struct {
	handle
	v variable[starlark.Int]
}

// NewCounter returns a counter that holds n. The name is for messages.
func (rt *Runtime) NewCounter(name string, n int64) *Counter {
	return rt.newCounter(name, starlark.MakeInt64(n))
}

func (rt *Runtime) newCounter(name string, n starlark.Int) *Counter {
	return &Counter{handle{rt, "counter", name}, newVariable(rt, n, name)}
}

// Value returns the present value. It must not be called inside a block.
func (c *Counter) Value(ctx context.Context) (starlark.Int, error) {
	v, err := c.rt.look(ctx, c, "value")
	if err != nil {
		return starlark.Int{}, err
	}
	return v.(starlark.Int), nil
}

// Attr returns a method of the counter.
func (c *Counter) Attr(name string) (starlark.Value, error) { return counterMethods.attr(c, name) }

// AttrNames returns the names of the methods.
func (c *Counter) AttrNames() []string { return counterMethods.names }

// CompareSameType compares counters by identity.
func (c *Counter) CompareSameType(op syntax.Token, y starlark.Value, _ int) (bool, error) {
	return same(op, c, y)
}

// zero is 0: the zero Int is not a number.
var zero = starlark.MakeInt(0)

func (c *Counter) open(at *attempt) view { return &counterView{c, window{at: at}, zero} }

type counterView struct {
	*Counter
	window
	delta starlark.Int // added, but not handed over yet
}

var counterMethods = newMethodSet(map[string]method[*counterView]{
	"add":   {run: (*counterView).add},
	"set":   {run: (*counterView).set},
	"value": {run: (*counterView).value, reads: true},
})

func (v *counterView) add(args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	n := starlark.MakeInt(1)
	if err := starlark.UnpackArgs("add", args, kwargs, "n?", &n); err != nil {
		return nil, err
	}
	v.delta = v.delta.Add(n)
	return starlark.None, nil
}

func (v *counterView) set(args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var n starlark.Int
	if err := starlark.UnpackArgs("set", args, kwargs, "n", &n); err != nil {
		return nil, err
	}
	v.delta = zero
	v.v.set(v.at, n)
	return starlark.None, nil
}

func (v *counterView) value(args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs("value", args, kwargs); err != nil {
		return nil, err
	}
	v.flush()
	return v.v.get(v.at), nil
}

func (v *counterView) flush() {
	if delta := v.delta; delta.Sign() != 0 {
		v.delta = zero
		v.v.update(v.at, func(n starlark.Int) starlark.Int { return n.Add(delta) })
	}
}

func (v *counterView) forget() { v.delta = zero }

func (v *counterView) release() {}

func (v *counterView) lost(next *attempt) string {
	if v.v.lost(next) {
		return about(v.Counter, "")
	}
	return ""
}

func (v *counterView) object() object { return v.Counter }

// Attr returns a method of the view.
func (v *counterView) Attr(name string) (starlark.Value, error) {
	return v.method(v, counterMethods, name)
}

// Truth reports whether the counter is not zero.
func (v *counterView) Truth() starlark.Bool {
	v.must(v)
	v.flush()
	return v.v.get(v.at).Sign() != 0
}

// CompareSameType compares counters by identity.
func (v *counterView) CompareSameType(op syntax.Token, y starlark.Value, _ int) (bool, error) {
	return same(op, v, y)
}
