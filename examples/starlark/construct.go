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
		"queue":   starlark.NewBuiltin("shared.queue", rt.makeQueue),
		"set":     starlark.NewBuiltin("shared.set", rt.makeSet),
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

// elemsAndName takes the arguments (elems=[], name="").
func elemsAndName(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (elems []starlark.Value, name string, err error) {
	var from starlark.Iterable
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "elems?", &from, "name?", &name); err != nil {
		return nil, "", err
	}
	elems, err = allKept(thread, from)
	return elems, name, err
}

// makeList is shared.list(elems=[], name="").
func (rt *Runtime) makeList(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	elems, name, err := elemsAndName(thread, b, args, kwargs)
	if err != nil {
		return nil, err
	}
	return made(thread, rt.NewList(name, elems...))
}

// makeQueue is shared.queue(elems=[], name="").
func (rt *Runtime) makeQueue(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	elems, name, err := elemsAndName(thread, b, args, kwargs)
	if err != nil {
		return nil, err
	}
	return filled(thread, b, rt.NewQueue(name), elems, func(v view, x starlark.Value) error {
		return v.(*queueView).put(x)
	})
}

// makeSet is shared.set(elems=[], name="").
func (rt *Runtime) makeSet(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	elems, name, err := elemsAndName(thread, b, args, kwargs)
	if err != nil {
		return nil, err
	}
	return filled(thread, b, rt.NewSet(name), elems, func(v view, x starlark.Value) error {
		return v.(*setView).put(x, starlark.True)
	})
}

// filled adds elems to the new object o, in the block of thread or in one of
// its own.
func filled(thread *starlark.Thread, b *starlark.Builtin, o object, elems []starlark.Value, add func(view, starlark.Value) error) (starlark.Value, error) {
	if len(elems) == 0 {
		return made(thread, o)
	}
	fill := func(at *attempt) (starlark.Value, error) {
		v, err := at.open(o)
		if err != nil {
			return nil, err
		}
		for _, x := range elems {
			if err := add(v, x); err != nil {
				return nil, err
			}
		}
		return v, nil
	}
	g, err := running(thread, b.Name())
	if err != nil {
		return nil, err
	}
	if g.at != nil {
		return fill(g.at)
	}
	return g.block(b.Name(), false, fill)
}

// allKept prepares the elements of from, which may be nil, for an object that
// thread makes.
func allKept(thread *starlark.Thread, from starlark.Iterable) (elems []starlark.Value, err error) {
	if from == nil {
		return nil, nil
	}
	for v := range starlark.Elements(from) {
		if v, err = kept(thread, v); err != nil {
			return nil, err
		}
		elems = append(elems, v)
	}
	return elems, nil
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
