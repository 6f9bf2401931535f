package tvar_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/invariants"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// TestQueueAllocations as the documentation has them.
func TestQueueAllocations(t *testing.T) {
	if invariants.Enabled || invariants.GoroutineAllocates || atomics.Exploring {
		t.Skip("builds with invariants use each descriptor once, the first bodies of a descriptor are watched, and the explorer's atomics take room")
	}
	type pair struct{ a, b int }
	in := func(body func(tx *stm.Tx)) func() {
		return func() { _ = stm.Atomically(ctx, func(tx *stm.Tx) error { body(tx); return nil }) }
	}
	var q tvar.Queue[int]
	b, p := tvar.NewBoundedQueue[int](4), tvar.NewBoundedQueue[pair](4)
	_, _, _ = q.Put(1), b.TryPut(1), p.TryPut(pair{})
	for _, c := range []struct {
		name string
		want float64
		f    func()
	}{
		{"Queue.Put and Take", 2, func() { _ = q.Put(1); _, _ = q.Take(ctx) }},
		{"Queue.Push and Pop", 2, in(func(tx *stm.Tx) { _ = q.Push(tx, 1); _, _ = q.Pop(tx) })},
		{"Queue, looks", 0, func() { _, _ = q.First(); q.Size() }},
		{"BoundedQueue.Put and Take", 0, func() { _ = b.Put(ctx, 1); _, _ = b.Take(ctx) }},
		{"BoundedQueue.TryPut and TryTake", 0, func() { _ = b.TryPut(1); _, _ = b.TryTake() }},
		{"BoundedQueue.Push and Pop", 0, in(func(tx *stm.Tx) { _ = b.Push(tx, 1); _, _ = b.Pop(tx) })},
		{"BoundedQueue, full and empty", 0, func() {
			for b.TryPut(1) == nil {
			}
			for b.Size() > 0 {
				_, _ = b.TryTake()
			}
			_, _ = b.TryTake()
		}},
		{"BoundedQueue of structs", 1, func() { _ = p.Put(ctx, pair{1, 2}); _, _ = p.Take(ctx) }},
	} {
		c.f()
		require.Equal(t, c.want, testing.AllocsPerRun(200, c.f), c.name)
	}
}
