package tvar

import (
	"context"
	"fmt"

	"github.com/weft-stm/weft/stm"
)

// A Promise is a result that is not there yet: a value or an error, which comes
// once and stays. The zero Promise is open and ready to use. A Promise must not
// be copied after its first use.
//
// Transactions that wait for it conflict with nobody but the one that resolves
// it; all of them wake then. It takes 32 bytes, and what it holds.
//
// From Baker and Hewitt's futures, 1977, and Liskov and Shrira's promises, 1988.
type Promise[T any] struct {
	out Var[*result[T]]
}

type result[T any] struct {
	x   T
	err error
}

// Resolve makes x and err the result, and reports whether there was none before;
// otherwise it changes nothing. It costs one allocation.
func (p *Promise[T]) Resolve(tx *stm.Tx, x T, err error) bool {
	if p.ref().Get(tx) != nil {
		return false
	}
	p.out.Set(tx, &result[T]{x, err})
	return true
}

// Wait waits for the result and returns it. The error is that of the Promise.
func (p *Promise[T]) Wait(tx *stm.Tx) (T, error) {
	o := p.ref().Get(tx)
	tx.Check(o != nil)
	return o.x, o.err
}

// Resolved reports whether the result is there.
func (p *Promise[T]) Resolved(tx *stm.Tx) bool { return p.ref().Get(tx) != nil }

// Settle is [Promise.Resolve] as a transaction that does nothing else would.
func (p *Promise[T]) Settle(x T, err error) bool {
	if p.Settled() {
		return false
	}
	mine := &result[T]{x, err}
	return p.out.Modify(func(o *result[T]) *result[T] {
		if o == nil {
			return mine
		}
		return o
	}) == mine
}

// Await waits for the result and returns it. If ctx ends first its error is
// returned: who has to tell the two apart looks at ctx, or at [Promise.Settled].
func (p *Promise[T]) Await(ctx context.Context) (x T, err error) {
	o, err := p.ref().Await(ctx, func(o *result[T]) bool { return o != nil })
	if err != nil {
		return x, err
	}
	return o.x, o.err
}

// Settled reports whether the result is there now. It costs as much as
// [Var.Load].
func (p *Promise[T]) Settled() bool { return p.ref().Load() != nil }

// String formats the result, if it is there, for people.
func (p *Promise[T]) String() string {
	if p == nil {
		return "<nil Promise>"
	}
	switch o := p.out.Load(); {
	case o == nil:
		return "open"
	case o.err != nil:
		return "failed: " + o.err.Error()
	default:
		return fmt.Sprint(o.x)
	}
}

func (p *Promise[T]) ref() *Var[*result[T]] {
	if p == nil {
		panic("tvar: nil Promise: use a Promise value, or new(tvar.Promise[T])")
	}
	return &p.out
}
