package stm

import (
	"context"
	"iter"

	"github.com/weft-stm/weft/internal/engine"
)

// Watch returns the stream of values that body computes: one now, then another
// whenever a variable that body read has been written. Each is the result of a
// consistent state; states that come and go while the loop is busy are passed
// over. body must not write; its Retry waits, so it can say which states are
// worth a value.
//
// The stream ends when the loop breaks off, or after an error: that of body,
// of ctx, or [ErrNothingRead] when there is nothing to wait for. It holds one
// descriptor, and runs no goroutine.
func Watch[T any](ctx context.Context, body func(tx *Tx) (T, error)) iter.Seq2[T, error] {
	if body == nil {
		panic("stm: nil body")
	}
	return func(yield func(T, error) bool) {
		tx := acquire(ctx, engine.Watching, nil)
		for {
			var v T
			err := engine.Run(&tx.e, func() (err error) {
				v, err = body(tx)
				return err
			})
			tx.stopTimers() // each value has its own
			if err == nil && !yield(v, nil) {
				break
			}
			if err == nil {
				err = engine.AwaitChange(&tx.e)
			}
			if err != nil {
				var zero T
				yield(zero, outward(err))
				break
			}
		}
		tx.release() // not reached by a panic: see release
	}
}
