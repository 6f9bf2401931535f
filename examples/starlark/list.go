package starstm

import (
	"context"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A List is the shared.list of scripts. It is one variable: blocks that read
// or change elements conflict with all that change any. Only append stands
// out: appends do not conflict with one another, and come in the order of the
// commits. For conflicts element by element use a dict with int keys.
type List struct {
	handle
	v variable[vector]
}

// NewList returns a list of the given elements, which are frozen. The name is
// for messages.
func (rt *Runtime) NewList(name string, elems ...starlark.Value) *List {
	var v vector
	for _, x := range elems {
		x.Freeze()
		v = v.append(x)
	}
	return &List{handle{rt, "list", name}, newVariable(rt, v, name)}
}

// Snapshot returns a copy of the list. It must not be called inside a block.
func (l *List) Snapshot(ctx context.Context) (*starlark.List, error) {
	v, err := l.rt.look(ctx, l, "snapshot")
	if err != nil {
		return nil, err
	}
	return v.(*starlark.List), nil
}

// Attr returns a method of the list.
func (l *List) Attr(name string) (starlark.Value, error) { return listMethods.attr(l, name) }

// AttrNames returns the names of the methods.
func (l *List) AttrNames() []string { return listMethods.names }

// Get returns an error that says to index a parameter of a block.
func (l *List) Get(starlark.Value) (starlark.Value, bool, error) {
	return nil, false, l.unopened("an element of")
}

// SetKey returns an error that says to index a parameter of a block.
func (l *List) SetKey(_, _ starlark.Value) error { return l.unopened("an element of") }

// Has returns an error that says to ask a parameter of a block.
func (l *List) Has(starlark.Value) (bool, error) { return false, l.unopened("an element of") }

// Iterate throws an error that says to iterate over a parameter of a block.
func (l *List) Iterate() starlark.Iterator { panic(misuse{l.unopened("the sequence of elements of")}) }

// Len throws an error that says to ask a parameter of a block.
func (l *List) Len() int { panic(misuse{l.unopened("the length of")}) }

// CompareSameType compares lists by identity.
func (l *List) CompareSameType(op syntax.Token, y starlark.Value, _ int) (bool, error) {
	return same(op, l, y)
}

func (l *List) open(at *attempt) view { return &listView{List: l, window: window{at: at}} }
