package starstm

import (
	"context"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A Cell is the shared.cell of scripts: one value of any type.
type Cell struct {
	handle
	v variable[starlark.Value]
}

// NewCell returns a cell that holds v, which is frozen. The name is for messages.
func (rt *Runtime) NewCell(name string, v starlark.Value) *Cell {
	v.Freeze()
	return &Cell{handle{rt, "cell", name}, newVariable(rt, v, name)}
}

// Get returns the present value. It must not be called inside a block.
func (c *Cell) Get(ctx context.Context) (starlark.Value, error) { return c.rt.look(ctx, c, "get") }

// Attr returns a method of the cell.
func (c *Cell) Attr(name string) (starlark.Value, error) { return cellMethods.attr(c, name) }

// AttrNames returns the names of the methods.
func (c *Cell) AttrNames() []string { return cellMethods.names }

// CompareSameType compares cells by identity.
func (c *Cell) CompareSameType(op syntax.Token, y starlark.Value, _ int) (bool, error) {
	return same(op, c, y)
}

func (c *Cell) open(at *attempt) view { return &cellView{c, window{at: at}} }

type cellView struct {
	*Cell
	window
}

var cellMethods = newMethodSet(map[string]method[*cellView]{
	"get": {run: (*cellView).get, reads: true},
	"set": {run: (*cellView).set},
})

func (v *cellView) get(args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs("get", args, kwargs); err != nil {
		return nil, err
	}
	return v.at.wrap(v.v.get(v.at))
}

func (v *cellView) set(args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x starlark.Value
	if err := starlark.UnpackArgs("set", args, kwargs, "value", &x); err != nil {
		return nil, err
	}
	x, err := v.at.keep(x)
	if err != nil {
		return nil, err
	}
	v.v.set(v.at, x)
	return starlark.None, nil
}

func (v *cellView) flush() {}

func (v *cellView) forget() {}

func (v *cellView) release() {}

func (v *cellView) lost(next *attempt) string {
	if v.v.lost(next) {
		return about(v.Cell, "")
	}
	return ""
}

func (v *cellView) object() object { return v.Cell }

// Attr returns a method of the view.
func (v *cellView) Attr(name string) (starlark.Value, error) { return v.method(v, cellMethods, name) }

// Truth is true: a cell is there, whatever it holds.
func (v *cellView) Truth() starlark.Bool { return true }

// CompareSameType compares cells by identity.
func (v *cellView) CompareSameType(op syntax.Token, y starlark.Value, _ int) (bool, error) {
	return same(op, v, y)
}
