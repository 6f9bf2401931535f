package engine

import "errors"

// A signal says why the engine unwinds a body. It is kept in the descriptor,
// not in the panic value: a body that recovers our panic, or wraps it in its
// own, stays doomed.
type signal uint8

const (
	none      signal = iota
	conflict         // run again
	retry            // run again once something read has changed
	cancelled        // the context ended a wait inside the body
)

// unwind is the one value that the engine panics with. It is allocated once.
var unwind = &struct{ error }{errors.New("stm: internal error: the signal that ends an attempt escaped from its transaction")}

// poison makes the attempt refuse everything that follows.
func (tx *Tx) poison(s signal) {
	if tx.mode != poisoned {
		tx.rv = tx.limit
	}
	tx.signal = s
	tx.mode = poisoned
	tx.limit, tx.span = 0, 0
}

// raise leaves the body.
func (tx *Tx) raise(s signal) {
	tx.poison(s)
	panic(unwind)
}

// revive takes back a poisoning that unwound no further than a savepoint.
func (tx *Tx) revive() {
	tx.signal = none
	tx.mode = tx.plan.Mode
	tx.limit = tx.rv
	if tx.mode != viewing {
		tx.first, tx.span = tx.block.own()
	}
}

// Retry leaves the body until a cell in the read set has changed.
func Retry(tx *Tx) {
	tx.check()
	tx.raise(retry)
}
