package invariants_test

import (
	"iter"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/weft-stm/weft/internal/invariants"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestIdentitiesOfLiveGoroutinesDiffer(t *testing.T) {
	const n = 1000
	var (
		ids  [n]uintptr
		told sync.WaitGroup
		gone sync.WaitGroup
	)
	release := make(chan struct{})
	told.Add(n)
	for i := range n {
		gone.Go(func() {
			ids[i] = invariants.Goroutine()
			told.Done()
			<-release // all of them are alive until the last has told
		})
	}
	told.Wait()
	close(release)
	gone.Wait()

	seen := map[uintptr]bool{0: true, invariants.Goroutine(): true}
	for i, id := range ids {
		require.False(t, seen[id], "goroutine %d has the identity %#x of another", i, id)
		seen[id] = true
	}
}

func TestIdentitySurvivesStackGrowth(t *testing.T) {
	// A new goroutine starts on a small stack, so that it must grow here.
	var before, deep, after uintptr
	var moved bool
	var wg sync.WaitGroup
	wg.Go(func() {
		before = invariants.Goroutine()
		deep, moved = descend(10_000)
		after = invariants.Goroutine()
	})
	wg.Wait()
	require.True(t, moved, "the stack never moved: nothing was tested")
	require.Equal(t, before, deep)
	require.Equal(t, before, after)
}

// descend takes the identity n frames down and reports whether the stack was
// moved on the way there.
func descend(n int) (id uintptr, moved bool) {
	var local byte
	was := stackAddress(&local)
	id = down(n)
	return id, stackAddress(&local) != was
}

//go:noinline
func down(n int) uintptr {
	var pad [128]byte
	if n == 0 {
		return invariants.Goroutine()
	}
	id := down(n - 1)
	runtime.KeepAlive(&pad)
	return id
}

func TestIdentitySurvivesRescheduling(t *testing.T) {
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			id := invariants.Goroutine()
			for range 1000 {
				runtime.Gosched() // it may wake on another thread
				if invariants.Goroutine() != id {
					t.Errorf("identity changed from %#x to %#x", id, invariants.Goroutine())
					return
				}
			}
		})
	}
	wg.Wait()
}

// The explorer's threads are coroutines: a transaction handed from one to
// another must be noticed under it as it is with goroutines.
func TestCoroutinesHaveTheirOwnIdentity(t *testing.T) {
	thread := func(yield func(uintptr) bool) {
		for yield(invariants.Goroutine()) {
		}
	}
	next1, stop1 := iter.Pull(thread)
	defer stop1()
	next2, stop2 := iter.Pull(thread)
	defer stop2()

	self := invariants.Goroutine()
	id1, _ := next1()
	id2, _ := next2()
	require.NotEqual(t, self, id1)
	require.NotEqual(t, self, id2)
	require.NotEqual(t, id1, id2)
	for range 100 {
		again1, _ := next1()
		again2, _ := next2()
		require.Equal(t, id1, again1)
		require.Equal(t, id2, again2)
		require.Equal(t, self, invariants.Goroutine())
	}

	// Resumed by another goroutine, a coroutine stays what it is.
	var wg sync.WaitGroup
	var elsewhere uintptr
	wg.Go(func() { elsewhere, _ = next1() })
	wg.Wait()
	require.Equal(t, id1, elsewhere)
}

func TestIdentityInBubble(t *testing.T) {
	outside := invariants.Goroutine()
	synctest.Test(t, func(t *testing.T) {
		self := invariants.Goroutine()
		require.NotEqual(t, outside, self)
		var other uintptr
		go func() { other = invariants.Goroutine() }()
		synctest.Wait()
		require.NotEqual(t, self, other)
		require.Equal(t, self, invariants.Goroutine())
	})
}

var sink uintptr

func BenchmarkGoroutine(b *testing.B) {
	for b.Loop() {
		sink = invariants.Goroutine()
	}
}
