package starstm

import (
	"fmt"

	"go.starlark.net/starlark"
)

var setMethods = newMethodSet(map[string]method[*setView]{
	"add":      {run: (*setView).addMethod},
	"clear":    {run: (*setView).clearMethod},
	"discard":  {run: (*setView).discardMethod},
	"has":      {run: (*setView).hasMethod, reads: true},
	"len":      {run: (*setView).lenMethod, reads: true},
	"remove":   {run: (*setView).removeMethod},
	"snapshot": {run: (*setView).snapshotMethod, reads: true},
	"update":   {run: (*setView).updateMethod},
})

// element unpacks the one argument of a method.
func element(name string, args starlark.Tuple, kwargs []starlark.Tuple) (key, error) {
	var x starlark.Value
	if err := starlark.UnpackArgs(name, args, kwargs, "x", &x); err != nil {
		return key{}, err
	}
	return keyOf(x)
}

// addMethod is s.add(x).
func (v *setView) addMethod(args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	k, err := element("add", args, kwargs)
	if err != nil {
		return nil, err
	}
	v.access.put(k, starlark.True)
	return starlark.None, nil
}

// updateMethod is s.update(iterable).
func (v *setView) updateMethod(args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var from starlark.Iterable
	if err := starlark.UnpackArgs("update", args, kwargs, "elems", &from); err != nil {
		return nil, err
	}
	for x := range starlark.Elements(from) {
		if err := v.put(x, starlark.True); err != nil {
			return nil, err
		}
	}
	return starlark.None, nil
}

// discardMethod is s.discard(x): nothing happens if x is not there.
func (v *setView) discardMethod(args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	k, err := element("discard", args, kwargs)
	if err != nil {
		return nil, err
	}
	v.access.put(k, nil)
	return starlark.None, nil
}

// removeMethod is s.remove(x): an error if x is not there.
func (v *setView) removeMethod(args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	k, err := element("remove", args, kwargs)
	if err != nil {
		return nil, err
	}
	if v.access.get(k) == nil {
		return nil, fmt.Errorf("remove: missing element %v", k.value)
	}
	v.access.put(k, nil)
	return starlark.None, nil
}

// clearMethod is s.clear().
func (v *setView) clearMethod(args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs("clear", args, kwargs); err != nil {
		return nil, err
	}
	for _, x := range v.elems() {
		if err := v.put(x, nil); err != nil {
			return nil, err
		}
	}
	return starlark.None, nil
}

// hasMethod is s.has(x).
func (v *setView) hasMethod(args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	k, err := element("has", args, kwargs)
	if err != nil {
		return nil, err
	}
	return starlark.Bool(v.access.get(k) != nil), nil
}

// lenMethod is s.len().
func (v *setView) lenMethod(args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs("len", args, kwargs); err != nil {
		return nil, err
	}
	return starlark.MakeInt(v.Len()), nil
}

// snapshotMethod is s.snapshot(): a plain set, which belongs to the caller.
func (v *setView) snapshotMethod(args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs("snapshot", args, kwargs); err != nil {
		return nil, err
	}
	return v.plain()
}
