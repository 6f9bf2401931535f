package tvar_test

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// TestBroadcastLateJoin gets what comes afterwards, each at its own pace.
func TestBroadcastLateJoin(t *testing.T) {
	var b tvar.Broadcast[int]
	require.NoError(t, b.Send(ctx, 1), "nobody gets it")
	early := b.Join()
	require.NoError(t, b.Send(ctx, 2))
	var late *tvar.Subscription[int]
	update(t, func(tx *stm.Tx) {
		require.NoError(t, b.Publish(tx, 3))
		late = b.Subscribe(tx)
		require.NoError(t, b.Publish(tx, 4))
	})
	same2(t, 2, nil)(early.TryReceive())
	require.Equal(t, []int{3, 4}, early.Snapshot())
	require.Equal(t, []int{4}, late.Snapshot())
	require.Equal(t, "[3 4]", early.String())
	require.Equal(t, "4 items published", b.String())
}

// TestBroadcastFailedTransaction publishes nothing, and subscribes nobody.
func TestBroadcastFailedTransaction(t *testing.T) {
	for _, b := range []*tvar.Broadcast[int]{new(tvar.Broadcast[int]), tvar.NewBroadcast[int](1, tvar.BlockWhenFull)} {
		var never *tvar.Subscription[int]
		require.ErrorIs(t, stm.Atomically(ctx, func(tx *stm.Tx) error {
			never = b.Subscribe(tx)
			require.NoError(t, b.Publish(tx, 1))
			same2(t, 1, nil)(never.Next(tx))
			return errBody
		}), errBody)
		same2(t, 0, tvar.ErrClosed)(never.TryReceive())
		for range 3 {
			require.NoError(t, b.TrySend(2), "it keeps no room")
		}
		require.Empty(t, never.Snapshot())
	}
}

// TestBroadcastConflicts, and their absence, as the documentation has them.
func TestBroadcastConflicts(t *testing.T) {
	type (
		cast = tvar.Broadcast[int]
		sub  = tvar.Subscription[int]
	)
	publish := func(b *cast, _ *sub, tx *stm.Tx) { _ = b.TryPublish(tx, 9) }
	next := func(_ *cast, s *sub, tx *stm.Tx) { _, _ = s.TryNext(tx) }
	for _, c := range []struct {
		name     string
		room     int
		items    int
		body     func(b *cast, s *sub, tx *stm.Tx)
		happens  func(b *cast, s *sub)
		attempts int
	}{
		{"publishing twice", 0, 0, publish, func(b *cast, _ *sub) { _ = b.TrySend(1) }, 2},
		{"publishing and taking", 0, 1, publish, func(_ *cast, s *sub) { _, _ = s.TryReceive() }, 1},
		{"taking and publishing", 0, 1, next, func(b *cast, _ *sub) { _ = b.TrySend(1) }, 1},
		{"taking nothing and publishing", 0, 0, next, func(b *cast, _ *sub) { _ = b.TrySend(1) }, 2},
		{"taking twice", 0, 2, next, func(_ *cast, s *sub) { _, _ = s.TryReceive() }, 2},
		{"publishing with room and taking", 4, 1, publish, func(_ *cast, s *sub) { _, _ = s.TryReceive() }, 1},
		{"publishing without room and taking", 2, 2, publish, func(_ *cast, s *sub) { _, _ = s.TryReceive() }, 2},
		{"taking at the bound and publishing", 2, 2, next, func(b *cast, _ *sub) { _ = b.TrySend(1) }, 1},
		{"publishing and joining", 0, 0, publish, func(b *cast, _ *sub) { b.Join() }, 1},
		{"joining and publishing", 0, 0, func(b *cast, _ *sub, tx *stm.Tx) { b.Subscribe(tx) }, func(b *cast, _ *sub) { _ = b.TrySend(1) }, 2},
		{"length and publishing", 0, 1, func(_ *cast, s *sub, tx *stm.Tx) { s.Len(tx) }, func(b *cast, _ *sub) { _ = b.TrySend(1) }, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := new(cast)
			if c.room > 0 {
				b = tvar.NewBroadcast[int](c.room, tvar.BlockWhenFull)
			}
			s := b.Join()
			for i := range c.items {
				require.NoError(t, b.TrySend(i))
			}
			require.Equal(t, c.attempts, attemptsBeside(t, func(tx *stm.Tx) { c.body(b, s, tx) }, func() { c.happens(b, s) }))
		})
	}
}

// TestSubscriptionsDoNotConflict, whatever they do.
func TestSubscriptionsDoNotConflict(t *testing.T) {
	var b tvar.Broadcast[int]
	x, y := b.Join(), b.Join()
	require.NoError(t, b.Send(ctx, 1))
	require.Equal(t, 1, attemptsBeside(t,
		func(tx *stm.Tx) { _, _ = x.TryNext(tx); _, _ = x.TryNext(tx) },
		func() { _, _ = y.TryReceive(); y.Leave() }))
}

