package tvar_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// enters starts goroutines that enter, one after the other, and notes in which
// order they get in.
func enters(ctx context.Context, s *tvar.Semaphore, order *tvar.Vector[int], ns ...int) {
	for _, n := range ns {
		go func() {
			if s.Enter(ctx, n) == nil {
				order.Extend(n)
			}
		}()
		synctest.Wait()
	}
}

// TestSemaphoreServesInOrder, also a request that is larger than those behind
// it, and nobody comes in between.
func TestSemaphoreServesInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, order := tvar.NewSemaphore(10), new(tvar.Vector[int])
		require.NoError(t, s.Enter(t.Context(), 10))
		enters(t.Context(), s, order, 1, 8, 2, 3)
		s.Leave(5)
		synctest.Wait()
		require.Equal(t, []int{1}, order.Snapshot())
		require.Equal(t, 4, s.Available(), "kept for the one that wants 8")
		require.False(t, s.TryEnter(1))
		update(t, func(tx *stm.Tx) { require.False(t, s.TryAcquire(tx, 1)) })
		s.Leave(4)
		synctest.Wait()
		require.Equal(t, []int{1, 8}, order.Snapshot())
		s.Leave(1)
		synctest.Wait()
		require.Equal(t, []int{1, 8}, order.Snapshot())
		s.Leave(8)
		synctest.Wait()
		require.ElementsMatch(t, []int{1, 8, 2, 3}, order.Snapshot())
		require.Equal(t, 4, s.Available())
	})
}

// TestSemaphoreWakesWhoIsServed, and nobody else.
func TestSemaphoreWakesWhoIsServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, order := tvar.NewSemaphore(1), new(tvar.Vector[int])
		require.True(t, s.TryEnter(1))
		enters(t.Context(), s, order, slices.Repeat([]int{1}, 20)...)
		for i := range 20 {
			before := stm.ReadStats()
			s.Leave(1)
			synctest.Wait()
			require.Equal(t, i+1, order.Size())
			require.EqualValues(t, 1, stm.ReadStats().Sub(before).Wakes)
		}
	})
}

// TestSemaphoreCancelledWaiterPassesItsTurn: those behind a request that is
// given up go on if they can.
func TestSemaphoreCancelledWaiterPassesItsTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, order := tvar.NewSemaphore(4), new(tvar.Vector[int])
		require.True(t, s.TryEnter(2))
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var err error
		go func() { err = s.Enter(short, 4) }()
		synctest.Wait()
		enters(t.Context(), s, order, 1, 1, 1)
		require.Empty(t, order.Snapshot())
		time.Sleep(time.Second)
		synctest.Wait()
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, []int{1, 1}, order.Snapshot())
		s.Leave(4)
		synctest.Wait()
		require.Equal(t, 3, order.Size())
		require.Equal(t, 3, s.Available())
	})
}

// TestSemaphoreCancelledInTheMiddle leaves the queue whole.
func TestSemaphoreCancelledInTheMiddle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, order := tvar.NewSemaphore(1), new(tvar.Vector[int])
		require.True(t, s.TryEnter(1))
		c, cancel := context.WithCancel(t.Context())
		enters(t.Context(), s, order, 1)
		enters(c, s, order, 1, 1)
		enters(t.Context(), s, order, 0)
		enters(c, s, order, 1)
		cancel()
		synctest.Wait()
		require.Empty(t, order.Snapshot(), "who wants none waits its turn, too")
		s.Leave(1)
		synctest.Wait()
		require.ElementsMatch(t, []int{1, 0}, order.Snapshot())
		s.Leave(1)
		require.True(t, s.TryEnter(1), "nobody queues")
	})
}

// TestSemaphoreBelongsToTheProgram: what a transaction acquires is in use once
// it has committed, and not before, nor if it fails.
func TestSemaphoreBelongsToTheProgram(t *testing.T) {
	s := tvar.NewSemaphore(2)
	require.ErrorIs(t, stm.Atomically(ctx, func(tx *stm.Tx) error { s.Acquire(tx, 2); return errBody }), errBody)
	require.Equal(t, 2, s.Available())
	update(t, func(tx *stm.Tx) {
		s.Acquire(tx, 2)
		require.Zero(t, s.Free(tx))
		elsewhere(func() { require.Equal(t, 2, s.Available()) })
	})
	require.Zero(t, s.Available())
	elsewhere(func() { s.Leave(2) })
	require.Equal(t, 2, s.Available())
}

// TestSemaphoreTransactionWaits for permits and for the queue to be empty.
func TestSemaphoreTransactionWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, order := tvar.NewSemaphore(3), new(tvar.Vector[int])
		require.True(t, s.TryEnter(2))
		enters(t.Context(), s, order, 2)
		go update(t, func(tx *stm.Tx) { s.Acquire(tx, 1); order.Append(tx, 1) })
		synctest.Wait()
		require.Empty(t, order.Snapshot(), "one is free, but somebody queues")
		s.Leave(1)
		synctest.Wait()
		require.Equal(t, []int{2}, order.Snapshot())
		s.Leave(1)
		synctest.Wait()
		require.Equal(t, []int{2, 1}, order.Snapshot())
	})
}

