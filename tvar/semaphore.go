package tvar

import (
	"context"
	"fmt"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// A Semaphore holds a number of permits, which are acquired, one or several at
// a time, and released. Permits belong to the program: those that a transaction
// acquires are in use once it commits, by whoever releases them.
//
// Requests are served first come, first served, whatever they ask for: while the
// first in the queue waits for many permits, those behind it wait for few. The
// queue is that of [Semaphore.Enter] and of tickets. Whoever is served wakes, and
// nobody else. A transaction that waits in [Semaphore.Acquire] does not stand in
// it, since nothing that it does is visible before it commits: it goes on when
// nobody queues and enough is free, and may be overtaken by others who come then.
// Of those that wait for one permit one wakes for each that is free, the longest
// waiting first; those that wait for several all wake for each change. One that
// must not be overtaken takes a [Ticket] first.
//
// Transactions conflict if both use the same Semaphore and one of them changes
// it. A Semaphore is made by [NewSemaphore]. It takes 144 bytes, and 128 for each
// that queues.
//
// Tickets are from Lamport's bakery; the order of service is that of
// golang.org/x/sync/semaphore.
type Semaphore struct {
	p        permits
	capacity int
	one      Var[bool]
}

// maxPermits is how many can be counted beside two bits.
const maxPermits = 1<<62 - 1

// NewSemaphore returns a Semaphore with so many permits. It panics if capacity
// is negative, or 1<<62 or more.
func NewSemaphore(capacity int) *Semaphore {
	if capacity < 0 || int64(capacity) > maxPermits {
		panic(fmt.Sprintf("tvar: capacity %d given to NewSemaphore: it must not be negative, nor above 1<<62-1", capacity))
	}
	s := fresh[Semaphore]()
	s.capacity = capacity
	s.p.one = &s.one
	engine.SetWakeOne(&s.one.cell)
	return s
}

// Acquire takes n permits, and waits until they are free and nobody queues. It
// panics if n is negative, or more than there are at all.
func (s *Semaphore) Acquire(tx *stm.Tx, n int) {
	s.checkWait("Acquire", n)
	s.p.acquire(tx, n, s.capacity)
}

// TryAcquire takes n permits if they are free and nobody queues, and reports
// whether it did. It panics if n is negative.
func (s *Semaphore) TryAcquire(tx *stm.Tx, n int) bool {
	s.check("TryAcquire", n)
	return s.p.take(tx, n, s.capacity)
}

// Release gives n permits back, and hands them on to those who queue. It panics
// if n is negative, or more than are in use. It costs a read and a write, and
// some five writes for each whom it serves.
func (s *Semaphore) Release(tx *stm.Tx, n int) {
	s.check("Release", n)
	if !s.p.give(tx, n, s.capacity) {
		panic(tooMany("Release", n))
	}
}

// Request takes a place in the queue for n permits, or the permits at once if
// that would not wait. It panics as Acquire does.
func (s *Semaphore) Request(tx *stm.Tx, n int) *Ticket {
	s.checkWait("Request", n)
	return s.p.join(tx, n, s.capacity)
}

// Free returns the number of permits that are not in use. Somebody who queues
// may be waiting for them.
func (s *Semaphore) Free(tx *stm.Tx) int { return s.ref().free(s.p.held.Get(tx)) }

// Enter takes n permits, in the order of arrival. If ctx ends first its error is
// returned, and none is taken; those behind in the queue go on if they can.
// It panics as Acquire does.
//
// If it need not wait it costs about as much as [Var.Modify], and does not
// allocate.
func (s *Semaphore) Enter(ctx context.Context, n int) error {
	s.checkWait("Enter", n)
	return s.p.await(ctx, n, s.capacity)
}

// TryEnter is [Semaphore.TryAcquire] as a transaction that does nothing else
// would. It costs about as much as [Var.Modify], and does not allocate.
func (s *Semaphore) TryEnter(n int) bool {
	s.check("TryEnter", n)
	return s.p.tryTake(n, s.capacity)
}

// Leave gives n permits back, as [Semaphore.Release] does. It costs about as
// much as [Var.Modify] while all permits are taken by Enter and TryEnter, twice
// that afterwards, and a transaction if somebody queues.
func (s *Semaphore) Leave(n int) {
	s.check("Leave", n)
	if !s.p.tryGive(n, s.capacity) {
		panic(tooMany("Leave", n))
	}
}

// Apply is [Semaphore.Request] in a transaction of its own.
func (s *Semaphore) Apply(n int) (t *Ticket) {
	s.checkWait("Apply", n)
	atomically(func(tx *stm.Tx) { t = s.p.join(tx, n, s.capacity) })
	return t
}

// Available is [Semaphore.Free] at this instant.
func (s *Semaphore) Available() int { return s.ref().free(s.p.held.Load()) }

// Capacity returns the number of permits that there are.
func (s *Semaphore) Capacity() int { return s.ref().capacity }

// String tells how many permits are free, for people.
func (s *Semaphore) String() string {
	if s == nil {
		return "<nil Semaphore>"
	}
	return fmt.Sprintf("%d of %d free", s.Available(), s.capacity)
}

func (s *Semaphore) free(held uint64) int { return s.capacity - inUse(held) }

func (s *Semaphore) ref() *Semaphore {
	if s == nil || s.p.one == nil {
		panic("tvar: Semaphore that nobody has made: use tvar.NewSemaphore")
	}
	return s
}

// check panics if nobody can ask for n permits.
func (s *Semaphore) check(call string, n int) {
	if s.ref(); n < 0 {
		panic(fmt.Sprintf("tvar: %s of %d permits: the number must not be negative", call, n))
	}
}

// checkWait also panics if nobody will ever get them.
func (s *Semaphore) checkWait(call string, n int) {
	s.check(call, n)
	if n > s.capacity {
		panic(fmt.Sprintf("tvar: %s of %d permits of a Semaphore that has %d: it would wait for ever", call, n, s.capacity))
	}
}

func tooMany(call string, n int) string {
	return fmt.Sprintf("tvar: %s of %d permits, more than are in use: release what was acquired, once", call, n)
}
