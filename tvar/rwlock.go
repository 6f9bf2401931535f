package tvar

import (
	"context"
	"fmt"
	"math"

	"github.com/weft-stm/weft/stm"
)

// An RWLock is a lock that many readers or one writer hold, for what a
// transaction cannot cover: sections that wait for something outside, or take
// very long. The zero RWLock is free and ready to use. An RWLock must not be
// copied after its first use.
//
// It belongs to the program, not to a goroutine or a transaction: one that a
// transaction acquires is held once it commits, until anybody releases it. In
// particular nobody holds it twice: a writer that locks again, or a reader that
// wants to become the writer, waits for itself.
//
// It is handed over first come, first served, to several readers at once where
// they queue side by side. Readers that come after a writer wait for it, and so
// do transactions, which do not stand in the queue themselves: see [Semaphore],
// whose queue it is.
//
// Transactions that use the same RWLock conflict, also readers: what they
// conflict over is the count of those who hold it, for as long as the
// transaction takes, not for as long as the lock is held. It takes 104 bytes, and
// 128 for each that queues.
type RWLock struct {
	p permits
}

// A writer holds all permits, a reader one. More readers than that wait.
const exclusive = math.MaxInt32

// Acquire locks l for writing, and waits until it is free and nobody queues.
func (l *RWLock) Acquire(tx *stm.Tx) { tx.Check(l.TryAcquire(tx)) }

// AcquireShared locks l for reading, and waits until no writer holds it and
// nobody queues.
func (l *RWLock) AcquireShared(tx *stm.Tx) { tx.Check(l.TryAcquireShared(tx)) }

// TryAcquire locks l for writing if it is free, and reports whether it did.
func (l *RWLock) TryAcquire(tx *stm.Tx) bool { return l.ref().take(tx, exclusive, exclusive) }

// TryAcquireShared locks l for reading if no writer holds it and nobody queues,
// and reports whether it did.
func (l *RWLock) TryAcquireShared(tx *stm.Tx) bool { return l.ref().take(tx, 1, exclusive) }

// Release unlocks l for its writer. It panics if no writer holds it.
func (l *RWLock) Release(tx *stm.Tx) {
	if !l.ref().give(tx, exclusive, exclusive) {
		panic("tvar: Release of an RWLock that no writer holds")
	}
}

// ReleaseShared unlocks l for one of its readers. It panics if no reader holds
// it.
func (l *RWLock) ReleaseShared(tx *stm.Tx) {
	if held := inUse(l.ref().held.Get(tx)); held == exclusive || !l.p.give(tx, 1, exclusive) {
		panic("tvar: ReleaseShared of an RWLock that no reader holds")
	}
}

// Lock locks l for writing, in the order of arrival. If ctx ends first its error
// is returned, and l is not locked; those behind in the queue go on if they can.
//
// If it need not wait it costs about as much as [Var.Modify], and does not
// allocate. So do the others that follow.
func (l *RWLock) Lock(ctx context.Context) error { return l.ref().await(ctx, exclusive, exclusive) }

// RLock locks l for reading, as [RWLock.Lock] does for writing.
func (l *RWLock) RLock(ctx context.Context) error { return l.ref().await(ctx, 1, exclusive) }

// TryLock is [RWLock.TryAcquire] as a transaction that does nothing else would.
func (l *RWLock) TryLock() bool { return l.ref().tryTake(exclusive, exclusive) }

// TryRLock is [RWLock.TryAcquireShared] as a transaction that does nothing else
// would.
func (l *RWLock) TryRLock() bool { return l.ref().tryTake(1, exclusive) }

// Unlock is [RWLock.Release] as a transaction that does nothing else would.
func (l *RWLock) Unlock() {
	if !l.ref().tryGive(exclusive, exclusive) {
		panic("tvar: Unlock of an RWLock that no writer holds")
	}
}

// RUnlock is [RWLock.ReleaseShared] as a transaction that does nothing else
// would.
func (l *RWLock) RUnlock() {
	// Who calls it holds l for reading, so no writer comes in between.
	if held := inUse(l.ref().held.Load()); held == exclusive || !l.p.tryGive(1, exclusive) {
		panic("tvar: RUnlock of an RWLock that no reader holds")
	}
}

// String tells who holds l now, for people.
func (l *RWLock) String() string {
	if l == nil {
		return "<nil RWLock>"
	}
	switch held := inUse(l.p.held.Load()); held {
	case 0:
		return "free"
	case exclusive:
		return "held for writing"
	default:
		return fmt.Sprintf("held for reading by %d", held)
	}
}

func (l *RWLock) ref() *permits {
	if l == nil {
		panic("tvar: nil RWLock: use an RWLock value, or new(tvar.RWLock)")
	}
	return &l.p
}
