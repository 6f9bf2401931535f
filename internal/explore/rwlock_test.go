//go:build stmexplore

package explore_test

import (
	"testing"

	"github.com/weft-stm/weft/internal/explore"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// TestRWLockWriterAmongReaders: all of them come to their turn, and the writer
// is alone.
func TestRWLockWriterAmongReaders(t *testing.T) {
	checkBriefly(t, func(w *world) {
		l := aligned[tvar.RWLock]()
		readers, writers, torn := 0, 0, false
		look := func() { torn = torn || writers > 1 || writers == 1 && readers > 0 }
		read := func(lock func()) func() {
			return func() {
				lock()
				readers++
				look()
				readers--
				l.RUnlock()
			}
		}
		w.Go("T0", read(func() { must(l.RLock(ctx)) }))
		w.Go("T1", read(func() {
			must(stm.Atomically(ctx, func(tx *stm.Tx) error { l.AcquireShared(tx); return nil }))
		}))
		w.Go("T2", func() {
			must(l.Lock(ctx))
			writers++
			look()
			writers--
			l.Unlock()
		})
		w.holds(func() bool { return !torn && l.TryLock() }, "the writer was not alone, or the lock is still held")
	})
}

// TestRWLockWriterIsCancelled before a reader that waits for it alone.
func TestRWLockWriterIsCancelled(t *testing.T) {
	checkBriefly(t, func(w *world) {
		l, c := aligned[tvar.RWLock](), explore.NewContext()
		l.TryRLock()
		w.Go("cancelled", func() {
			if l.Lock(c) == nil {
				l.Unlock()
			}
		})
		w.Go("reader", func() { must(l.RLock(ctx)); l.RUnlock(); l.RUnlock() })
		w.Go("canceller", c.Cancel)
		w.holds(l.TryLock, "the lock is still held")
	})
}
