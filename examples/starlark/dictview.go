package starstm

import (
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

type dictView struct {
	*Dict
	window
	access dictAccess
}

var (
	_ starlark.HasSetKey  = (*dictView)(nil)
	_ starlark.Container  = (*dictView)(nil)
	_ starlark.Sequence   = (*dictView)(nil)
	_ starlark.Comparable = (*dictView)(nil)
)

func (v *dictView) object() object { return v.Dict }

func (v *dictView) flush() { v.access.flush() }

func (v *dictView) forget() { v.access.forget() }

func (v *dictView) release() { v.access.release() }

func (v *dictView) lost(next *attempt) string {
	if key := v.access.lost(next); key != "" {
		return about(v.Dict, key)
	}
	return ""
}

// Attr returns a method of the view.
func (v *dictView) Attr(name string) (starlark.Value, error) { return v.method(v, dictMethods, name) }

// Get is d[k].
func (v *dictView) Get(k starlark.Value) (starlark.Value, bool, error) {
	if err := v.usable(v); err != nil {
		return nil, false, err
	}
	id, err := keyOf(k)
	if err != nil {
		return nil, false, err
	}
	x, err := v.at.wrap(v.access.get(id))
	return x, x != nil, err
}

// SetKey is d[k] = x.
func (v *dictView) SetKey(k, x starlark.Value) error {
	if err := v.usable(v); err != nil {
		return err
	}
	if err := v.at.mayWrite(v.Dict); err != nil {
		return err
	}
	id, err := keyOf(k)
	if err != nil {
		return err
	}
	if x, err = v.at.keep(x); err != nil {
		return err
	}
	v.access.put(id, x)
	return nil
}

// Has is k in d.
func (v *dictView) Has(k starlark.Value) (bool, error) {
	_, found, err := v.Get(k)
	return found, err
}

// Iterate goes over the keys that the dict has when the loop starts.
func (v *dictView) Iterate() starlark.Iterator {
	v.must(v)
	return starlark.NewList(v.keyList()).Iterate()
}

func (v *dictView) keyList() []starlark.Value {
	var keys []starlark.Value
	for k := range v.access.each {
		keys = append(keys, k)
	}
	return keys
}

// Len is len(d).
func (v *dictView) Len() int {
	v.must(v)
	n := 0
	for range v.access.each {
		n++
	}
	return n
}

// Truth reports whether the dict has a key.
func (v *dictView) Truth() starlark.Bool {
	v.must(v)
	for range v.access.each {
		return true
	}
	return false
}

// CompareSameType compares dicts by identity.
func (v *dictView) CompareSameType(op syntax.Token, y starlark.Value, _ int) (bool, error) {
	return same(op, v, y)
}
