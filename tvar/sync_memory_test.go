package tvar_test

import (
	"strconv"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/invariants"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// TestSynchronizersAllocateNothing where their documentation says so.
func TestSynchronizersAllocateNothing(t *testing.T) {
	if invariants.Enabled || invariants.GoroutineAllocates || atomics.Exploring {
		t.Skip("builds with invariants use each descriptor once, the first bodies of a descriptor are watched, and the explorer's atomics take room")
	}
	in := func(body func(tx *stm.Tx)) func() {
		return func() { _ = stm.Atomically(ctx, func(tx *stm.Tx) error { body(tx); return nil }) }
	}
	sem := tvar.NewSemaphore(3)
	var lock tvar.RWLock
	box := tvar.BoxOf(1)
	latch := tvar.NewLatch(1 << 30)
	var group tvar.WaitGroup
	group.Increase(1)
	barrier := tvar.NewBarrier(2)
	for name, f := range map[string]func(){
		"Semaphore.Enter":    func() { _ = sem.Enter(ctx, 2); sem.Leave(2) },
		"Semaphore.TryEnter": func() { sem.TryEnter(1); sem.Leave(1) },
		"Semaphore.Acquire":  in(func(tx *stm.Tx) { sem.Acquire(tx, 2); sem.Release(tx, 2) }),
		"RWLock.Lock":        func() { _ = lock.Lock(ctx); lock.Unlock() },
		"RWLock.RLock":       func() { _ = lock.RLock(ctx); lock.RUnlock() },
		"Box.Put":            func() { _, _ = box.Take(ctx); _ = box.Put(ctx, 1) },
		"Box.TryPut":         func() { box.TryTake(); box.TryPut(1); box.TryLoad() },
		"Box.Push":           in(func(tx *stm.Tx) { box.Push(tx, box.Pop(tx)) }),
		"Latch.Finish":       func() { latch.Finish(); _ = latch.Size() },
		"WaitGroup.Increase": func() { group.Increase(1); group.Finish() },
		"WaitGroup.Await":    func() { group.Finish(); _ = group.Await(ctx); group.Increase(1) },
		"Barrier.Join":       func() { phase, _ := barrier.Join(); barrier.Join(); _ = barrier.Await(ctx, phase) },
	} {
		f()
		require.Zero(t, testing.AllocsPerRun(200, f), name)
	}
}

func TestSynchronizerSizes(t *testing.T) {
	if strconv.IntSize != 64 || atomics.Exploring {
		t.Skip("the documented sizes are those of a normal build on a 64-bit machine")
	}
	require.EqualValues(t, 144, unsafe.Sizeof(tvar.Semaphore{}))
	require.EqualValues(t, 104, unsafe.Sizeof(tvar.RWLock{}))
	require.EqualValues(t, 136, unsafe.Sizeof(tvar.Box[string]{}))
	require.EqualValues(t, 32, unsafe.Sizeof(tvar.Promise[string]{}))
	require.EqualValues(t, 64, unsafe.Sizeof(tvar.Latch{}))
	require.EqualValues(t, 64, unsafe.Sizeof(tvar.WaitGroup{}))
	require.EqualValues(t, 72, unsafe.Sizeof(tvar.Barrier{}))
	require.EqualValues(t, 32, unsafe.Sizeof(tvar.Delay{}))
	require.EqualValues(t, 32, unsafe.Sizeof(tvar.Ticker{}))
	require.EqualValues(t, 32, unsafe.Sizeof(tvar.WeakVar[string]{}))
	require.LessOrEqual(t, unsafe.Sizeof(tvar.Ticket{}), uintptr(128))
}
