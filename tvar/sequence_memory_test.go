package tvar_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/invariants"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// TestSequenceAllocations of Stack, Deque, List and Broadcast: one for each item, and
// two where an item is a link, too.
func TestSequenceAllocations(t *testing.T) {
	if invariants.Enabled || invariants.GoroutineAllocates || atomics.Exploring {
		t.Skip("the allocations of a normal build are counted")
	}
	in := func(body func(tx *stm.Tx)) func() {
		return func() { _ = stm.Atomically(ctx, func(tx *stm.Tx) error { body(tx); return nil }) }
	}
	var s tvar.Stack[int]
	var d tvar.Deque[int]
	var l tvar.List[int]
	var b tvar.Broadcast[int]
	sub := b.Join()
	s.Put(1)
	d.PutBack(1)
	first, last := l.PutBack(1), l.PutBack(2)
	require.NoError(t, b.TrySend(1))
	for name, c := range map[string]struct {
		allocations float64
		f           func()
	}{
		"Stack.Put":         {1, func() { s.Put(2); s.Take() }},
		"Stack.Push":        {1, in(func(tx *stm.Tx) { s.Push(tx, 2); s.Pop(tx) })},
		"Stack.Peek":        {0, in(func(tx *stm.Tx) { s.Peek(tx); s.Len(tx) })},
		"Stack.First":       {0, func() { s.First(); s.Size() }},
		"Deque.PutBack":     {1, func() { d.PutBack(2); d.TakeBack() }},
		"Deque.PushFront":   {1, in(func(tx *stm.Tx) { d.PushFront(tx, 2); d.PopBack(tx) })},
		"Deque.PeekFront":   {0, in(func(tx *stm.Tx) { d.PeekFront(tx); d.PeekBack(tx); d.Len(tx) })},
		"Deque.First":       {0, func() { d.First(); d.Last(); d.Size() }},
		"List.PutBack":      {1, func() { l.Remove(l.PutBack(3)) }},
		"List.InsertAfter":  {1, in(func(tx *stm.Tx) { l.Delete(tx, l.InsertAfter(tx, 3, first)) })},
		"List.BringToFront": {0, func() { l.BringToFront(last); l.BringToFront(first) }},
		"List.Front":        {0, in(func(tx *stm.Tx) { l.Front(tx).Next(tx) })},
		"List.All": {0, in(func(tx *stm.Tx) {
			for range l.All(tx) {
				continue
			}
		})},
		"Broadcast.TrySend": {2, func() { _ = b.TrySend(2); _, _ = sub.TryReceive() }},
		"Broadcast.Publish": {2, in(func(tx *stm.Tx) { _ = b.Publish(tx, 2); _, _ = sub.TryNext(tx) })},
		"Subscription.Peek": {0, in(func(tx *stm.Tx) { _, _ = sub.Peek(tx); sub.Len(tx) })},
	} {
		c.f()
		require.Equal(t, c.allocations, testing.AllocsPerRun(200, c.f), name)
	}
}

// TestSequenceItemSizes are those that are documented.
func TestSequenceItemSizes(t *testing.T) {
	if atomics.Exploring || ^uint(0)>>63 == 0 {
		t.Skip("the documented sizes are those of a normal build on a 64-bit machine")
	}
	require.Equal(t, map[string]uintptr{"Stack": 16, "Deque": 72, "List": 72}, tvar.ItemSizes())
}
