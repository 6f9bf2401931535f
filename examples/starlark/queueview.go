package starstm

import (
	"errors"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

type queueView struct {
	*Queue
	window
}

var queueMethods = newMethodSet(map[string]method[*queueView]{
	"get":      {run: (*queueView).getMethod},
	"len":      {run: (*queueView).lenMethod, reads: true},
	"put":      {run: (*queueView).putMethod},
	"snapshot": {run: (*queueView).snapshotMethod, reads: true},
	"try_get":  {run: (*queueView).tryGetMethod},
})

func (v *queueView) object() object { return v.Queue }

func (v *queueView) flush() {}

func (v *queueView) forget() {}

func (v *queueView) release() {}

// lost does not know the variables of a queue.
func (v *queueView) lost(*attempt) string { return "" }

// Attr returns a method of the view.
func (v *queueView) Attr(name string) (starlark.Value, error) { return v.method(v, queueMethods, name) }

// Truth reports whether there is a value in the queue.
func (v *queueView) Truth() starlark.Bool {
	v.must(v)
	return v.s.len(v.at) > 0
}

// CompareSameType compares queues by identity.
func (v *queueView) CompareSameType(op syntax.Token, y starlark.Value, _ int) (bool, error) {
	return same(op, v, y)
}

// putMethod is q.put(x).
func (v *queueView) putMethod(args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x starlark.Value
	if err := starlark.UnpackArgs("put", args, kwargs, "x", &x); err != nil {
		return nil, err
	}
	return starlark.None, v.put(x)
}

func (v *queueView) put(x starlark.Value) error {
	x, err := v.at.keep(x)
	if err == nil {
		v.s.put(v.at, x)
	}
	return err
}

// getMethod is q.get(): it waits until there is a value.
func (v *queueView) getMethod(args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs("get", args, kwargs); err != nil {
		return nil, err
	}
	x := v.s.take(v.at)
	if x == nil {
		v.s.wait(v.at)
		return nil, errors.New("starstm: internal error: wait returned")
	}
	return v.at.wrap(x)
}

// tryGetMethod is q.try_get(default=None).
func (v *queueView) tryGetMethod(args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var otherwise starlark.Value = starlark.None
	if err := starlark.UnpackArgs("try_get", args, kwargs, "default?", &otherwise); err != nil {
		return nil, err
	}
	if x := v.s.take(v.at); x != nil {
		return v.at.wrap(x)
	}
	return otherwise, nil
}

// lenMethod is q.len().
func (v *queueView) lenMethod(args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs("len", args, kwargs); err != nil {
		return nil, err
	}
	return starlark.MakeInt(v.s.len(v.at)), nil
}

// snapshotMethod is q.snapshot(): a plain list, which belongs to the caller.
func (v *queueView) snapshotMethod(args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs("snapshot", args, kwargs); err != nil {
		return nil, err
	}
	return starlark.NewList(v.s.all(v.at)), nil
}
