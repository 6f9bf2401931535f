package starstm

import (
	"errors"
	"fmt"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// An object is what guest threads share: a dict, set, counter, cell, list or queue. By itself
// it offers methods only. Operators reach it through a view.
type object interface {
	starlark.Value
	base() *handle
	open(*attempt) view
}

// A view is an object as one attempt sees it. Operators do not tell a Starlark
// value which thread uses it, so the view carries the attempt.
type view interface {
	starlark.Value
	object() object
	attempt() *attempt
	flush()                    // hand over what was gathered to the engine
	forget()                   // drop what is known and was gathered
	release()                  // give back what was borrowed from the guest
	lost(next *attempt) string // what the attempt was lost on, if that is in the object
}

// A handle is the common part of all objects.
type handle struct {
	rt   *Runtime
	kind string // as in shared.kind
	name string // for messages; may be empty
}

func (h *handle) base() *handle { return h }

// String returns the kind and name of the object. It reads no contents: to
// print an object is no reason for a conflict.
func (h *handle) String() string {
	if h.name == "" {
		return "<" + h.Type() + ">"
	}
	return fmt.Sprintf("<%s %s>", h.Type(), h.name)
}

// Type returns the kind of the object, such as "shared.dict".
func (h *handle) Type() string { return "shared." + h.kind }

// Freeze does nothing: sharing what frozen values cannot is an object's purpose.
func (h *handle) Freeze() {}

// Hash returns an error: objects are no keys.
func (h *handle) Hash() (uint32, error) { return 0, errors.New("unhashable: " + h.Type()) }

// Truth panics with an error of the script: outside of a view there is no
// state in which to look.
func (h *handle) Truth() starlark.Bool { panic(misuse{h.unopened("the truth of")}) }

// unopened says how to get at an object whose contents an operator asked for.
func (h *handle) unopened(what string) error {
	return fmt.Errorf("%s a %s is known in an atomic block only: pass it on, atomic(fn, x), and use fn's parameter; or call a method of it", what, h.Type())
}

// A misuse is an error of a script in an operation that cannot return one. It
// is thrown as a panic as far as Call or Exec.
type misuse struct{ error }

// window is the common part of all views.
type window struct {
	at    *attempt
	bound []*starlark.Builtin // methods asked for so far
}

func (w *window) attempt() *attempt { return w.at }

// usable returns an error once the attempt has ended.
func (w *window) usable(v view) error {
	if !w.at.live.Load() {
		return escaped(v)
	}
	return nil
}

// must throws the error of usable.
func (w *window) must(v view) {
	if err := w.usable(v); err != nil {
		panic(misuse{err})
	}
}

func escaped(v view) error {
	return fmt.Errorf("this %s was kept from an atomic block that has ended: keep the shared object itself, or plain values read from it", v.object().Type())
}

// method returns the named method bound to v, or nil. Scripts ask for the same
// few methods in every turn of a loop, so the bound ones are remembered.
func (w *window) method(v view, set *methodSet, name string) (starlark.Value, error) {
	for _, b := range w.bound {
		if b.Name() == name {
			return b, nil
		}
	}
	m := set.onView[name]
	if m == nil {
		return nil, nil
	}
	b := m.BindReceiver(v)
	w.bound = append(w.bound, b)
	return b, nil
}

// same compares two values of one shared type by identity.
func same(op syntax.Token, x, y starlark.Value) (bool, error) {
	switch op {
	case syntax.EQL:
		return identity(x) == identity(y), nil
	case syntax.NEQ:
		return identity(x) != identity(y), nil
	}
	return false, fmt.Errorf("%s %s %s not implemented", x.Type(), op, y.Type())
}

func identity(v starlark.Value) starlark.Value {
	if v, ok := v.(view); ok {
		return v.object()
	}
	return v
}
