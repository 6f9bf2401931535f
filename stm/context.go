package stm

import (
	"context"

	"github.com/weft-stm/weft/internal/engine"
)

// Context returns the context that the transaction runs under, marked so that
// a transaction started with it inside the body is caught. It ends when that
// of the caller ends.
func (tx *Tx) Context() context.Context {
	return &bodyContext{engine.PlanOf(&tx.e).Ctx, &tx.e, engine.Running(&tx.e)}
}

// A bodyContext marks the context of one attempt.
type bodyContext struct {
	context.Context
	tx      *engine.Tx
	attempt uint64
}

type bodyKey struct{}

// Value answers for the marker, and for what the caller's context holds.
func (c *bodyContext) Value(key any) any {
	if key == (bodyKey{}) {
		return c
	}
	return c.Context.Value(key)
}

// refuseNested panics if ctx says that a body is running, or if ctx is nil.
func refuseNested(ctx context.Context) {
	if ctx == nil {
		panic("stm: nil context: pass context.Background() if nothing cancels the transaction")
	}
	if v := ctx.Value(bodyKey{}); v != nil {
		if c := v.(*bodyContext); engine.Running(c.tx) == c.attempt {
			engine.PanicNested()
		}
	}
}
