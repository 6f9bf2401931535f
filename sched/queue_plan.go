package sched

import (
	"context"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// plan returns what opts ask for. A transaction whose context has ended reads
// them, and does nothing else.
func (w *Worker) plan(opts []stm.Option) engine.Plan {
	if len(opts)+len(w.defaults) == 0 {
		return engine.Plan{}
	}
	_ = w.Atomically(ended{context.Background()}, func(*stm.Tx) error { return nil }, opts...)
	return *engine.PlanOf(w.tx.Engine())
}

// ended is a context that has ended.
type ended struct{ context.Context }

// Err says so.
func (ended) Err() error { return context.Canceled }
