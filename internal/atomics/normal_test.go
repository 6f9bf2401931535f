//go:build !stmexplore

package atomics_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/weft-stm/weft/internal/atomics"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestAliases: in a normal build the names are those of the standard library,
// not types of the same shape.
func TestAliases(t *testing.T) {
	var _ *atomic.Uint64 = new(atomics.Uint64)
	var _ *atomic.Uint32 = new(atomics.Uint32)
	var _ *atomic.Bool = new(atomics.Bool)
	var _ *atomic.Pointer[int] = new(atomics.Pointer[int])
	var _ *sync.Mutex = new(atomics.Mutex)
	require.False(t, atomics.Exploring)
}

func TestParker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		early := atomics.NewParker()
		early.Unpark()
		require.True(t, early.Park(nil), "an Unpark before the wait ends it")

		p := atomics.NewParker()
		var woken bool
		go func() { woken = p.Park(nil) }()
		synctest.Wait()
		require.False(t, woken)
		p.Unpark()
		synctest.Wait()
		require.True(t, woken)

		done := make(chan struct{})
		cancelled := make(chan bool, 1)
		go func() { cancelled <- !atomics.NewParker().Park(done) }()
		close(done)
		require.True(t, <-cancelled)
	})
}

func TestPool(t *testing.T) {
	var p atomics.Pool[int]
	require.Nil(t, p.Get())
	n := new(int)
	p.Put(n)
	if got := p.Get(); got != nil { // the race detector makes a sync.Pool forget now and then
		require.Same(t, n, got)
	}
	require.Nil(t, p.Get())
}

// TestPause lets the goroutine run that is waited for, from the first round on
// and whatever the number of processors.
func TestPause(t *testing.T) {
	for name, pause := range map[string]func(int, func() bool){"Pause": atomics.Pause, "PauseLong": atomics.PauseLong} {
		var ready atomics.Bool
		go ready.Store(true)
		rounds := 0
		for ; !ready.Load(); rounds++ {
			pause(rounds, ready.Load)
		}
		t.Logf("%s: %d rounds", name, rounds)
	}
}

// TestPauseLongSleeps in the end, a millisecond at most: inside a bubble that
// lets time pass, so that two of them can wait for one another.
func TestPauseLongSleeps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		for round := range 256 {
			atomics.PauseLong(round, nil)
		}
		require.Zero(t, time.Since(start))
		atomics.PauseLong(256, nil)
		require.Equal(t, 10*time.Microsecond, time.Since(start))
		start = time.Now()
		atomics.PauseLong(1<<30, nil)
		require.Equal(t, time.Millisecond, time.Since(start))
	})
}

func TestUnobserved(t *testing.T) {
	ran := false
	atomics.Unobserved(func() { ran = true })
	require.True(t, ran)
}
