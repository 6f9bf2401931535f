package tvar

import (
	"context"
	"errors"
	"fmt"

	"github.com/weft-stm/weft/stm"
)

// Bridges between channels and the structures of this package. Each moves items
// in its own goroutine, which the caller starts, and loses none: a channel and a
// transaction cannot change at the same instant.

// A StrandedError is returned by a bridge that has taken an item from one side
// and could not give it to the other.
type StrandedError[T any] struct {
	Item T     // that is in neither
	Err  error // why
}

// Error says that there is an item to take care of.
func (e *StrandedError[T]) Error() string {
	return fmt.Sprintf("tvar: an item was taken and could not be given on, it is in the error: %v", e.Err)
}

// Unwrap returns the reason.
func (e *StrandedError[T]) Unwrap() error { return e.Err }

// FromChan moves items from a channel until the channel is closed, and returns
// nil then, or until ctx ends, and returns its error. push is a method such as
// [Queue.Push], [BoundedQueue.Push] or [Broadcast.Publish]; each item is pushed
// by a transaction of its own, which may wait.
//
// If push returns an error, or ctx ends while it waits, the item that it was
// called with is returned in a [*StrandedError].
func FromChan[T any](ctx context.Context, from <-chan T, push func(tx *stm.Tx, x T) error) error {
	for {
		if err := begun(ctx); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case x, ok := <-from:
			if !ok {
				return nil
			}
			if err := stm.Atomically(ctx, func(tx *stm.Tx) error { return push(tx, x) }); err != nil {
				return &StrandedError[T]{x, err}
			}
		}
	}
}

// ToChan moves items to a channel until pop returns [ErrClosed], and returns nil
// then, or until ctx ends, and returns its error. It does not close the channel,
// and nobody else must before it has returned: that panics, and loses an item.
// pop and unget are methods such as [Queue.Pop] and [Queue.Unget].
//
// An item that has been popped when ctx ends, and for which the channel has no
// room, is put back by unget; whoever pops meanwhile gets those after it. If
// unget returns an error, or is nil, the item is returned in a [*StrandedError].
func ToChan[T any](ctx context.Context, pop func(tx *stm.Tx) (T, error), unget func(tx *stm.Tx, x T) error, to chan<- T) error {
	for {
		x, err := stm.Do(ctx, pop)
		if errors.Is(err, ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}
		select {
		case to <- x:
		case <-ctx.Done():
			return putBack(ctx.Err(), x, unget)
		}
	}
}

// putBack returns err, or if that cannot be a StrandedError.
func putBack[T any](err error, x T, unget func(tx *stm.Tx, x T) error) error {
	if unget == nil {
		return &StrandedError[T]{x, err}
	}
	failed := stm.Atomically(context.Background(), func(tx *stm.Tx) error { return unget(tx, x) })
	if failed != nil {
		return &StrandedError[T]{x, errors.Join(err, failed)}
	}
	return err
}
