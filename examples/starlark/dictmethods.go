package starstm

import (
	"fmt"

	"go.starlark.net/starlark"
)

var dictMethods = newMethodSet(map[string]method[*dictView]{
	"add":        {run: (*dictView).addMethod},
	"get":        {run: (*dictView).getMethod, reads: true},
	"has":        {run: (*dictView).hasMethod, reads: true},
	"items":      {run: (*dictView).itemsMethod, reads: true},
	"keys":       {run: (*dictView).keysMethod, reads: true},
	"len":        {run: (*dictView).lenMethod, reads: true},
	"pop":        {run: (*dictView).popMethod},
	"set":        {run: (*dictView).setMethod},
	"setdefault": {run: (*dictView).setdefaultMethod},
	"snapshot":   {run: (*dictView).snapshotMethod, reads: true},
	"values":     {run: (*dictView).valuesMethod, reads: true},
})

// addMethod is d.add(key, n=1): it adds to the int at key, 0 if there is none.
func (v *dictView) addMethod(args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	k, n, err := addArgs(args, kwargs)
	if err != nil {
		return nil, err
	}
	id, err := keyOf(k)
	if err != nil {
		return nil, err
	}
	if err := v.access.add(id, n); err != nil {
		return nil, fmt.Errorf("add: key %v: %w", k, err)
	}
	return starlark.None, nil
}

// addArgs spares what loops write the reflection and the allocations of UnpackArgs.
func addArgs(args starlark.Tuple, kwargs []starlark.Tuple) (k starlark.Value, n starlark.Int, err error) {
	if len(args) == 2 && len(kwargs) == 0 {
		if n, ok := args[1].(starlark.Int); ok {
			return args[0], n, nil
		}
	}
	return unpackAdd(args, kwargs)
}

func unpackAdd(args starlark.Tuple, kwargs []starlark.Tuple) (k starlark.Value, n starlark.Int, err error) {
	n = starlark.MakeInt(1)
	err = starlark.UnpackArgs("add", args, kwargs, "key", &k, "n?", &n)
	return k, n, err
}

// getMethod is d.get(key, default=None).
func (v *dictView) getMethod(args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var k, otherwise starlark.Value
	if len(args) == 2 && len(kwargs) == 0 {
		k, otherwise = args[0], args[1]
	} else {
		var err error
		if k, otherwise, err = unpackGet("get", args, kwargs); err != nil {
			return nil, err
		}
	}
	x, found, err := v.Get(k)
	if err != nil || found {
		return x, err
	}
	return otherwise, nil
}

// unpackGet unpacks a key and a value for when it is missing.
func unpackGet(name string, args starlark.Tuple, kwargs []starlark.Tuple) (k, otherwise starlark.Value, err error) {
	otherwise = starlark.None
	err = starlark.UnpackArgs(name, args, kwargs, "key", &k, "default?", &otherwise)
	return k, otherwise, err
}

// hasMethod is d.has(key).
func (v *dictView) hasMethod(args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var k starlark.Value
	if err := starlark.UnpackArgs("has", args, kwargs, "key", &k); err != nil {
		return nil, err
	}
	found, err := v.Has(k)
	return starlark.Bool(found), err
}

// setMethod is d.set(key, value).
func (v *dictView) setMethod(args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var k, x starlark.Value
	if err := starlark.UnpackArgs("set", args, kwargs, "key", &k, "value", &x); err != nil {
		return nil, err
	}
	return starlark.None, v.SetKey(k, x)
}

// setdefaultMethod is d.setdefault(key, default=None).
func (v *dictView) setdefaultMethod(args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	k, x, err := unpackGet("setdefault", args, kwargs)
	if err != nil {
		return nil, err
	}
	if old, found, err := v.Get(k); err != nil || found {
		return old, err
	}
	return x, v.SetKey(k, x)
}

// popMethod is d.pop(key[, default]).
func (v *dictView) popMethod(args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var k, otherwise starlark.Value
	if err := starlark.UnpackArgs("pop", args, kwargs, "key", &k, "default?", &otherwise); err != nil {
		return nil, err
	}
	x, found, err := v.Get(k)
	switch {
	case err != nil:
		return nil, err
	case found:
		id, err := keyOf(k)
		v.access.put(id, nil)
		return x, err
	case otherwise != nil:
		return otherwise, nil
	}
	return nil, fmt.Errorf("pop: missing key %v", k)
}

// lenMethod is d.len().
func (v *dictView) lenMethod(args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs("len", args, kwargs); err != nil {
		return nil, err
	}
	return starlark.MakeInt(v.Len()), nil
}
