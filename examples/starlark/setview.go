package starstm

import (
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

type setView struct {
	*Set
	window
	access dictAccess
}

var (
	_ starlark.Container  = (*setView)(nil)
	_ starlark.Sequence   = (*setView)(nil)
	_ starlark.HasBinary  = (*setView)(nil)
	_ starlark.Comparable = (*setView)(nil)
)

func (v *setView) object() object { return v.Set }

func (v *setView) flush() { v.access.flush() }

func (v *setView) forget() { v.access.forget() }

func (v *setView) release() { v.access.release() }

func (v *setView) lost(next *attempt) string {
	if key := v.access.lost(next); key != "" {
		return about(v.Set, key)
	}
	return ""
}

// Attr returns a method of the view.
func (v *setView) Attr(name string) (starlark.Value, error) { return v.method(v, setMethods, name) }

// Has is x in s.
func (v *setView) Has(x starlark.Value) (bool, error) {
	if err := v.usable(v); err != nil {
		return false, err
	}
	k, err := keyOf(x)
	return err == nil && v.access.get(k) != nil, err
}

// put makes x an element, or none if is is nil.
func (v *setView) put(x, is starlark.Value) error {
	k, err := keyOf(x)
	if err != nil {
		return err
	}
	v.access.put(k, is)
	return nil
}

func (v *setView) elems() []starlark.Value {
	v.must(v)
	var elems []starlark.Value
	for x := range v.access.each {
		elems = append(elems, x)
	}
	return elems
}

// Iterate goes over the elements that the set has when the loop starts.
func (v *setView) Iterate() starlark.Iterator { return starlark.NewList(v.elems()).Iterate() }

// Len is len(s).
func (v *setView) Len() int { return len(v.elems()) }

// Truth reports whether the set has an element.
func (v *setView) Truth() starlark.Bool {
	v.must(v)
	for range v.access.each {
		return true
	}
	return false
}

// Binary is one of |, &, - and ^. The result is a plain set.
func (v *setView) Binary(op syntax.Token, y starlark.Value, side starlark.Side) (starlark.Value, error) {
	x, err := v.plain()
	if err != nil {
		return nil, err
	}
	if other, ok := y.(*setView); ok {
		if y, err = other.plain(); err != nil {
			return nil, err
		}
	}
	if side == starlark.Right {
		return starlark.Binary(op, y, x)
	}
	return starlark.Binary(op, x, y)
}

func (v *setView) plain() (starlark.Value, error) {
	if err := v.usable(v); err != nil {
		return nil, err
	}
	s := new(starlark.Set)
	for _, x := range v.elems() {
		if err := s.Insert(x); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// CompareSameType compares sets by identity.
func (v *setView) CompareSameType(op syntax.Token, y starlark.Value, _ int) (bool, error) {
	return same(op, v, y)
}
