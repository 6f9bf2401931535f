package tvar

import (
	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// An optional is a Var that may hold nothing, as it does at first, or be
// retired: out of use for ever, which whoever still knows it finds out as it
// finds out about any other write. It is what structures make their parts of.
//
// A cell holds nothing if it has never been written or holds a box without
// contents, and is retired if it holds a string of one byte without data.
// encode makes neither, whatever T is.
type optional[T any] struct {
	_    [0]func(T)
	cell engine.Cell
}

// A state says what an optional holds.
type state uint8

const (
	nothing state = iota
	something
	retired
)

var (
	nothingAtAll = engine.Value{Kind: engine.Box}
	retirement   = engine.Value{Kind: engine.String, W: 1}
)

func stateOf(v engine.Value) state {
	switch {
	case v.Kind == engine.Scalar || v.Kind == engine.Pointer || v.P != nil:
		return something
	case v.Kind == engine.String && v.W == 0:
		return something
	case v.Kind == engine.String:
		return retired
	}
	return nothing
}

// like is the kind to encode in place of v, as far as v tells.
func like(v engine.Value) engine.Kind {
	if stateOf(v) == something {
		return v.Kind
	}
	return engine.Zero
}

// get returns what o holds in the transaction; ok is false if it is nothing.
func (o *optional[T]) get(tx *stm.Tx) (x T, ok bool) {
	v := engine.Read(tx.Engine(), &o.cell)
	if stateOf(v) != something {
		return x, false
	}
	return decode[T](v), true
}

// set makes o hold x.
func (o *optional[T]) set(tx *stm.Tx, x T) {
	engine.Write(tx.Engine(), &o.cell, encode(x, engine.Zero))
}

// clear makes o hold nothing.
func (o *optional[T]) clear(tx *stm.Tx) {
	engine.Write(tx.Engine(), &o.cell, nothingAtAll)
}

// load returns what o holds now.
func (o *optional[T]) load() (x T, ok bool) {
	v := engine.Load(&o.cell)
	if stateOf(v) != something {
		return x, false
	}
	return decode[T](v), true
}

// modify replaces what o holds by f of it, as [Var.Modify] does; ok is false,
// and nothing has happened, if o holds nothing.
func (o *optional[T]) modify(f func(T) T) (x T, ok bool) {
	for range modifyAttempts {
		if x, s := o.tryModify(f, engine.Install); s != again {
			return x, s == done
		}
	}
	engine.Serially(func() {
		s := again
		for s == again {
			x, s = o.tryModify(f, engine.InstallSerially)
		}
		ok = s == done
	})
	return x, ok
}

// An outcome is how one try to change an optional in place ended.
type outcome uint8

const (
	again outcome = iota // another write came in between
	done
	refused // there is nothing to change
)

func (o *optional[T]) tryModify(f func(T) T, install func(*engine.Cell, uint64, engine.Value) bool) (x T, _ outcome) {
	old, seen := engine.Sample(&o.cell)
	if stateOf(old) != something {
		return x, refused
	}
	x = f(decode[T](old))
	if !install(&o.cell, seen, encode(x, old.Kind)) {
		return x, again
	}
	return x, done
}

// retire puts o out of use.
func (o *optional[T]) retire(tx *stm.Tx) {
	engine.Write(tx.Engine(), &o.cell, retirement)
}
