package sched

import (
	"context"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// A Worker runs transactions of one goroutine. It owns what stm.Atomically
// takes from a pool each time: the logs, warm in the cache of its processor,
// and the state of the random pauses. A transaction on a Worker costs some ten
// nanoseconds less and guarantees the same.
//
// A Worker also has a history: the share of its attempts that were lost, by
// which policies judge, and counters. Options given to NewWorker count for each
// of its transactions; those of a single one come after them.
//
// A Worker may be handed from one goroutine to another between transactions,
// but must not be used by two at a time, nor inside a body; both panic where
// they are noticed. The zero Worker is ready to use.
type Worker struct {
	tx       *stm.Tx // replaced when a body has broken out of it
	defaults []stm.Option
	base     stm.Stats // of its slot, before it came
	before   stm.Stats // of the descriptors that were replaced
}

// NewWorker returns a Worker whose transactions have these options. It needs
// no closing.
func NewWorker(defaults ...stm.Option) *Worker { return &Worker{defaults: defaults} }

// Atomically is stm.Atomically on w.
func (w *Worker) Atomically(ctx context.Context, body func(tx *stm.Tx) error, opts ...stm.Option) error {
	return w.run(ctx, engine.Updating, body, opts)
}

// Do is stm.Do on w.
func Do[T any](ctx context.Context, w *Worker, body func(tx *stm.Tx) (T, error), opts ...stm.Option) (T, error) {
	return result(ctx, w, engine.Updating, body, opts)
}

// View is stm.View on w.
func View[T any](ctx context.Context, w *Worker, body func(tx *stm.Tx) (T, error), opts ...stm.Option) (T, error) {
	return result(ctx, w, engine.Viewing, body, opts)
}

func result[T any](ctx context.Context, w *Worker, mode engine.Mode, body func(tx *stm.Tx) (T, error), opts []stm.Option) (T, error) {
	if body == nil {
		panic("sched: nil body")
	}
	var v T
	err := w.run(ctx, mode, func(tx *stm.Tx) (err error) {
		v, err = body(tx)
		return err
	}, opts)
	if err != nil {
		var zero T
		return zero, err
	}
	return v, nil
}

// Stats counts what happened in this worker's transactions. It costs a few
// loads; only the worker's goroutine may call it.
func (w *Worker) Stats() stm.Stats {
	if w.tx == nil {
		return w.before
	}
	return w.before.Add(stm.StatsOf(&key, w.tx).Sub(w.base))
}

// String tells what the worker has done.
func (w *Worker) String() string { return "worker: " + w.Stats().String() }

var key engine.Key

func (w *Worker) run(ctx context.Context, mode engine.Mode, body func(tx *stm.Tx) error, opts []stm.Option) error {
	if w.tx == nil || !engine.Usable(w.tx.Engine()) {
		w.before = w.Stats()
		w.tx = new(stm.Tx)
		engine.NewTx(w.tx.Engine())
		w.base = stm.StatsOf(&key, w.tx)
	}
	if len(w.defaults) > 0 {
		opts = append(w.defaults[:len(w.defaults):len(w.defaults)], opts...)
	}
	return stm.RunOwned(&key, ctx, w.tx, mode, body, opts)
}
