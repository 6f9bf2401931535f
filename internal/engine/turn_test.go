package engine

import (
	"context"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// queueUpAt starts goroutines that wait for a turn, one after the other, with
// these ranks; each notes its number when it has it.
func queueUpAt(t *testing.T, q *turns, ranks []uint64) (order func() []int) {
	var mu sync.Mutex
	var got []int
	var all sync.WaitGroup
	for i, rank := range ranks {
		all.Go(func() {
			var a attendance
			ok, err := q.enter(context.Background(), nil, &a, rank, 0)
			if !ok || err != nil {
				t.Errorf("%d waited in vain: %v", i, err)
				return
			}
			mu.Lock()
			got = append(got, i)
			mu.Unlock()
			q.leave(&a, turnShare)
		})
		for int(q.waiting.Load()) <= i {
			runtime.Gosched()
		}
	}
	return func() []int {
		all.Wait()
		return got
	}
}

// TestTurnsAreHandedOn by rank, and among equals first come first served.
func TestTurnsAreHandedOn(t *testing.T) {
	for _, c := range []struct {
		ranks []uint64
		want  []int
	}{
		{[]uint64{0, 0, 0}, []int{0, 1, 2}},
		{[]uint64{2, 1, 2, 1}, []int{1, 3, 0, 2}},
	} {
		var q turns
		var a attendance
		ok, err := q.enter(context.Background(), nil, &a, 0, 0)
		require.True(t, ok)
		require.NoError(t, err)
		order := queueUpAt(t, &q, c.ranks)
		q.leave(&a, turnShare)
		require.Equal(t, c.want, order())
		require.False(t, q.held())
		require.Zero(t, q.waiting.Load())
	}
}

// TestTurnGrantedMeanwhile: who gives up its place learns whether it had the
// turn already.
func TestTurnGrantedMeanwhile(t *testing.T) {
	var q turns
	first, second := new(place), new(place)
	q.join(first)
	q.join(second)
	require.True(t, q.handOver())
	require.True(t, first.granted.Load())
	require.False(t, q.drop(first))
	require.True(t, q.drop(second))
	require.False(t, second.granted.Load())
	require.False(t, q.handOver())
}
