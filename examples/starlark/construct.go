package starstm

import (
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
)

// constructors returns the module shared.
func (rt *Runtime) constructors() *starlarkstruct.Module {
	return &starlarkstruct.Module{Name: "shared", Members: starlark.StringDict{
		"dict":    starlark.NewBuiltin("shared.dict", rt.makeDict),
		"counter": starlark.NewBuiltin("shared.counter", rt.makeCounter),
		"cell":    starlark.NewBuiltin("shared.cell", rt.makeCell),
		"list":    starlark.NewBuiltin("shared.list", rt.makeList),
	}}
}

// makeDict is shared.dict(name="").
func (rt *Runtime) makeDict(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var name string
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "name?", &name); err != nil {
		return nil, err
	}
	return made(thread, rt.NewDict(name))
}

// makeCounter is shared.counter(n=0, name="").
func (rt *Runtime) makeCounter(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var name string
	n := zero
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "n?", &n, "name?", &name); err != nil {
		return nil, err
	}
	return made(thread, rt.newCounter(name, n))
}

// makeCell is shared.cell(value=None, name="").
func (rt *Runtime) makeCell(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var name string
	var v starlark.Value = starlark.None
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "value?", &v, "name?", &name); err != nil {
		return nil, err
	}
	v, err := kept(thread, v)
	if err != nil {
		return nil, err
	}
	return made(thread, rt.NewCell(name, v))
}

// makeList is shared.list(elems=[], name="").
func (rt *Runtime) makeList(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var name string
	var from starlark.Iterable
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "elems?", &from, "name?", &name); err != nil {
		return nil, err
	}
	var elems []starlark.Value
	if from != nil {
		for v := range starlark.Elements(from) {
			v, err := kept(thread, v)
			if err != nil {
				return nil, err
			}
			elems = append(elems, v)
		}
	}
	return made(thread, rt.NewList(name, elems...))
}

// kept prepares v for an object that thread makes.
func kept(thread *starlark.Thread, v starlark.Value) (starlark.Value, error) {
	if g := guestOf(thread); g != nil && g.at != nil {
		return g.at.keep(v)
	}
	return (&attempt{}).keep(v)
}

// made returns o as the running code may use it: inside of a block, a view.
func made(thread *starlark.Thread, o object) (starlark.Value, error) {
	if g := guestOf(thread); g != nil && g.at != nil {
		return g.at.open(o)
	}
	return o, nil
}
