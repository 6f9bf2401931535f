package starstm

import (
	"go.starlark.net/starlark"
)

// scan calls f with every key and its value, as scripts may have it.
func (v *dictView) scan(f func(k, x starlark.Value) error) error {
	for k, x := range v.access.each {
		x, err := v.at.wrap(x)
		if err != nil {
			return err
		}
		if err := f(k, x); err != nil {
			return err
		}
	}
	return nil
}

// keysMethod is d.keys().
func (v *dictView) keysMethod(args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs("keys", args, kwargs); err != nil {
		return nil, err
	}
	return starlark.NewList(v.keyList()), nil
}

// valuesMethod is d.values().
func (v *dictView) valuesMethod(args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs("values", args, kwargs); err != nil {
		return nil, err
	}
	var values []starlark.Value
	err := v.scan(func(_, x starlark.Value) error {
		values = append(values, x)
		return nil
	})
	return starlark.NewList(values), err
}

// itemsMethod is d.items().
func (v *dictView) itemsMethod(args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs("items", args, kwargs); err != nil {
		return nil, err
	}
	var items []starlark.Value
	err := v.scan(func(k, x starlark.Value) error {
		items = append(items, starlark.Tuple{k, x})
		return nil
	})
	return starlark.NewList(items), err
}

// snapshotMethod is d.snapshot(): a plain dict, which belongs to the caller.
// Shared objects in it are the objects themselves, so that it may leave the block.
func (v *dictView) snapshotMethod(args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs("snapshot", args, kwargs); err != nil {
		return nil, err
	}
	d := new(starlark.Dict)
	for k, x := range v.access.each {
		if err := d.SetKey(k, x); err != nil {
			return nil, err
		}
	}
	return d, nil
}
