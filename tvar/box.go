package tvar

import (
	"context"
	"fmt"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// A Box has room for one value: it is empty or full. Who fills it waits while it
// is full, who takes from it while it is empty; so it hands over values one by
// one, or is a lock around the one that it holds.
//
// Those who wait are woken one at a time, the longest waiting first: when the
// Box is filled one who waits for a value, when it is emptied one who waits for
// room. Who was woken and comes too late, because somebody who did not wait was
// faster, keeps its place. One that waits for a value only to look at it lets
// the next go on, too.
//
// Transactions that use the same Box conflict, if one of them changes it. A Box
// is made by [NewBox] or [BoxOf] and takes 136 bytes.
//
// From Id's M-structures (Barth, Nikhil, Arvind, 1991), Haskell's MVar and TMVar.
type Box[T any] struct {
	content optional[T]
	filled  Var[bool]     // written with the content, and nothing but a signal
	emptied Var[bool]     // likewise
	steps   engine.Supply // belongs to content
	made    bool
}

// NewBox returns an empty Box.
func NewBox[T any]() *Box[T] {
	b := fresh[Box[T]]()
	b.made = true
	engine.SetWakeOne(&b.filled.cell)
	engine.SetWakeOne(&b.emptied.cell)
	return b
}

// BoxOf returns a Box that holds x.
func BoxOf[T any](x T) *Box[T] {
	b := NewBox[T]()
	engine.Init(&b.content.cell, encode(x, engine.Zero))
	return b
}

// Push fills the Box with x, and waits while it is full.
func (b *Box[T]) Push(tx *stm.Tx, x T) {
	b.await(tx, nothing, &b.ref().emptied)
	tx.Check(b.TryPush(tx, x))
}

// Pop empties the Box and returns what it held, and waits while it is empty.
func (b *Box[T]) Pop(tx *stm.Tx) T {
	b.await(tx, something, &b.ref().filled)
	x, ok := b.TryPop(tx)
	tx.Check(ok)
	return x
}

// Get returns what the Box holds, and waits while it is empty.
func (b *Box[T]) Get(tx *stm.Tx) T {
	b.await(tx, something, &b.ref().filled)
	x, ok := b.TryGet(tx)
	tx.Check(ok)
	return x
}

// await waits until the Box is what is wanted, by the signal alone: a read of
// the content would wake the transaction whenever that changes, out of turn.
//
// The signal is read before the look at the content that decides, and whoever
// makes the Box what is wanted writes it. So if it still holds when the
// transaction falls asleep, the look does. A signal that wakes one needs all of
// its waiters to wait for the same; who has changed the Box itself does not.
func (b *Box[T]) await(tx *stm.Tx, want state, signal *Var[bool]) {
	if b.peek(tx) == want {
		return
	}
	if !engine.Written(tx.Engine(), &b.content.cell) {
		signal.Get(tx)
	}
	tx.Check(b.peek(tx) == want)
}

func (b *Box[T]) peek(tx *stm.Tx) state { return stateOf(engine.Peek(tx.Engine(), &b.content.cell)) }

// TryPush fills the Box with x if it is empty, and reports whether it did.
func (b *Box[T]) TryPush(tx *stm.Tx, x T) bool {
	if _, full := b.TryGet(tx); full {
		return false
	}
	b.Set(tx, x)
	return true
}

// TryPop empties the Box and returns what it held; ok is false if it is empty.
func (b *Box[T]) TryPop(tx *stm.Tx) (x T, ok bool) {
	x, ok = b.TryGet(tx)
	if ok {
		b.content.clear(tx)
		b.emptied.Set(tx, true)
	}
	return x, ok
}

// TryGet returns what the Box holds; ok is false if it is empty.
func (b *Box[T]) TryGet(tx *stm.Tx) (x T, ok bool) { return b.ref().content.get(tx) }

// Set makes the Box hold x, in place of what it holds if it is full. It does not
// depend on that, as [Var.Set] does not.
func (b *Box[T]) Set(tx *stm.Tx, x T) {
	b.ref().content.set(tx, x)
	b.filled.Set(tx, true)
}

// Put is [Box.Push] in a transaction of its own. If ctx ends before there is
// room its error is returned.
//
// If it need not wait it costs less than half of a transaction, and allocates
// no more than [Var.Store]. So do Take, TryPut and TryTake.
func (b *Box[T]) Put(ctx context.Context, x T) error {
	if err := begun(ctx); err != nil {
		return err
	}
	if b.TryPut(x) {
		return nil
	}
	return engine.AwaitStep(ctx, &b.emptied.cell, func() bool { return b.TryPut(x) })
}

// Take is [Box.Pop] in a transaction of its own. If ctx ends before there is a
// value its error is returned.
func (b *Box[T]) Take(ctx context.Context) (x T, err error) {
	if err := begun(ctx); err != nil {
		return x, err
	}
	x, ok := b.TryTake()
	if !ok {
		err = engine.AwaitStep(ctx, &b.filled.cell, func() bool { x, ok = b.TryTake(); return ok })
	}
	return x, err
}

// Load is [Box.Get] in a transaction of its own. If ctx ends before there is a
// value its error is returned.
func (b *Box[T]) Load(ctx context.Context) (x T, err error) {
	if err := begun(ctx); err != nil {
		return x, err
	}
	x, ok := b.TryLoad()
	if !ok {
		err = engine.AwaitStep(ctx, &b.filled.cell, func() bool { x, ok = b.TryLoad(); return ok })
	}
	return x, err
}

// TryPut is [Box.TryPush] in a transaction of its own.
func (b *Box[T]) TryPut(x T) (ok bool) {
	switch b.put(x) {
	case done:
		return true
	case refused:
		return false
	}
	atomically(func(tx *stm.Tx) { ok = b.TryPush(tx, x) })
	return ok
}

// TryTake is [Box.TryPop] in a transaction of its own.
func (b *Box[T]) TryTake() (x T, ok bool) {
	x, o := b.take()
	if o == again {
		atomically(func(tx *stm.Tx) { x, ok = b.TryPop(tx) })
		return x, ok
	}
	return x, o == done
}

// TryLoad is [Box.TryGet] at this instant. It costs as much as [Var.Load].
func (b *Box[T]) TryLoad() (x T, ok bool) { return b.ref().content.load() }

// Store is [Box.Set] in a transaction of its own.
func (b *Box[T]) Store(x T) { atomically(func(tx *stm.Tx) { b.Set(tx, x) }) }

// put is TryPut without a transaction; it may lose too often.
func (b *Box[T]) put(x T) outcome {
	content := encode(x, engine.Zero)
	for range modifyAttempts {
		old, seen := engine.Sample(&b.ref().content.cell)
		if stateOf(old) == something {
			return refused
		}
		if b.change(seen, content, &b.filled) {
			return done
		}
	}
	return again
}

// take is TryTake without a transaction; it may lose too often.
func (b *Box[T]) take() (x T, _ outcome) {
	for range modifyAttempts {
		old, seen := engine.Sample(&b.ref().content.cell)
		if stateOf(old) != something {
			return x, refused
		}
		if b.change(seen, nothingAtAll, &b.emptied) {
			return decode[T](old), done
		}
	}
	return x, again
}

// change replaces the content, if that is still what was seen, and writes the
// signal for it.
func (b *Box[T]) change(seen uint64, content engine.Value, signal *Var[bool]) bool {
	_, last := engine.Sample(&signal.cell)
	return b.steps.InstallBoth(
		engine.Change{Cell: &b.content.cell, Seen: seen, Val: content},
		engine.Change{Cell: &signal.cell, Seen: last, Val: number(1)},
	)
}

// String formats what the Box holds now, for people.
func (b *Box[T]) String() string {
	if b == nil {
		return "<nil Box>"
	}
	if x, ok := b.TryLoad(); ok {
		return fmt.Sprintf("[%v]", x)
	}
	return "[]"
}

func (b *Box[T]) ref() *Box[T] {
	if b == nil || !b.made {
		panic("tvar: Box that nobody has made: use tvar.NewBox or tvar.BoxOf")
	}
	return b
}
