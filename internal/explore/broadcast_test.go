//go:build stmexplore

package explore_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// receive is a guest that takes n items.
func (w *world) receive(name string, sub *tvar.Subscription[int], n int) *[]int {
	got := new([]int)
	w.Go(name, func() {
		for range n {
			x, err := sub.Receive(ctx)
			must(err)
			*got = append(*got, x)
		}
	})
	return got
}

// joined subscribes before the scenario begins.
func joined(b *tvar.Broadcast[int]) (sub *tvar.Subscription[int]) {
	prepare(func(tx *stm.Tx) { sub = b.Subscribe(tx) })
	return sub
}

// published publishes an item before the scenario begins.
func published(b *tvar.Broadcast[int], x int) {
	prepare(func(tx *stm.Tx) { must(b.Publish(tx, x)) })
}

// TestBroadcastSameOrder for all subscribers, of two publishers.
func TestBroadcastSameOrder(t *testing.T) {
	checkStructureUpTo(t, 1000, func(w *world) {
		b := aligned[tvar.Broadcast[int]]()
		x, y := joined(b), joined(b)
		got := w.receive("subscriber", x, 2)
		w.Go("step", func() { must(b.TrySend(1)) })
		w.tx("transaction", func(tx *stm.Tx) error { return b.Publish(tx, 2) })
		w.holds(func() bool {
			return slices.Equal(*got, y.Snapshot()) && slices.Equal(slices.Sorted(slices.Values(*got)), []int{1, 2})
		}, "subscribers saw different things")
	})
}

// TestBroadcastJoinBesidePublishers: who joins gets what comes after it, and
// nothing else.
func TestBroadcastJoinBesidePublishers(t *testing.T) {
	for _, room := range []int{0, 3} {
		t.Run(fmt.Sprint("room ", room), func(t *testing.T) {
			checkStructureUpTo(t, 1000, func(w *world) {
				b := aligned[tvar.Broadcast[int]]()
				if room > 0 {
					b = tvar.NewBroadcast[int](room, tvar.BlockWhenFull)
				}
				first := joined(b)
				var late *tvar.Subscription[int]
				w.Go("late", func() { late = b.Join() })
				w.Go("publisher", func() { must(b.Send(ctx, 1)); must(b.Send(ctx, 2)) })
				w.tx("transaction", func(tx *stm.Tx) error { return b.Publish(tx, 3) })
				w.Final(func() error {
					all, some := first.Snapshot(), late.Snapshot()
					if len(all) != 3 || !slices.Equal(all[3-len(some):], some) {
						return fmt.Errorf("who was there got %v, and who came %v", all, some)
					}
					return nil
				})
			})
		})
	}
}

// TestBroadcastWaitsForTheSlowest, who takes what there is, leaves, or forks
// off another that does not take anything.
func TestBroadcastWaitsForTheSlowest(t *testing.T) {
	for name, leaves := range map[string]bool{"takes": false, "leaves": true} {
		t.Run(name, func(t *testing.T) {
			checkStructureUpTo(t, 1000, func(w *world) {
				b := tvar.NewBroadcast[int](1, tvar.BlockWhenFull)
				slow, fast := joined(b), joined(b)
				got := w.receive("fast", fast, 2)
				w.Go("publisher", func() { must(b.Send(ctx, 1)); must(b.Send(ctx, 2)) })
				w.Go("slow", func() {
					if leaves {
						slow.Leave()
						return
					}
					_, err := slow.Receive(ctx)
					must(err)
				})
				w.holds(func() bool {
					return slices.Equal(*got, []int{1, 2}) && slow.Size() == map[bool]int{true: 0, false: 1}[leaves]
				}, "an item was lost, or somebody left behind")
			})
		})
	}
}

// TestBroadcastForkKeepsTheRoom: nobody gets farther ahead of a fork than the
// room is.
func TestBroadcastForkKeepsTheRoom(t *testing.T) {
	checkStructureUpTo(t, 1000, func(w *world) {
		b := tvar.NewBroadcast[int](1, tvar.DropWhenFull)
		sub := joined(b)
		published(b, 1)
		var fork *tvar.Subscription[int]
		w.Go("fork", func() { fork = sub.Fork() })
		w.Go("taker", func() { _, _ = sub.TryReceive() })
		w.Go("publisher", func() { _ = b.TrySend(2) })
		w.holds(func() bool { return fork.Size() <= 1 && sub.Size() <= 1 }, "more waits than there is room for")
	})
}

// TestBroadcastSlides past one who takes: each item is taken, missed or there.
func TestBroadcastSlides(t *testing.T) {
	checkStructureUpTo(t, 1000, func(w *world) {
		b := tvar.NewBroadcast[int](1, tvar.SlideWhenFull)
		sub := joined(b)
		var got []int
		w.Go("taker", func() {
			for range 2 {
				if x, err := sub.TryReceive(); err == nil {
					got = append(got, x)
				}
			}
		})
		w.Go("publisher", func() {
			for x := range 4 {
				must(b.Send(ctx, x))
			}
		})
		w.Final(func() error {
			all := slices.Concat(got, sub.Snapshot())
			if int(sub.Skipped())+len(all) != 4 || !slices.IsSorted(all) || all[len(all)-1] != 3 {
				return fmt.Errorf("took %v and missed %d, left %v", got, sub.Skipped(), sub.Snapshot())
			}
			return nil
		})
	})
}

// TestBroadcastCloseWakesAll, who wait for an item and for room.
func TestBroadcastCloseWakesAll(t *testing.T) {
	checkStructureUpTo(t, 1000, func(w *world) {
		b := tvar.NewBroadcast[int](1, tvar.BlockWhenFull)
		slow, sub := joined(b), joined(b)
		published(b, 1)
		prepare(func(tx *stm.Tx) { _, _ = sub.TryNext(tx) })
		var sent, received error
		w.Go("publisher", func() { sent = b.Send(ctx, 2) })
		w.Go("subscriber", func() { _, received = sub.Receive(ctx) })
		w.Go("closer", b.Shut)
		w.holds(func() bool {
			return sent == tvar.ErrClosed && received == tvar.ErrClosed && slow.Size() == 1
		}, "%v %v", sent, received)
	})
}
