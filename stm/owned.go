package stm

import (
	"context"

	"github.com/weft-stm/weft/internal/engine"
)

// RunOwned is for package sched, which has the key. It runs body as a
// transaction of kind mode on a descriptor that the caller owns and has readied.
func RunOwned(_ *engine.Key, ctx context.Context, tx *Tx, mode engine.Mode, body func(tx *Tx) error, opts []Option) error {
	if body == nil {
		panic("stm: nil body")
	}
	refuseNested(ctx)
	set(engine.PlanOf(&tx.e), ctx, mode, opts)
	place(tx, &body)
	err := engine.Run(&tx.e, func() error { return body(tx) })
	tx.finish()
	return outward(err)
}
