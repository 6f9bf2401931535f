package starstm

import (
	"slices"

	"go.starlark.net/starlark"
)

var listMethods = newMethodSet(map[string]method[*listView]{
	"append":   {run: (*listView).appendMethod},
	"get":      {run: (*listView).getMethod, reads: true},
	"len":      {run: (*listView).lenMethod, reads: true},
	"set":      {run: (*listView).setMethod},
	"snapshot": {run: (*listView).snapshotMethod, reads: true},
})

// appendMethod is l.append(x).
func (v *listView) appendMethod(args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x starlark.Value
	if err := starlark.UnpackArgs("append", args, kwargs, "x", &x); err != nil {
		return nil, err
	}
	x, err := v.at.keep(x)
	if err != nil {
		return nil, err
	}
	v.tail = append(v.tail, x)
	return starlark.None, nil
}

// getMethod is l.get(i).
func (v *listView) getMethod(args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var i starlark.Value
	if err := starlark.UnpackArgs("get", args, kwargs, "i", &i); err != nil {
		return nil, err
	}
	x, _, err := v.Get(i)
	return x, err
}

// setMethod is l.set(i, x).
func (v *listView) setMethod(args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var i, x starlark.Value
	if err := starlark.UnpackArgs("set", args, kwargs, "i", &i, "x", &x); err != nil {
		return nil, err
	}
	return starlark.None, v.SetKey(i, x)
}

// lenMethod is l.len().
func (v *listView) lenMethod(args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs("len", args, kwargs); err != nil {
		return nil, err
	}
	return starlark.MakeInt(v.Len()), nil
}

// snapshotMethod is l.snapshot(): a plain list, which belongs to the caller.
func (v *listView) snapshotMethod(args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs("snapshot", args, kwargs); err != nil {
		return nil, err
	}
	return starlark.NewList(slices.Collect(v.now().all())), nil
}
