package stm

import (
	"context"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/engine"
)

// Atomically runs body as one transaction: all of its writes become visible at
// one instant, at which all of its reads still hold, or none ever does.
//
// A nil error commits. An error rolls back and is returned as it is; a panic
// or runtime.Goexit rolls back and goes on as if Atomically were not there.
// When another transaction's commit gets in the way the body runs again; after
// a bounded number of losses it runs protected (see [Tx.Irrevocable]), so it
// finishes however hot its rivals are.
//
// ctx ends waits: for a Retry, for a turn, and between attempts; its error is
// then returned and nothing was written. A body that has returned nil commits
// even if ctx ends meanwhile, and waits for an irrevocable transaction to end if
// there is one. A nil ctx or body panics, and so does a
// transaction inside the body of another: pass tx on instead.
//
// An uncontended transaction does not allocate. It costs a few tens of
// nanoseconds, some three per read and twelve per write, and it conflicts only
// with commits that write a variable which it read or writes.
func Atomically(ctx context.Context, body func(tx *Tx) error, opts ...Option) error {
	if body == nil {
		panic("stm: nil body")
	}
	tx := acquire(ctx, engine.Updating, opts)
	place(tx, &body)
	err := engine.Run(&tx.e, func() error { return body(tx) })
	tx.release()
	return outward(err)
}

// Do is [Atomically] for a body with a result: the result of the attempt that
// committed, or the zero value beside an error.
func Do[T any](ctx context.Context, body func(tx *Tx) (T, error), opts ...Option) (T, error) {
	return do(ctx, engine.Updating, body, opts)
}

// View runs body on a snapshot: the state at one instant after the call began.
// The body runs exactly once, however long it takes and whatever commits
// meanwhile; it neither blocks nor aborts a writer. Writing panics, and so
// does Retry outside of OrElse.
//
// While it runs, each variable keeps at most one older version per View that
// needs it; they are dropped when the View has ended. Opening and closing it
// costs a few nanoseconds more than an update transaction, a read less.
// Multi-versioning on demand follows SMV (Perelman et al., 2011) and
// Multiverse (Coccimiglio, Brown, Ravi, 2026).
func View[T any](ctx context.Context, body func(tx *Tx) (T, error), opts ...Option) (T, error) {
	return do(ctx, engine.Viewing, body, opts)
}

func do[T any](ctx context.Context, mode engine.Mode, body func(tx *Tx) (T, error), opts []Option) (T, error) {
	if body == nil {
		panic("stm: nil body")
	}
	tx := acquire(ctx, mode, opts)
	place(tx, &body)
	var v T
	err := engine.Run(&tx.e, func() (err error) {
		v, err = body(tx)
		return err
	})
	tx.release()
	if err != nil {
		var zero T
		return zero, outward(err)
	}
	return v, nil
}

// Quiesce waits until every attempt that was running when it was called has
// ended, or ctx ends. What a committed transaction made unreachable is then
// private to the caller: no attempt that could have seen it before is left, so
// even mutable data behind a pointer may be changed in place. It must not be
// called inside a transaction.
//
// It scans all descriptors, one cache line each.
func Quiesce(ctx context.Context) error {
	refuseNested(ctx)
	return engine.Quiesce(ctx)
}

var pool atomics.Pool[Tx]

// acquire returns an idle descriptor for a transaction under ctx.
func acquire(ctx context.Context, mode engine.Mode, opts []Option) *Tx {
	refuseNested(ctx)
	tx := pool.Get()
	if tx == nil {
		tx = new(Tx)
		engine.NewTx(&tx.e)
	}
	set(engine.PlanOf(&tx.e), ctx, mode, opts)
	return tx
}

// release gives tx back. It is not reached when a panic passes through: that
// descriptor is left to the garbage collector.
func (tx *Tx) release() {
	if tx.finish() {
		pool.Put(tx)
	}
}

// finish ends the use of tx by a transaction, and reports whether it can serve
// another.
func (tx *Tx) finish() (reusable bool) {
	if tx.timers != nil {
		tx.stopTimers()
	}
	return engine.Release(&tx.e)
}

// place notes where an irrevocable transaction has its body.
func place[F any](tx *Tx, body *F) {
	if p := engine.PlanOf(&tx.e); p.Irrevocable {
		p.Site = engine.EntryOf(body)
	}
}
