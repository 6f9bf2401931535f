package tvar_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// A bridge is one that runs, until ctx of the test ends or it is stopped.
type bridge struct {
	stop context.CancelFunc
	end  chan error
}

func run(t *testing.T, f func(ctx context.Context) error) bridge {
	ctx, cancel := context.WithCancel(t.Context())
	b := bridge{cancel, make(chan error, 1)}
	go func() { b.end <- f(ctx) }()
	synctest.Wait()
	return b
}

// stranded expects that x has been left over.
func stranded(t *testing.T, x int, err error) {
	t.Helper()
	var s *tvar.StrandedError[int]
	require.ErrorAs(t, err, &s)
	require.Equal(t, x, s.Item)
	require.ErrorContains(t, err, "could not be given on")
}

// TestFromChanMovesAll, until the channel is closed.
func TestFromChanMovesAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		from := make(chan int)
		var q tvar.Queue[int]
		b := run(t, func(ctx context.Context) error { return tvar.FromChan(ctx, from, q.Push) })
		for i := range 5 {
			from <- i
		}
		synctest.Wait()
		require.Equal(t, numbers(5), q.Snapshot())
		close(from)
		require.NoError(t, <-b.end)
	})
}

// TestFromChanStops when it has no item, and when it has one.
func TestFromChanStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		from, q := make(chan int), tvar.NewBoundedQueue[int](1)
		move := func(ctx context.Context) error { return tvar.FromChan(ctx, from, q.Push) }
		b := run(t, move)
		b.stop()
		require.Equal(t, context.Canceled, <-b.end)

		b = run(t, move)
		from <- 1
		from <- 2 // there is no room for it
		synctest.Wait()
		b.stop()
		err := <-b.end
		stranded(t, 2, err)
		require.ErrorIs(t, err, context.Canceled)

		b = run(t, move)
		from <- 3
		synctest.Wait()
		q.Shut()
		err = <-b.end
		stranded(t, 3, err)
		require.ErrorIs(t, err, tvar.ErrClosed)
		require.Equal(t, []int{1}, q.Snapshot())

		ended, cancel := context.WithCancel(t.Context())
		cancel()
		full := make(chan int, 1)
		full <- 4
		require.Equal(t, context.Canceled, tvar.FromChan(ended, full, q.Push))
		require.Len(t, full, 1, "whoever comes too late takes nothing")
	})
}

// TestToChanMovesAll, until the queue is closed.
func TestToChanMovesAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		to := make(chan int)
		q := tvar.NewBoundedQueue[int](2)
		b := run(t, func(ctx context.Context) error { return tvar.ToChan(ctx, q.Pop, q.Unget, to) })
		for i := range 3 {
			require.NoError(t, q.Put(t.Context(), i))
		}
		q.Shut()
		for i := range 3 {
			require.Equal(t, i, <-to)
		}
		require.NoError(t, <-b.end)
	})
}

// TestToChanStops when it has no item, and when it has one, which it puts back
// if it can.
func TestToChanStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		to, q := make(chan int), tvar.NewBoundedQueue[int](1)
		move := func(ctx context.Context) error { return tvar.ToChan(ctx, q.Pop, q.Unget, to) }
		b := run(t, move)
		b.stop()
		require.Equal(t, context.Canceled, <-b.end)

		b = run(t, move)
		require.NoError(t, q.TryPut(1))
		synctest.Wait()
		require.Zero(t, q.Size())
		b.stop()
		require.Equal(t, context.Canceled, <-b.end)
		require.Equal(t, []int{1}, q.Snapshot())

		b = run(t, move)
		require.NoError(t, q.TryPut(2)) // takes the room of 1
		b.stop()
		err := <-b.end
		stranded(t, 1, err)
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, err, tvar.ErrFull)
		require.Equal(t, []int{2}, q.Snapshot())

		b = run(t, func(ctx context.Context) error { return tvar.ToChan(ctx, q.Pop, nil, to) })
		b.stop()
		stranded(t, 2, <-b.end)
	})
}

// TestBridgesOfBroadcast: from a channel to many.
func TestBridgesOfBroadcast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b tvar.Broadcast[int]
		in, left, right := make(chan int), make(chan int, 3), make(chan int, 3)
		var bridges []bridge
		for _, to := range []chan int{left, right} {
			sub := b.Join()
			bridges = append(bridges, run(t, func(ctx context.Context) error { return tvar.ToChan(ctx, sub.Next, nil, to) }))
		}
		bridges = append(bridges, run(t, func(ctx context.Context) error { return tvar.FromChan(ctx, in, b.Publish) }))
		for i := range 3 {
			in <- i
		}
		close(in)
		require.NoError(t, <-bridges[2].end)
		b.Shut()
		for i, to := range []chan int{left, right} {
			require.NoError(t, <-bridges[i].end)
			for i := range 3 {
				require.Equal(t, i, <-to)
			}
		}
	})
}

// TestBridgeErrors of the functions that it is given end it.
func TestBridgeErrors(t *testing.T) {
	from := make(chan int, 1)
	from <- 7
	err := tvar.FromChan(ctx, from, func(*stm.Tx, int) error { return errBody })
	stranded(t, 7, err)
	require.ErrorIs(t, err, errBody)
	require.ErrorIs(t, tvar.ToChan(ctx, func(*stm.Tx) (int, error) { return 0, errBody }, nil, from), errBody)
	var nilContext context.Context
	panicsWith(t, "nil context", func() { _ = tvar.FromChan(nilContext, from, new(tvar.Queue[int]).Push) })
}
