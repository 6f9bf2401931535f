package starstm

import "go.starlark.net/starlark"

// wrap replaces a shared object by its view, in tuples too. Lists and dicts
// keep the objects as they are: to copy them would break their identity.
func (at *attempt) wrap(v starlark.Value) (starlark.Value, error) {
	switch v := v.(type) {
	case nil, starlark.Int, starlark.String:
		return v, nil
	case starlark.Tuple:
		return mapTuple(v, at.wrap)
	case view: // before object: a view has the methods of its object
		if v.attempt() != at {
			return nil, escaped(v)
		}
	case object:
		if !at.bare {
			return at.open(v)
		}
	}
	return v, nil
}

// unwrap is the inverse of wrap, for what leaves the attempt.
func (at *attempt) unwrap(v starlark.Value) (starlark.Value, error) {
	switch v := v.(type) {
	case nil, starlark.Int, starlark.String:
		return v, nil
	case starlark.Tuple:
		return mapTuple(v, at.unwrap)
	case view:
		if v.attempt() != at {
			return nil, escaped(v)
		}
		return v.object(), nil
	}
	return v, nil
}

// keep prepares v for a shared object: views become objects, the rest is frozen.
func (at *attempt) keep(v starlark.Value) (starlark.Value, error) {
	switch v.(type) {
	case starlark.Int, starlark.String:
		return v, nil
	}
	v, err := at.unwrap(v)
	if err != nil {
		return nil, err
	}
	freezeModule(v)
	v.Freeze()
	return v, nil
}

// mapTuple applies f to the elements of t. It copies t only if f changes one.
func mapTuple(t starlark.Tuple, f func(starlark.Value) (starlark.Value, error)) (starlark.Value, error) {
	var out starlark.Tuple
	for i, old := range t {
		v, err := f(old)
		if err != nil {
			return nil, err
		}
		if out == nil && changed(old, v) {
			out = append(make(starlark.Tuple, 0, len(t)), t[:i]...)
		}
		if out != nil {
			out = append(out, v)
		}
	}
	if out != nil {
		return out, nil
	}
	return t, nil
}

// changed reports whether wrap or unwrap made v of old. Tuples cannot be
// compared by ==, and one that f looked into is taken as changed.
func changed(old, v starlark.Value) bool {
	switch old.(type) {
	case starlark.Tuple:
		return true
	case object, view:
		return old != v
	}
	return false
}
