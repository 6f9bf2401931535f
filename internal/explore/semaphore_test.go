//go:build stmexplore

package explore_test

import (
	"fmt"
	"testing"

	"github.com/weft-stm/weft/internal/explore"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// Semaphores: nobody is forgotten in the queue, and no permit is lost or handed
// out twice, however those who wait leave.

// checkBriefly is checkStructure for one of many scenarios like it.
func checkBriefly(t *testing.T, f func(w *world)) {
	t.Helper()
	scale := 1
	if explore.Deep() {
		scale = 50
	}
	explore.Check(t, scenario(f), explore.Preemptions(1, 2000*scale), explore.PCT(1, 3, 500*scale),
		explore.PCT(2, 5, 500*scale), explore.DPOR(500*scale), explore.Preemptions(2, 500*scale))
}

// semaphore makes a Semaphore of which so many permits are in use.
func semaphore(capacity, used int) *tvar.Semaphore {
	s := tvar.NewSemaphore(capacity)
	if !s.TryEnter(used) {
		panic("the semaphore is too small")
	}
	return s
}

// TestSemaphoreQueueIsServed, with a request at its head that others must not
// overtake, and permits that become free one by one.
func TestSemaphoreQueueIsServed(t *testing.T) {
	checkBriefly(t, func(w *world) {
		s, in, most := semaphore(2, 1), 0, 0
		use := func(n int) func() {
			return func() {
				must(s.Enter(ctx, n))
				in += n
				most = max(most, in)
				in -= n
				s.Leave(n)
			}
		}
		w.Go("T0", use(2))
		w.Go("T1", use(1))
		w.Go("T2", func() { s.Leave(1) })
		w.holds(func() bool { return s.Available() == 2 && most <= 2 }, "a permit was lost or handed out twice")
	})
}

// TestSemaphoreWaiterIsCancelled while it is being served, or before another
// that can go on without it.
func TestSemaphoreWaiterIsCancelled(t *testing.T) {
	for _, n := range []int{1, 2} {
		t.Run(fmt.Sprint("who wants ", n), func(t *testing.T) {
			checkBriefly(t, func(w *world) {
				s, c := semaphore(2, 2), explore.NewContext()
				has := 0
				w.Go("cancelled", func() {
					if s.Enter(c, n) == nil {
						has = n
						s.Leave(n)
					}
				})
				w.Go("T1", func() { must(s.Enter(ctx, 1)) })
				w.Go("T2", func() { s.Leave(1) })
				w.Go("canceller", c.Cancel)
				w.holds(func() bool { return s.Available() == 0 && has <= 1 }, "permits do not add up")
			})
		})
	}
}

// TestSemaphoreTransactionBesideTheQueue waits for both, and comes to its turn.
func TestSemaphoreTransactionBesideTheQueue(t *testing.T) {
	checkBriefly(t, func(w *world) {
		s := semaphore(1, 1)
		w.Go("T0", func() {
			must(stm.Atomically(ctx, func(tx *stm.Tx) error { s.Acquire(tx, 1); return nil }))
			s.Leave(1)
		})
		w.Go("T1", func() { must(s.Enter(ctx, 1)); s.Leave(1) })
		w.Go("T2", func() { s.Leave(1) })
		w.holds(func() bool { return s.Available() == 1 }, "permits do not add up")
	})
}

// TestSemaphoreTransactionsAmongThemselves wake one another, and take turns with
// the queue.
func TestSemaphoreTransactionsAmongThemselves(t *testing.T) {
	for _, n := range []int{1, 2} {
		t.Run(fmt.Sprint("of ", n), func(t *testing.T) {
			checkBriefly(t, func(w *world) {
				s := tvar.NewSemaphore(n)
				prepare(func(tx *stm.Tx) { s.Acquire(tx, n) })
				for _, name := range []string{"T0", "T1"} {
					w.Go(name, func() {
						must(stm.Atomically(ctx, func(tx *stm.Tx) error { s.Acquire(tx, 1); return nil }))
						s.Leave(1)
					})
				}
				w.Go("T2", func() { must(s.Enter(ctx, 1)); s.Leave(1) })
				w.Go("T3", func() { s.Leave(n) })
				w.holds(func() bool { return s.Available() == n }, "permits do not add up")
			})
		})
	}
}

// TestTicketIsWithdrawn while it is being served.
func TestTicketIsWithdrawn(t *testing.T) {
	checkBriefly(t, func(w *world) {
		s := semaphore(1, 1)
		var first *tvar.Ticket
		prepare(func(tx *stm.Tx) { first = s.Request(tx, 1) })
		w.Go("owner", func() { first.Cancel() })
		w.Go("T1", func() { must(s.Enter(ctx, 1)) })
		w.Go("T2", func() { s.Leave(1) })
		w.holds(func() bool { return s.Available() == 0 }, "permits do not add up")
	})
}