// TestBroadcastWaits: subscribers for an item, publishers for the slowest.
func TestBroadcastWaits(t *testing.T) {
	bubble(t, func(t *testing.T, c *crew) {
		b := tvar.NewBroadcast[int](1, tvar.BlockWhenFull)
		fast, slow := b.Join(), b.Join()
		receive := func(s *tvar.Subscription[int]) func() error {
			return func() error { _, err := s.Receive(t.Context()); return err }
		}
		c.wait("fast", receive(fast))
		c.wait("slow", receive(slow))
		c.went()
		require.NoError(t, b.Send(t.Context(), 1))
		c.went("fast", "slow")
		require.NoError(t, b.Send(t.Context(), 2))
		c.wait("third", func() error { return b.Send(t.Context(), 3) })
		same2(t, 2, nil)(fast.TryReceive())
		c.went()
		require.Equal(t, tvar.ErrFull, b.TrySend(4))
		same2(t, 2, nil)(slow.TryReceive())
		c.went("third")
		c.wait("fourth", func() error { return b.Send(t.Context(), 4) })
		fast.Leave()
		c.went()
		slow.Leave()
		c.went("fourth")

		last := b.Join()
		c.wait("last", receive(last))
		c.wait("left", receive(last))
		last.Leave()
		c.went("last: "+tvar.ErrClosed.Error(), "left: "+tvar.ErrClosed.Error())
	})
}

// TestBroadcastClose wakes those who wait for an item and those who wait for
// room; what is left can be taken.
func TestBroadcastClose(t *testing.T) {
	bubble(t, func(t *testing.T, c *crew) {
		b := tvar.NewBroadcast[int](1, tvar.BlockWhenFull)
		sub, empty := b.Join(), b.Join()
		require.NoError(t, b.Send(t.Context(), 1))
		_, err := empty.Receive(t.Context())
		require.NoError(t, err)
		c.wait("publisher", func() error { return b.Send(t.Context(), 2) })
		c.wait("subscriber", func() error { _, err := empty.Receive(t.Context()); return err })
		ended, cancel := context.WithCancel(t.Context())
		c.wait("cancelled", func() error { return b.Send(ended, 2) })
		cancel()
		c.went("cancelled: context canceled")
		b.Shut()
		c.went("publisher: "+tvar.ErrClosed.Error(), "subscriber: "+tvar.ErrClosed.Error())
		b.Shut()
		same2(t, 1, nil)(sub.Receive(t.Context()))
		same2(t, 0, tvar.ErrClosed)(sub.Receive(t.Context()))
		same2(t, 0, tvar.ErrClosed)(b.Join().TryReceive())
		require.True(t, b.Closed())
	})
}

// TestBroadcastPolicies: one who does not take its items, and one who does.
func TestBroadcastPolicies(t *testing.T) {
	for _, c := range []struct {
		full       tvar.WhenFull
		fast, slow []int
		missed     int64
	}{
		{tvar.DropWhenFull, []int{0, 1, 2}, []int{0, 1, 2}, 0},
		{tvar.BlockWhenFull, []int{0, 1, 2}, []int{0, 1, 2}, 0},
		{tvar.SlideWhenFull, numbers(10), []int{4, 5, 6, 7, 8, 9}, 4},
	} {
		b := tvar.NewBroadcast[int](3, c.full)
		slow, fast := b.Join(), b.Join()
		var got []int
		for i := range 10 {
			if err := b.TrySend(i); err != nil {
				require.Equal(t, tvar.ErrFull, err)
			}
			for x, err := fast.TryReceive(); err == nil; x, err = fast.TryReceive() {
				got = append(got, x)
			}
		}
		require.Equal(t, c.fast, got)
		require.Equal(t, c.slow, slow.Snapshot())
		require.Equal(t, c.missed, slow.Skipped())
		require.Zero(t, fast.Skipped())
	}
}

// TestBroadcastAbandoned: a subscriber that nobody has any more keeps nothing,
// takes no room, and whoever waits for it goes on.
func TestBroadcastAbandoned(t *testing.T) {
	if atomics.Exploring {
		t.Skip("the explorer's build has no cleanup")
	}
	b := tvar.NewBroadcast[*big](2, tvar.BlockWhenFull)
	kept := b.Join()
	b.Join()
	done := make(chan error)
	go func() {
		for range 5 {
			if err := b.Send(ctx, new(big)); err != nil {
				done <- err
				return
			}
			_, _ = kept.TryReceive()
		}
		done <- nil
	}()
	for waits := true; waits; {
		select {
		case err := <-done:
			require.NoError(t, err)
			waits = false
		default:
			runtime.GC()
		}
	}
	runtime.KeepAlive(kept)
}

