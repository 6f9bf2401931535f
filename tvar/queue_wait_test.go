package tvar_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// A crew is goroutines of a bubble that wait, and the order in which they went on.
type crew struct {
	t     *testing.T
	order tvar.Vector[string]
}

// wait starts one more that does f, and returns once it sleeps, or has done it.
func (c *crew) wait(name string, f func() error) {
	go func() {
		err := f()
		if err != nil {
			name += ": " + err.Error()
		}
		c.order.Extend(name)
	}()
	synctest.Wait()
}

// went compares who has gone on since the last time. One who wakes the next may
// be entered after it, so the order of several does not count.
func (c *crew) went(names ...string) {
	c.t.Helper()
	synctest.Wait()
	require.ElementsMatch(c.t, names, c.order.Snapshot())
	c.order.Reset()
}

func bubble(t *testing.T, test func(t *testing.T, c *crew)) {
	synctest.Test(t, func(t *testing.T) { test(t, &crew{t: t}) })
}

// TestQueueWakesOneForEach item, who has waited longest, in a transaction or
// with a one-shot form.
func TestQueueWakesOneForEach(t *testing.T) {
	eachQueue(t, func(t *testing.T, capacity int) {
		bubble(t, func(t *testing.T, c *crew) {
			q := newQueue[int](capacity)
			before := stm.ReadStats()
			for _, name := range []string{"a", "b", "c", "d"} {
				c.wait(name, func() error { _, err := q.Take(t.Context()); return err })
				c.wait(name+name, func() error { _, err := stm.Do(t.Context(), q.Pop); return err })
			}
			c.went()
			parks := func() uint64 { return stm.ReadStats().Sub(before).Parks }
			require.EqualValues(t, 8, parks())
			require.NoError(t, q.TryPut(1))
			c.went("a")
			require.EqualValues(t, 9, parks(), "one has looked in vain")
			require.NoError(t, q.Return(1))
			c.went("aa")
			update(t, func(tx *stm.Tx) { mustPush(tx, q, 1) })
			c.went("b")
			if capacity != 1 {
				update(t, func(tx *stm.Tx) { mustPush(tx, q, 1); mustPush(tx, q, 2); _ = q.Unget(tx, 3) })
				c.went("bb", "c", "cc")
			} else {
				for range 3 {
					require.NoError(t, q.TryPut(1))
					synctest.Wait()
				}
				c.went("bb", "c", "cc")
			}
			q.Shut()
			c.went("d: "+tvar.ErrClosed.Error(), "dd: "+tvar.ErrClosed.Error())
		})
	})
}

// TestBoundedQueueWakesOneForEachRoom.
func TestBoundedQueueWakesOneForEachRoom(t *testing.T) {
	bubble(t, func(t *testing.T, c *crew) {
		q := tvar.NewBoundedQueue[string](2)
		require.NoError(t, q.Put(t.Context(), "x"))
		require.NoError(t, q.Put(t.Context(), "y"))
		for _, name := range []string{"a", "b", "c", "d", "e"} {
			c.wait(name, func() error { return q.Put(t.Context(), name) })
		}
		c.went()
		same2(t, "x", nil)(q.TryTake())
		c.went("a")
		update(t, func(tx *stm.Tx) {
			require.Equal(t, []string{"y", "a"}, []string{mustPop(tx, queue[string](q)), mustPop(tx, queue[string](q))})
		})
		c.went("b", "c")
		require.Equal(t, []string{"b", "c"}, q.TakeAll())
		c.went("d", "e")
		c.wait("f", func() error { return q.Put(t.Context(), "f") })
		c.wait("g", func() error { return q.Put(t.Context(), "g") })
		q.Shut()
		c.went("f: "+tvar.ErrClosed.Error(), "g: "+tvar.ErrClosed.Error())
		require.Equal(t, []string{"d", "e"}, q.Snapshot())
	})
}

// TestQueueWhoWantsMoreHoldsUpNobody: the first in the line waits for two items
// at once; others, who are content with one, get those that come one by one.
func TestQueueWhoWantsMoreHoldsUpNobody(t *testing.T) {
	for _, capacity := range []int{0, 3} {
		bubble(t, func(t *testing.T, c *crew) {
			q := newQueue[int](capacity)
			c.wait("two", func() error {
				return stm.Atomically(t.Context(), func(tx *stm.Tx) error {
					_, err1 := q.Pop(tx)
					_, err2 := q.Pop(tx)
					require.NoError(t, err1)
					require.NoError(t, err2)
					return nil
				})
			})
			c.wait("one", func() error { _, err := q.Take(t.Context()); return err })
			require.NoError(t, q.TryPut(1))
			c.went("one")
			require.NoError(t, q.TryPut(1))
			c.went()
			require.NoError(t, q.TryPut(1))
			c.went("two")

			// Nor does one who is choosy, or counts.
			c.wait("seven", func() error {
				return stm.Atomically(t.Context(), func(tx *stm.Tx) error { tx.Check(mustPop(tx, q) == 7); return nil })
			})
			c.wait("three", func() error {
				return stm.Atomically(t.Context(), func(tx *stm.Tx) error { tx.Check(q.Len(tx) == 3); q.Drain(tx); return nil })
			})
			c.wait("one", func() error { _, err := q.Take(t.Context()); return err })
			require.NoError(t, q.TryPut(1))
			c.went("one")
			require.NoError(t, q.TryPut(7))
			c.went("seven")
			for range 3 {
				require.NoError(t, q.TryPut(1))
			}
			c.went("three")
		})
	}
}

