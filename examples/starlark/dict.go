package starstm

import (
	"context"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A Dict is the shared.dict of scripts. Blocks conflict over a key that both use and
// one writes, also when the key is not there yet; never over different keys,
// not even by creating them. Adding to a key with add does not conflict with
// other adds.
//
// To iterate, or to ask for the length, is to read every key: it conflicts
// with every writer and takes time in proportion. In a view it sees one moment
// and conflicts with nobody. Keys come in the order in which the dict first
// heard of them, which under contention is not a fixed one.
//
// A key that has been named once keeps a small entry for as long as the dict
// lives, also when it was only looked for, or has been removed.
type Dict struct {
	handle
	s dictStore
}

// A dictStore is what a dict keeps its entries in.
type dictStore interface {
	access(*attempt) dictAccess
}

// A dictAccess is the way of one attempt to a store. Absent values are nil.
type dictAccess interface {
	get(key) starlark.Value
	put(key, starlark.Value) // nil removes
	add(key, starlark.Int) error
	each(yield func(k, v starlark.Value) bool)
	flush()   // hand over what was gathered
	forget()  // what is known, and what was gathered
	release() // when the attempt is over
	lost(next *attempt) string
}

// NewDict returns an empty dict. The name is for messages.
func (rt *Runtime) NewDict(name string) *Dict {
	return &Dict{handle{rt, "dict", name}, rt.newStore()}
}

func (rt *Runtime) newStore() dictStore {
	if rt.Mode == Mutex {
		return new(plainDict)
	}
	return new(varDict)
}

// Snapshot returns a copy of the dict as it is at one moment. Dicts and other
// objects in it stay shared. It must not be called inside a block.
func (d *Dict) Snapshot(ctx context.Context) (*starlark.Dict, error) {
	v, err := d.rt.look(ctx, d, "snapshot")
	if err != nil {
		return nil, err
	}
	return v.(*starlark.Dict), nil
}

// Attr returns a method of the dict.
func (d *Dict) Attr(name string) (starlark.Value, error) { return dictMethods.attr(d, name) }

// AttrNames returns the names of the methods.
func (d *Dict) AttrNames() []string { return dictMethods.names }

// Get returns an error that says to index a parameter of a block.
func (d *Dict) Get(starlark.Value) (starlark.Value, bool, error) {
	return nil, false, d.unopened("an element of")
}

// SetKey returns an error that says to index a parameter of a block.
func (d *Dict) SetKey(_, _ starlark.Value) error { return d.unopened("an element of") }

// Has returns an error that says to ask a parameter of a block.
func (d *Dict) Has(starlark.Value) (bool, error) { return false, d.unopened("an element of") }

// Iterate throws an error that says to iterate over a parameter of a block.
func (d *Dict) Iterate() starlark.Iterator { panic(misuse{d.unopened("the sequence of keys of")}) }

// Len throws an error that says to ask a parameter of a block.
func (d *Dict) Len() int { panic(misuse{d.unopened("the length of")}) }

// CompareSameType compares dicts by identity.
func (d *Dict) CompareSameType(op syntax.Token, y starlark.Value, _ int) (bool, error) {
	return same(op, d, y)
}

func (d *Dict) open(at *attempt) view {
	return &dictView{d, window{at: at}, d.s.access(at)}
}

// look runs a reading method of o for Go code.
func (rt *Runtime) look(ctx context.Context, o starlark.HasAttrs, name string) (starlark.Value, error) {
	m, err := o.Attr(name)
	if err != nil {
		return nil, err
	}
	return rt.Call(ctx, new(starlark.Thread), m, nil, nil)
}
