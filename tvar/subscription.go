package tvar

import (
	"fmt"
	"iter"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// A Subscription is a place in the stream of a [Broadcast]: what has not been
// taken from it yet. Goroutines that share one share its items, too. It is made
// by [Broadcast.Subscribe] or [Broadcast.Join].
type Subscription[T any] struct {
	s *station[T]
	m *member[T]
}

// Next takes the next item and returns it. It waits until there is one, or
// returns [ErrClosed] when there will never be: the Broadcast has been closed,
// or the Subscription.
func (sub *Subscription[T]) Next(tx *stm.Tx) (x T, err error) {
	x, err = sub.TryNext(tx)
	if err == ErrEmpty {
		tx.Retry()
	}
	return x, err
}

// TryNext is Next that returns [ErrEmpty] instead of waiting.
func (sub *Subscription[T]) TryNext(tx *stm.Tx) (x T, err error) {
	engine.CheckWrite(tx.Engine())
	it, err := sub.ref().m.head.first(tx)
	if err != nil {
		return x, err
	}
	sub.m.head.Set(tx, it.next)
	return it.x, nil
}

// Peek returns the next item and leaves it where it is, or returns [ErrEmpty] or
// [ErrClosed].
func (sub *Subscription[T]) Peek(tx *stm.Tx) (x T, err error) {
	it, err := sub.ref().m.head.first(tx)
	if err != nil {
		return x, err
	}
	return it.x, nil
}

// Len returns the number of items that wait to be taken. The transaction then
// conflicts with publishing.
func (sub *Subscription[T]) Len(tx *stm.Tx) int {
	p := sub.ref().m.head.Get(tx)
	if p == nil {
		return 0
	}
	end, _ := sub.s.last(tx)
	return int(end.at - p.at)
}

// All yields the items that wait to be taken, and leaves them where they are.
// The transaction depends on which is the first, and on there being no more if
// the loop comes to the end. The loop may take items, and publish: All yields
// what was there when it began.
func (sub *Subscription[T]) All(tx *stm.Tx) iter.Seq[T] {
	return func(yield func(T) bool) {
		p := sub.ref().m.head.Get(tx)
		end := sub.s.tail.Peek(tx)
		for p != nil {
			it, s := p.look(tx)
			if s == nothing {
				it, s = p.read(tx)
			}
			published := p.at >= end.at && p.written(tx) // by the loop
			if s != something || published || !yield(it.x) {
				return
			}
			p = it.next
		}
	}
}

// Missed returns the number of items that slid away before they were taken: see
// [SlideWhenFull].
func (sub *Subscription[T]) Missed(tx *stm.Tx) int64 { return sub.ref().m.missed.Get(tx) }

// Clone returns another Subscription that has before it what sub has, and is
// closed if sub is. It conflicts with taking items from sub.
func (sub *Subscription[T]) Clone(tx *stm.Tx) *Subscription[T] {
	engine.CheckWrite(tx.Engine())
	return sub.s.subscribe(tx, sub.ref().m.head.Get(tx))
}

// Close ends the subscription: what has not been taken is dropped. It may be
// called again, which does nothing.
func (sub *Subscription[T]) Close(tx *stm.Tx) { sub.ref().m.head.Set(tx, nil) }

// ref returns sub unless nobody has made it.
func (sub *Subscription[T]) ref() *Subscription[T] {
	if sub == nil || sub.m == nil {
		panic("tvar: Subscription that nobody has made: use Subscribe or Join of a Broadcast")
	}
	return sub
}

// String formats the items that wait to be taken, for people.
func (sub *Subscription[T]) String() string {
	if sub == nil {
		return "<nil Subscription>"
	}
	return fmt.Sprint(sub.Snapshot())
}