// TestSemaphoreTransactionsWakeOneByOne where each waits for one permit, and all
// of them for the first.
func TestSemaphoreTransactionsWakeOneByOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const waiters = 10
		s, order := tvar.NewSemaphore(waiters), new(tvar.Vector[int])
		require.True(t, s.TryEnter(waiters-1))
		update(t, func(tx *stm.Tx) { s.Acquire(tx, 1) })
		attempts := 0
		for i := range waiters {
			go update(t, func(tx *stm.Tx) { attempts++; s.Acquire(tx, 1); order.Append(tx, i) })
			synctest.Wait()
		}
		for i := range waiters {
			attempts = 0
			if i%2 == 0 {
				s.Leave(1)
			} else {
				update(t, func(tx *stm.Tx) { s.Release(tx, 1) })
			}
			synctest.Wait()
			require.Equal(t, i+1, order.Size())
			require.LessOrEqual(t, attempts, 2, "the one that is served, and one that finds nothing")
		}
		require.True(t, slices.IsSorted(order.Snapshot()))

		// Several at once, and a request for two beside them.
		for i := range 4 {
			go update(t, func(tx *stm.Tx) { s.Acquire(tx, 1+i/3); order.Append(tx, waiters) })
		}
		synctest.Wait()
		s.Leave(5)
		synctest.Wait()
		require.Equal(t, waiters+4, order.Size())
		require.Zero(t, s.Available())
	})
}

// TestTicketIsATurnInATransaction that may choose something else meanwhile.
func TestTicketIsATurnInATransaction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, order := tvar.NewSemaphore(3), new(tvar.Vector[int])
		require.True(t, s.TryEnter(3))
		patient, hasty := s.Apply(3), s.Apply(1)
		wait := func(p *tvar.Ticket, atMost time.Duration) error {
			return stm.Atomically(t.Context(), func(tx *stm.Tx) error {
				return tx.OrElse(
					func(tx *stm.Tx) error { p.Wait(tx); order.Append(tx, 3); return nil },
					func(tx *stm.Tx) error { tx.After(atMost); p.Withdraw(tx); order.Append(tx, -1); return nil },
				)
			})
		}
		go func() { _ = wait(patient, time.Hour) }()
		go func() { _ = wait(hasty, time.Minute) }()
		enters(t.Context(), s, order, 2)
		s.Leave(2)
		synctest.Wait()
		require.Empty(t, order.Snapshot(), "the first wants three")
		time.Sleep(time.Minute)
		synctest.Wait()
		require.Equal(t, []int{-1}, order.Snapshot())
		s.Leave(1)
		synctest.Wait()
		require.Equal(t, []int{-1, 3}, order.Snapshot())
		s.Leave(3)
		synctest.Wait()
		require.Equal(t, []int{-1, 3, 2}, order.Snapshot())
	})
}

func TestSemaphoreBadUse(t *testing.T) {
	panicsWith(t, "capacity -1 given to NewSemaphore", func() { tvar.NewSemaphore(-1) })
	s := tvar.NewSemaphore(2)
	in := func(f func(tx *stm.Tx)) func() { return func() { update(t, f) } }
	for name, f := range map[string]func(n int) func(){
		"Acquire":    func(n int) func() { return in(func(tx *stm.Tx) { s.Acquire(tx, n) }) },
		"Request":    func(n int) func() { return in(func(tx *stm.Tx) { s.Request(tx, n) }) },
		"Enter":      func(n int) func() { return func() { _ = s.Enter(ctx, n) } },
		"Apply":      func(n int) func() { return func() { s.Apply(n) } },
		"TryAcquire": func(n int) func() { return in(func(tx *stm.Tx) { s.TryAcquire(tx, n) }) },
		"TryEnter":   func(n int) func() { return func() { s.TryEnter(n) } },
		"Release":    func(n int) func() { return in(func(tx *stm.Tx) { s.Release(tx, n) }) },
		"Leave":      func(n int) func() { return func() { s.Leave(n) } },
	} {
		panicsWith(t, name+" of -1 permits: the number must not be negative", f(-1))
		switch name {
		case "TryAcquire", "TryEnter":
			f(3)()
		case "Release", "Leave":
			panicsWith(t, name+" of 1 permits, more than are in use", f(1))
		default:
			panicsWith(t, name+" of 3 permits of a Semaphore that has 2: it would wait for ever", f(3))
		}
	}
	require.Equal(t, 2, s.Available())
	var nilContext context.Context
	panicsWith(t, "nil context", func() { _ = s.Enter(nilContext, 1) })
	var none *tvar.Semaphore
	require.Equal(t, "<nil Semaphore>", none.String())
	panicsWith(t, "use tvar.NewSemaphore", func() { none.TryEnter(1) })
	panicsWith(t, "use tvar.NewSemaphore", func() { new(tvar.Semaphore).TryEnter(1) })
	panicsWith(t, "no Semaphore has made", func() { new(tvar.Ticket).Cancel() })
}

func TestSemaphoreUnderContention(t *testing.T) {
	const limit = 5
	s := tvar.NewSemaphore(limit)
	var in atomic.Int32
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(1, uint64(g)))
			for range 200 {
				n := 1 + rng.IntN(limit)
				c, cancel := ctx, context.CancelFunc(func() {})
				if rng.IntN(3) == 0 {
					c, cancel = context.WithCancel(ctx)
					if rng.IntN(2) == 0 {
						go cancel()
					}
				}
				switch rng.IntN(3) {
				case 0:
					if s.Enter(c, n) != nil {
						n = 0
					}
				case 1:
					if stm.Atomically(c, func(tx *stm.Tx) error { s.Acquire(tx, n); return nil }) != nil {
						n = 0
					}
				case 2:
					if !s.TryEnter(n) {
						n = 0
					}
				}
				cancel()
				if now := in.Add(int32(n)); now > limit {
					t.Error(now)
				}
				in.Add(int32(-n))
				if rng.IntN(2) == 0 {
					s.Leave(n)
				} else {
					update(t, func(tx *stm.Tx) { s.Release(tx, n) })
				}
			}
		})
	}
	wg.Wait()
	require.Equal(t, limit, s.Available())
}