// TestBroadcastKeepsNothing that no subscription has before it.
func TestBroadcastKeepsNothing(t *testing.T) {
	for name, f := range map[string]func(b *tvar.Broadcast[*big], send func()) *tvar.Subscription[*big]{
		"nobody":    func(_ *tvar.Broadcast[*big], send func()) *tvar.Subscription[*big] { send(); return nil },
		"abandoned": func(b *tvar.Broadcast[*big], send func()) *tvar.Subscription[*big] { b.Join(); send(); return nil },
		"left": func(b *tvar.Broadcast[*big], send func()) *tvar.Subscription[*big] {
			sub := b.Join()
			send()
			sub.Leave()
			return sub
		},
		"taken": func(b *tvar.Broadcast[*big], send func()) *tvar.Subscription[*big] {
			sub := b.Join()
			send()
			_, _ = sub.TryReceive()
			return sub
		},
		"waits": func(b *tvar.Broadcast[*big], send func()) *tvar.Subscription[*big] {
			sub := b.Join()
			send()
			return sub
		},
	} {
		t.Run(name, func(t *testing.T) {
			var b tvar.Broadcast[*big]
			x := new(big)
			p := weak.Make(x)
			sub := f(&b, func() { require.NoError(t, b.TrySend(x)) })
			runtime.KeepAlive(x)
			x = nil
			require.Equal(t, name == "waits", retained(p))
			runtime.KeepAlive(sub)
			runtime.KeepAlive(&b)
		})
	}
}

// TestBroadcastUnderContention: all subscribers get the same items in the same
// order, those of each publisher in theirs.
func TestBroadcastUnderContention(t *testing.T) {
	const publishers, each = 2, 200
	for _, b := range []*tvar.Broadcast[int]{new(tvar.Broadcast[int]), tvar.NewBroadcast[int](7, tvar.BlockWhenFull)} {
		var publishing, receiving sync.WaitGroup
		var got [3][]int
		for i := range got {
			sub := b.Join()
			receiving.Go(func() {
				for x, err := sub.Receive(ctx); err == nil; x, err = sub.Receive(ctx) {
					got[i] = append(got[i], x)
				}
			})
		}
		for p := range publishers {
			publishing.Go(func() {
				for i := range each {
					must(b.Send(ctx, p*each+i))
				}
			})
		}
		publishing.Wait()
		b.Shut()
		receiving.Wait()
		require.ElementsMatch(t, numbers(publishers*each), got[0])
		require.Equal(t, got[0], got[1])
		require.Equal(t, got[0], got[2])
		last := [publishers]int{-1, each - 1}
		for _, x := range got[0] {
			require.Equal(t, last[x/each]+1, x)
			last[x/each] = x
		}
	}
}

func TestBroadcastLoopMayChangeIt(t *testing.T) {
	var b tvar.Broadcast[int]
	sub := b.Join()
	for i := range 3 {
		require.NoError(t, b.TrySend(i))
	}
	update(t, func(tx *stm.Tx) {
		var got []int
		for x := range sub.All(tx) {
			got = append(got, x)
			same2(t, x, nil)(sub.TryNext(tx))
			require.NoError(t, b.Publish(tx, 10+x))
		}
		require.Equal(t, numbers(3), got)
		require.Equal(t, 3, sub.Len(tx))
	})
	require.Equal(t, []int{10, 11, 12}, sub.Snapshot())
}

func TestBroadcastBadUse(t *testing.T) {
	panicsWith(t, "capacity 0 given to NewBroadcast", func() { tvar.NewBroadcast[int](0, tvar.DropWhenFull) })
	panicsWith(t, "capacity -1 given to NewBroadcast", func() { tvar.NewBroadcast[int](-1, tvar.DropWhenFull) })
	panicsWith(t, "unknown 3 given to NewBroadcast", func() { tvar.NewBroadcast[int](1, 3) })
	var none *tvar.Broadcast[int]
	require.Equal(t, "<nil Broadcast>", none.String())
	panicsWith(t, "nil Broadcast", func() { none.Join() })
	var nobody *tvar.Subscription[int]
	require.Equal(t, "<nil Subscription>", nobody.String())
	panicsWith(t, "Subscription that nobody has made", func() { _, _ = nobody.TryReceive() })
	panicsWith(t, "Subscription that nobody has made", func() { new(tvar.Subscription[int]).Leave() })

	var b tvar.Broadcast[int]
	sub := b.Join()
	for name, write := range map[string]func(tx *stm.Tx){
		"Publish":    func(tx *stm.Tx) { _ = b.Publish(tx, 1) },
		"TryPublish": func(tx *stm.Tx) { _ = b.TryPublish(tx, 1) },
		"Subscribe":  func(tx *stm.Tx) { b.Subscribe(tx) },
		"Clone":      func(tx *stm.Tx) { sub.Clone(tx) },
		"TryNext":    func(tx *stm.Tx) { _, _ = sub.TryNext(tx) },
		"Close":      b.Close,
	} {
		t.Run(name+" in a View", func(t *testing.T) {
			panicsWith(t, "write in a View", func() {
				_, _ = stm.View(ctx, func(tx *stm.Tx) (int, error) { write(tx); return 0, nil })
			})
		})
	}
	var kept *stm.Tx
	update(t, func(tx *stm.Tx) { kept = tx })
	panicsWith(t, "transaction used after its body returned", func() {
		for range sub.All(kept) {
		}
	})
	var nilContext context.Context
	panicsWith(t, "nil context", func() { _, _ = sub.Receive(nilContext) })
	panicsWith(t, "nil context", func() { _ = b.Send(nilContext, 1) })
}
