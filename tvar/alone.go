package tvar

import (
	"context"

	"github.com/weft-stm/weft/stm"
)

// What the one-shot forms are made of that need more than one variable.

// atomically runs body as a transaction of its own, which does not fail.
func atomically(body func(tx *stm.Tx)) {
	err := stm.Atomically(context.Background(), func(tx *stm.Tx) error {
		body(tx)
		return nil
	})
	if err != nil {
		panic("tvar: internal error: " + err.Error())
	}
}

// view returns what body finds in one state, which may be large: body runs
// once, and aborts nobody.
func view[T any](body func(tx *stm.Tx) T) T {
	x, err := stm.View(context.Background(), func(tx *stm.Tx) (T, error) { return body(tx), nil })
	if err != nil {
		panic("tvar: internal error: " + err.Error())
	}
	return x
}

// nowhere is a variable that nobody writes.
var nowhere Var[int]

// mustRun panics unless the body of tx is running. It is for operations that
// may otherwise end without a look at any variable.
func mustRun(tx *stm.Tx) { nowhere.Peek(tx) }
