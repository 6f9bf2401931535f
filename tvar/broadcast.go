package tvar

import (
	"fmt"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// A Broadcast gives each item to all who subscribe to it. The zero Broadcast
// keeps items for as long as a subscriber may want them, and is ready to use;
// one that is made by [NewBroadcast] has a bound. A Broadcast must not be
// copied after its first use.
//
// A [Subscription] gets what is published after it has been made, in the order
// of publishing, each item once. Items that nobody waits for are gone.
//
// # Conflicts
//
// Publishing conflicts with publishing. It does not conflict with taking items
// from a Subscription, unless that has found none; if there is a bound, also
// not unless a subscriber has fallen that far behind. Subscriptions never
// conflict with one another.
//
// # Waiting
//
// Whoever waits for an item is woken by it. After Close nothing can be
// published; subscribers get what is left, and then [ErrClosed].
//
// # Memory
//
// The Broadcast itself leads to no item: an item is kept alive by the
// subscriptions that have not come to it, and takes 64 bytes and itself. A
// Subscription that the program has dropped is garbage, with all that it kept.
// Where there is a bound the Broadcast knows its subscriptions, and forgets one
// that has been dropped, or closed: see [WhenFull].
//
// From the broadcast TChan of Haskell's stm package and the Hub of ZIO.
type Broadcast[T any] struct {
	made atomics.Pointer[station[T]]
}

// WhenFull says what becomes of an item that is published while a subscriber is
// behind by as many as there is room for.
//
// A Subscription that has been dropped without Close counts until the garbage
// collector has found it; then whoever waits for it goes on. In a
// testing/synctest bubble, close subscriptions: the collector does not run in
// the bubble, and must not wake what sleeps there.
type WhenFull uint8

const (
	// BlockWhenFull makes Publish wait until the slowest subscriber has taken
	// an item.
	BlockWhenFull WhenFull = iota

	// DropWhenFull makes Publish return [ErrFull]: nobody gets the item.
	DropWhenFull

	// SlideWhenFull makes slow subscribers miss the oldest items, which
	// [Subscription.Missed] counts. For each subscriber at least as many of
	// the newest are kept as there is room for, and at most twice as many.
	SlideWhenFull
)

// NewBroadcast returns a Broadcast that keeps up to capacity items for each
// subscriber. It panics if capacity is not positive.
func NewBroadcast[T any](capacity int, full WhenFull) *Broadcast[T] {
	if capacity <= 0 {
		panic(fmt.Sprintf("tvar: capacity %d given to NewBroadcast: it needs room for one item at least", capacity))
	}
	if full > SlideWhenFull {
		panic(fmt.Sprintf("tvar: unknown %d given to NewBroadcast: use BlockWhenFull, DropWhenFull or SlideWhenFull", full))
	}
	b := new(Broadcast[T])
	b.made.Store(newStation[T](int64(capacity), full))
	return b
}

// Publish gives x to all who are subscribed, or returns [ErrClosed]. It may
// wait, or return [ErrFull], as WhenFull says.
func (b *Broadcast[T]) Publish(tx *stm.Tx, x T) error {
	engine.CheckWrite(tx.Engine())
	s := b.station()
	if err := s.admit(tx, s.full != BlockWhenFull); err != nil {
		return err
	}
	return s.push(tx, x)
}

// TryPublish is Publish that returns [ErrFull] instead of waiting.
func (b *Broadcast[T]) TryPublish(tx *stm.Tx, x T) error {
	engine.CheckWrite(tx.Engine())
	s := b.station()
	if err := s.admit(tx, true); err != nil {
		return err
	}
	return s.push(tx, x)
}

// Subscribe returns a Subscription that gets what is published from now on. It
// conflicts with publishing, and if there is a bound also visits the other
// subscriptions. If the transaction does not commit the Subscription is closed.
func (b *Broadcast[T]) Subscribe(tx *stm.Tx) *Subscription[T] {
	engine.CheckWrite(tx.Engine())
	s := b.station()
	p, _ := s.last(tx)
	return s.subscribe(tx, p)
}

// Close ends publishing. It may be called again, which does nothing.
func (b *Broadcast[T]) Close(tx *stm.Tx) {
	engine.CheckWrite(tx.Engine())
	b.station().close(tx)
}

// IsClosed reports whether the Broadcast has been closed.
func (b *Broadcast[T]) IsClosed(tx *stm.Tx) bool { return b.station().closed(tx) }

// String says how many items have been published, for people.
func (b *Broadcast[T]) String() string {
	if b == nil {
		return "<nil Broadcast>"
	}
	return fmt.Sprintf("%d items published", b.station().tail.Load().at)
}

// station returns what b is made of, made by whoever comes first.
func (b *Broadcast[T]) station() *station[T] {
	if b == nil {
		panic("tvar: nil Broadcast: use a Broadcast value or tvar.NewBroadcast")
	}
	if s := b.made.Load(); s != nil {
		return s
	}
	// Which of several gets its own in does not matter: nobody has subscribed.
	b.made.CompareAndSwap(nil, newStation[T](0, BlockWhenFull))
	return b.made.Load()
}
