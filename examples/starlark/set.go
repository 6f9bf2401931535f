package starstm

import (
	"context"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A Set is the shared.set of scripts: a [Dict] without values, with the same
// keys, conflicts and costs. To add what is there already, or to discard what
// is not, writes nevertheless, and conflicts with whoever looks for it.
type Set struct {
	handle
	s dictStore
}

// NewSet returns an empty set. The name is for messages.
func (rt *Runtime) NewSet(name string) *Set { return &Set{handle{rt, "set", name}, rt.newStore()} }

// Snapshot returns a copy of the set as it is at one moment. It must not be
// called inside a block.
func (s *Set) Snapshot(ctx context.Context) (*starlark.Set, error) {
	v, err := s.rt.look(ctx, s, "snapshot")
	if err != nil {
		return nil, err
	}
	return v.(*starlark.Set), nil
}

// Attr returns a method of the set.
func (s *Set) Attr(name string) (starlark.Value, error) { return setMethods.attr(s, name) }

// AttrNames returns the names of the methods.
func (s *Set) AttrNames() []string { return setMethods.names }

// Has returns an error that says to ask a parameter of a block.
func (s *Set) Has(starlark.Value) (bool, error) { return false, s.unopened("an element of") }

// Iterate throws an error that says to iterate over a parameter of a block.
func (s *Set) Iterate() starlark.Iterator { panic(misuse{s.unopened("the sequence of elements of")}) }

// Len throws an error that says to ask a parameter of a block.
func (s *Set) Len() int { panic(misuse{s.unopened("the length of")}) }

// CompareSameType compares sets by identity.
func (s *Set) CompareSameType(op syntax.Token, y starlark.Value, _ int) (bool, error) {
	return same(op, s, y)
}

func (s *Set) open(at *attempt) view { return &setView{s, window{at: at}, s.s.access(at)} }
