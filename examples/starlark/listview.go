package starstm

import (
	"fmt"
	"slices"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

type listView struct {
	*List
	window
	tail []starlark.Value // appended, but not handed over yet
}

func (v *listView) object() object { return v.List }

func (v *listView) flush() {
	if len(v.tail) == 0 {
		return
	}
	tail := v.tail
	v.tail = nil
	v.v.update(v.at, func(x vector) vector {
		for _, e := range tail {
			x = x.append(e)
		}
		return x
	})
}

func (v *listView) forget() { v.tail = nil }

func (v *listView) release() {}

func (v *listView) lost(next *attempt) string {
	if v.v.lost(next) {
		return about(v.List, "")
	}
	return ""
}

// now returns the elements, what this attempt appended included.
func (v *listView) now() vector {
	v.flush()
	return v.v.get(v.at)
}

// index returns the position that i means in x.
func (v *listView) index(x vector, i starlark.Value) (int, error) {
	n, err := starlark.AsInt32(i)
	if err != nil {
		return 0, fmt.Errorf("%s index: %w", v.Type(), err)
	}
	at := n
	if at < 0 {
		at += x.n
	}
	if at < 0 || at >= x.n {
		return 0, fmt.Errorf("%s index %d out of range: it has %d elements", v.Type(), n, x.n)
	}
	return at, nil
}

// Get is l[i]. The interpreter asks for a mapping before it asks for a
// sequence, and only a mapping can answer with an error.
func (v *listView) Get(i starlark.Value) (starlark.Value, bool, error) {
	if err := v.usable(v); err != nil {
		return nil, false, err
	}
	now := v.now()
	n, err := v.index(now, i)
	if err != nil {
		return nil, false, err
	}
	x, err := v.at.wrap(now.at(n))
	return x, true, err
}

// SetKey is l[i] = x.
func (v *listView) SetKey(i, x starlark.Value) error {
	if err := v.usable(v); err != nil {
		return err
	}
	if err := v.at.mayWrite(v.List); err != nil {
		return err
	}
	now := v.now()
	n, err := v.index(now, i)
	if err != nil {
		return err
	}
	if x, err = v.at.keep(x); err != nil {
		return err
	}
	v.v.set(v.at, now.with(n, x))
	return nil
}

// Has is x in l.
func (v *listView) Has(x starlark.Value) (bool, error) {
	if err := v.usable(v); err != nil {
		return false, err
	}
	for e := range v.now().all() {
		if eq, err := starlark.Equal(e, x); eq || err != nil {
			return eq, err
		}
	}
	return false, nil
}

// Iterate goes over the elements that the list has when the loop starts.
func (v *listView) Iterate() starlark.Iterator {
	v.must(v)
	elems := slices.Collect(v.now().all())
	for i, x := range elems {
		elems[i], _ = v.at.wrap(x) // fails for objects of another Runtime only, which say so when used
	}
	return starlark.NewList(elems).Iterate()
}

// Len is len(l).
func (v *listView) Len() int {
	v.must(v)
	return v.now().n
}

// Truth reports whether the list has an element.
func (v *listView) Truth() starlark.Bool { return v.Len() > 0 }

// CompareSameType compares lists by identity.
func (v *listView) CompareSameType(op syntax.Token, y starlark.Value, _ int) (bool, error) {
	return same(op, v, y)
}

// Attr returns a method of the view.
func (v *listView) Attr(name string) (starlark.Value, error) { return v.method(v, listMethods, name) }