// TestBoundedQueueWhoWantsMoreRoomHoldsUpNobody, likewise.
func TestBoundedQueueWhoWantsMoreRoomHoldsUpNobody(t *testing.T) {
	bubble(t, func(t *testing.T, c *crew) {
		q := tvar.NewBoundedQueue[int](2)
		_, _ = q.TryPut(0), q.TryPut(0)
		c.wait("two", func() error {
			return stm.Atomically(t.Context(), func(tx *stm.Tx) error {
				mustPush(tx, queue[int](q), 1)
				mustPush(tx, queue[int](q), 2)
				return nil
			})
		})
		c.wait("one", func() error { return q.Put(t.Context(), 3) })
		same2(t, 0, nil)(q.TryTake())
		c.went("one")
		same2(t, 0, nil)(q.TryTake())
		c.went()
		same2(t, 3, nil)(q.TryTake())
		c.went("two")
		require.Equal(t, []int{1, 2}, q.Snapshot())
	})
}

// TestQueueCancelled: who gives up takes no item along, nor the turn of others.
func TestQueueCancelled(t *testing.T) {
	eachQueue(t, func(t *testing.T, capacity int) {
		bubble(t, func(t *testing.T, c *crew) {
			q := newQueue[int](capacity)
			gone, cancel := context.WithCancel(t.Context())
			c.wait("a", func() error { _, err := q.Take(gone); return err })
			c.wait("b", func() error { _, err := q.Take(t.Context()); return err })
			cancel()
			c.went("a: " + context.Canceled.Error())
			require.NoError(t, q.TryPut(1))
			c.went("b")
			_, err := q.Take(gone)
			require.ErrorIs(t, err, context.Canceled)
			require.ErrorIs(t, put(gone, newQueue[int](1), 1), context.Canceled)
			late, end := context.WithTimeout(t.Context(), time.Minute)
			defer end()
			begin := time.Now()
			_, err = q.Take(late)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.Equal(t, time.Minute, time.Since(begin))
		})
	})
}

// TestQueueSelect takes from whichever of two queues has something, and hands
// on its turn at the other.
func TestQueueSelect(t *testing.T) {
	eachQueue(t, func(t *testing.T, capacity int) {
		bubble(t, func(t *testing.T, c *crew) {
			a, b := newQueue[int](capacity), newQueue[int](capacity)
			from := func(q queue[int]) func(tx *stm.Tx) error {
				return func(tx *stm.Tx) error { _, err := q.Pop(tx); return err }
			}
			either := func(name string) {
				c.wait(name, func() error { _, err := stm.Select(t.Context(), from(a), from(b)); return err })
			}
			either("1")
			either("2")
			c.wait("of a", func() error { return stm.Atomically(t.Context(), from(a)) })
			c.wait("of b", func() error { return stm.Atomically(t.Context(), from(b)) })
			require.NoError(t, b.TryPut(1))
			c.went("1")
			// The other one has looked at b, too, and has stood behind "of a" since.
			require.NoError(t, a.TryPut(1))
			c.went("of a")
			require.NoError(t, a.TryPut(1))
			c.went("2")
			require.NoError(t, b.TryPut(1))
			c.went("of b")
			err := stm.Atomically(t.Context(), func(tx *stm.Tx) error {
				return tx.OrElse(from(a), from(b), func(tx *stm.Tx) error { tx.After(time.Second); return errBody })
			})
			require.ErrorIs(t, err, errBody)
		})
	})
}

// TestQueueClosedWhileWaiting: everybody hears of it, and what is left is
// given out first.
func TestQueueClosedWhileWaiting(t *testing.T) {
	for _, capacity := range []int{0, 2} {
		bubble(t, func(t *testing.T, c *crew) {
			q := newQueue[int](capacity)
			for _, name := range []string{"a", "b", "c"} {
				c.wait(name, func() error { _, err := q.Take(t.Context()); return err })
			}
			update(t, func(tx *stm.Tx) { mustPush(tx, q, 1); q.Close(tx) })
			c.went("a", "b: "+tvar.ErrClosed.Error(), "c: "+tvar.ErrClosed.Error())
			require.Equal(t, tvar.ErrClosed, q.TryPut(1))
			require.NoError(t, q.Return(5))
			same2(t, 5, nil)(q.Take(t.Context()))
			same2(t, 0, tvar.ErrClosed)(q.Take(t.Context()))
			q.Shut()
			require.True(t, q.Closed())
		})
	}
}

// TestQueuePeekMayWait by a Check of its error.
func TestQueuePeekMayWait(t *testing.T) {
	for _, capacity := range []int{0, 2} {
		bubble(t, func(t *testing.T, c *crew) {
			q := newQueue[int](capacity)
			c.wait("peek", func() error {
				return stm.Atomically(t.Context(), func(tx *stm.Tx) error {
					_, err := q.Peek(tx)
					tx.Check(err != tvar.ErrEmpty)
					return err
				})
			})
			c.wait("take", func() error { _, err := q.Take(t.Context()); return err })
			require.NoError(t, q.TryPut(1))
			synctest.Wait()
			got := c.order.Snapshot()
			require.True(t, slices.Contains(got, "take"))
			require.NoError(t, q.TryPut(1))
			synctest.Wait()
			require.ElementsMatch(t, []string{"take", "peek"}, c.order.Snapshot())
		})
	}
}
