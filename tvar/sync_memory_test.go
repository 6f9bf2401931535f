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
	for name, f := range map[string]func(){
		"Semaphore.Enter":    func() { _ = sem.Enter(ctx, 2); sem.Leave(2) },
		"Semaphore.TryEnter": func() { sem.TryEnter(1); sem.Leave(1) },
		"Semaphore.Acquire":  in(func(tx *stm.Tx) { sem.Acquire(tx, 2); sem.Release(tx, 2) }),
		"RWLock.Lock":        func() { _ = lock.Lock(ctx); lock.Unlock() },
		"RWLock.RLock":       func() { _ = lock.RLock(ctx); lock.RUnlock() },
	} {
		f()
		require.Zero(t, testing.AllocsPerRun(200, f), name)
	}
}

func TestSynchronizerSizes(t *testing.T) {
	if strconv.IntSize != 64 || atomics.Exploring {
		t.Skip("the documented sizes are those of a normal build on a 64-bit machine")
	}
	require.EqualValues(t, 104, unsafe.Sizeof(tvar.Semaphore{}))
	require.EqualValues(t, 96, unsafe.Sizeof(tvar.RWLock{}))
	require.LessOrEqual(t, unsafe.Sizeof(tvar.Ticket{}), uintptr(128))
}
