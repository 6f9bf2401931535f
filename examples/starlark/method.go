package starstm

import (
	"maps"
	"slices"

	"go.starlark.net/starlark"
)

// A method of a view of type V.
type method[V view] struct {
	run   func(v V, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error)
	reads bool // changes nothing
}

// A methodSet holds the methods of a shared type as built-in functions,
// once for views and once for the objects themselves.
type methodSet struct {
	names    []string
	onView   map[string]*starlark.Builtin
	onObject map[string]*starlark.Builtin
}

func newMethodSet[V view](methods map[string]method[V]) *methodSet {
	s := &methodSet{
		names:    slices.Sorted(maps.Keys(methods)),
		onView:   make(map[string]*starlark.Builtin),
		onObject: make(map[string]*starlark.Builtin),
	}
	for name, m := range methods {
		s.onView[name] = starlark.NewBuiltin(name, m.onView)
		s.onObject[name] = starlark.NewBuiltin(name, m.onObject)
	}
	return s
}

// onView runs the method on the view that it was taken from.
func (m method[V]) onView(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v := b.Receiver().(V)
	if !v.attempt().live.Load() {
		return nil, escaped(v)
	}
	return m.on(v, args, kwargs)
}

// onObject runs the method in the block of the calling thread, or in a block
// of its own.
func (m method[V]) onObject(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	g, err := running(thread, b.Name())
	if err != nil {
		return nil, err
	}
	o := b.Receiver().(object)
	if g.at != nil {
		return m.in(g.at, o, args, kwargs)
	}
	return g.block("", m.reads, func(at *attempt) (starlark.Value, error) {
		at.bare = true
		return m.in(at, o, args, kwargs)
	})
}

func (m method[V]) in(at *attempt, o object, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := at.open(o)
	if err != nil {
		return nil, err
	}
	return m.on(v.(V), args, kwargs)
}

func (m method[V]) on(v V, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if !m.reads {
		if at := v.attempt(); at.readOnly {
			return nil, at.mayWrite(v.object())
		}
	}
	return m.run(v, args, kwargs)
}

// attr returns the named method of o itself, or nil.
func (s *methodSet) attr(o object, name string) (starlark.Value, error) {
	if m := s.onObject[name]; m != nil {
		return m.BindReceiver(o), nil
	}
	return nil, nil
}
