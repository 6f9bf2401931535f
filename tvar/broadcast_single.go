package tvar

import (
	"context"
	"runtime"

	"github.com/weft-stm/weft/stm"
)

// Send gives x to all who are subscribed, as [Broadcast.Publish] in a
// transaction of its own, or returns the error of ctx. Without a bound it costs
// about half of a transaction.
func (b *Broadcast[T]) Send(ctx context.Context, x T) error {
	if err := begun(ctx); err != nil {
		return err
	}
	if s := b.station(); s.room == 0 {
		return s.put(x)
	}
	return b.send(ctx, x)
}

func (b *Broadcast[T]) send(ctx context.Context, x T) error {
	return stm.Atomically(ctx, func(tx *stm.Tx) error { return b.Publish(tx, x) })
}

// TrySend is Send that returns [ErrFull] instead of waiting.
func (b *Broadcast[T]) TrySend(x T) error {
	if s := b.station(); s.room == 0 {
		return s.put(x)
	}
	return b.trySend(x)
}

func (b *Broadcast[T]) trySend(x T) error {
	return stm.Atomically(context.Background(), func(tx *stm.Tx) error { return b.TryPublish(tx, x) })
}

// Join returns a Subscription that gets what is published from now on, as
// [Broadcast.Subscribe] in a transaction of its own.
func (b *Broadcast[T]) Join() (sub *Subscription[T]) {
	atomically(func(tx *stm.Tx) { sub = b.Subscribe(tx) })
	return sub
}

// Shut ends publishing, as [Broadcast.Close] in a transaction of its own.
func (b *Broadcast[T]) Shut() { atomically(b.Close) }

// Closed reports whether the Broadcast has been closed.
func (b *Broadcast[T]) Closed() bool { return view(b.IsClosed) }

// Receive takes the next item and returns it, as [Subscription.Next] in a
// transaction of its own. It waits until there is one, or returns [ErrClosed]
// when there will never be, or the error of ctx. If it need not wait it costs
// about as much as [Var.Modify], and does not allocate.
func (sub *Subscription[T]) Receive(ctx context.Context) (x T, err error) {
	if err := begun(ctx); err != nil {
		return x, err
	}
	if x, err = sub.ref().m.head.take(); err != ErrEmpty && err != errAgain {
		return x, err
	}
	x, err = stm.Do(ctx, sub.Next)
	runtime.KeepAlive(sub) // while it waits nobody else may know it
	return x, err
}

// TryReceive is Receive that returns [ErrEmpty] instead of waiting.
func (sub *Subscription[T]) TryReceive() (x T, err error) {
	if x, err = sub.ref().m.head.take(); err == errAgain {
		return stm.Do(context.Background(), sub.TryNext)
	}
	return x, err
}

// First returns the next item and leaves it where it is, or returns [ErrEmpty]
// or [ErrClosed], at one instant.
func (sub *Subscription[T]) First() (x T, err error) {
	return stm.View(context.Background(), sub.Peek)
}

// Size returns the number of items that wait to be taken, at one instant.
func (sub *Subscription[T]) Size() int { return view(sub.Len) }

// Snapshot returns a copy of the items that wait to be taken, at one instant.
func (sub *Subscription[T]) Snapshot() []T {
	return view(func(tx *stm.Tx) []T {
		xs := make([]T, 0, sub.Len(tx))
		for x := range sub.All(tx) {
			xs = append(xs, x)
		}
		return xs
	})
}

// Skipped is [Subscription.Missed] at this instant.
func (sub *Subscription[T]) Skipped() int64 { return sub.ref().m.missed.Load() }

// Fork is [Subscription.Clone] in a transaction of its own.
func (sub *Subscription[T]) Fork() (other *Subscription[T]) {
	atomically(func(tx *stm.Tx) { other = sub.Clone(tx) })
	return other
}

// Leave ends the subscription, as [Subscription.Close] in a transaction of its
// own.
func (sub *Subscription[T]) Leave() { sub.ref().m.leave() }
