package stm

import (
	"context"

	"github.com/weft-stm/weft/internal/engine"
)

// Nested runs body as a part that can fail by itself. If body returns an
// error, or panics, what it wrote and the OnCommit and BeforeCommit hooks that
// it registered vanish, its OnRollback hooks run, and the transaction goes on
// with the error; what it read still counts. A conflict or a Retry inside ends
// the whole attempt.
//
// Each variable written before and again inside costs one saved entry.
func (tx *Tx) Nested(body func(tx *Tx) error) error {
	err, _ := engine.Nested(&tx.e, false, func() error { return body(tx) })
	return err
}

// OrElse runs the alternatives in order until one does not Retry, and returns
// what that one returned. What a retrying alternative wrote and registered
// vanishes; what it read is kept, so that the transaction wakes when any
// alternative may have become possible. An alternative that returns an error
// is undone like a Nested part, and chosen. When all of them Retry the whole
// transaction does. Without alternatives, OrElse is Retry.
//
// From Composable Memory Transactions, 2005; the order is left to right.
func (tx *Tx) OrElse(alternatives ...func(tx *Tx) error) error {
	_, err := tx.choose(alternatives)
	return err
}

func (tx *Tx) choose(alternatives []func(tx *Tx) error) (int, error) {
	for i, f := range alternatives {
		err, retried := engine.Nested(&tx.e, true, func() error { return f(tx) })
		if !retried {
			return i, err
		}
	}
	tx.Retry()
	panic("unreachable")
}

// Select runs the first of the alternatives that does not Retry, as a
// transaction of its own, and returns its index: OrElse at top level. It waits
// while all of them Retry. chosen is -1 if none was.
func Select(ctx context.Context, alternatives ...func(tx *Tx) error) (chosen int, err error) {
	chosen = -1
	err = Atomically(ctx, func(tx *Tx) (err error) {
		chosen = -1
		chosen, err = tx.choose(alternatives)
		return err
	})
	return chosen, err
}
