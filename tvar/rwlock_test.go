package tvar_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// A lockMachine is an RWLock beside the number of its readers, -1 for a writer.
type lockMachine struct {
	l    tvar.RWLock
	held int
}

// change expects f to succeed if ok, and then notes who holds the lock.
func (m *lockMachine) change(t testing.TB, ok bool, held int, f func() bool) {
	require.Equal(t, ok, f())
	if ok {
		m.held = held
	}
}

func (m *lockMachine) alone(t testing.TB, s *script) {
	c, cancel := context.WithCancel(ctx)
	defer cancel()
	write, read := m.held == 0, m.held >= 0
	switch op := s.next(6); {
	case op == 0:
		m.change(t, write, -1, m.l.TryLock)
	case op == 1:
		m.change(t, read, m.held+1, m.l.TryRLock)
	case op == 2 && write:
		m.change(t, true, -1, func() bool { return m.l.Lock(c) == nil })
	case op == 3 && read:
		m.change(t, true, m.held+1, func() bool { return m.l.RLock(c) == nil })
	case op < 4:
		cancel()
		require.ErrorIs(t, m.l.Lock(c), context.Canceled)
		require.ErrorIs(t, m.l.RLock(c), context.Canceled)
	case op == 4 && m.held == -1:
		m.l.Unlock()
		m.held = 0
	case op == 4:
		panicsWith(t, "Unlock of an RWLock that no writer holds", m.l.Unlock)
	case m.held > 0:
		m.l.RUnlock()
		m.held--
	default:
		panicsWith(t, "RUnlock of an RWLock that no reader holds", m.l.RUnlock)
	}
}

func (m *lockMachine) inside(t testing.TB, s *script, tx *stm.Tx) {
	write, read := m.held == 0, m.held >= 0
	switch op := s.next(6); {
	case op == 0:
		m.change(t, write, -1, func() bool { return m.l.TryAcquire(tx) })
	case op == 1:
		m.change(t, read, m.held+1, func() bool { return m.l.TryAcquireShared(tx) })
	case op == 2:
		m.change(t, write, -1, func() bool { return goesOn(tx, func() { m.l.Acquire(tx) }) })
	case op == 3:
		m.change(t, read, m.held+1, func() bool { return goesOn(tx, func() { m.l.AcquireShared(tx) }) })
	case op == 4 && m.held == -1:
		m.l.Release(tx)
		m.held = 0
	case op == 4:
		panicsWith(t, "Release of an RWLock that no writer holds", func() { m.l.Release(tx) })
	case m.held > 0:
		m.l.ReleaseShared(tx)
		m.held--
	default:
		panicsWith(t, "ReleaseShared of an RWLock that no reader holds", func() { m.l.ReleaseShared(tx) })
	}
}

func (m *lockMachine) look(t testing.TB, _ *script, tx *stm.Tx) { m.same(t) }

func (m *lockMachine) save() func() {
	was := m.held
	return func() { m.held = was }
}

func (m *lockMachine) same(t testing.TB) {
	want := fmt.Sprintf("held for reading by %d", m.held)
	switch m.held {
	case 0:
		want = "free"
	case -1:
		want = "held for writing"
	}
	require.Equal(t, want, m.l.String())
}

func TestRWLockModel(t *testing.T) { checkMachine(t, func() machine { return new(lockMachine) }) }

func FuzzRWLock(f *testing.F) { fuzzMachine(f, func() machine { return new(lockMachine) }) }

// TestRWLockIsFair: readers behind a writer wait for it, though others read;
// those side by side go together.
func TestRWLockIsFair(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l tvar.RWLock
		var in tvar.Vector[string]
		locks := func(name string, lock func(context.Context) error) {
			go func() {
				if lock(t.Context()) == nil {
					in.Extend(name)
				}
			}()
			synctest.Wait()
		}
		require.True(t, l.TryRLock())
		for _, name := range []string{"w1", "r1", "r2", "w2", "r3"} {
			if name[0] == 'w' {
				locks(name, l.Lock)
			} else {
				locks(name, l.RLock)
			}
		}
		require.Empty(t, in.Snapshot())
		require.False(t, l.TryRLock(), "a writer is first in the queue")
		for _, step := range []struct {
			unlock func()
			in     []string
		}{
			{l.RUnlock, []string{"w1"}},
			{l.Unlock, []string{"w1", "r1", "r2"}},
			{l.RUnlock, []string{"w1", "r1", "r2"}},
			{l.RUnlock, []string{"w1", "r1", "r2", "w2"}},
			{l.Unlock, []string{"w1", "r1", "r2", "w2", "r3"}},
		} {
			step.unlock()
			synctest.Wait()
			require.ElementsMatch(t, step.in, in.Snapshot())
		}
		require.Equal(t, "held for reading by 1", l.String())
	})
}

// TestRWLockCancelledWriterLetsReadersGoOn who had come after it.
func TestRWLockCancelledWriterLetsReadersGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l tvar.RWLock
		require.True(t, l.TryRLock())
		c, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		go func() { require.ErrorIs(t, l.Lock(c), context.DeadlineExceeded) }()
		synctest.Wait()
		began := time.Now()
		require.NoError(t, l.RLock(t.Context()))
		require.Equal(t, time.Second, time.Since(began))
		require.Equal(t, "held for reading by 2", l.String())
	})
}

// TestRWLockOutlivesTheTransaction that acquired it.
func TestRWLockOutlivesTheTransaction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l tvar.RWLock
		require.ErrorIs(t, stm.Atomically(ctx, func(tx *stm.Tx) error { l.Acquire(tx); return errBody }), errBody)
		require.Equal(t, "free", l.String())
		update(t, func(tx *stm.Tx) { l.Acquire(tx) })
		var read bool
		go func() {
			update(t, func(tx *stm.Tx) { l.AcquireShared(tx) })
			read = true
		}()
		synctest.Wait()
		require.False(t, read)
		update(t, func(tx *stm.Tx) { l.Release(tx) })
		synctest.Wait()
		require.True(t, read)
	})
}

func TestRWLockExcludes(t *testing.T) {
	var l tvar.RWLock
	var readers, writers atomic.Int32
	var wg sync.WaitGroup
	plain := 0
	for g := range 6 {
		wg.Go(func() {
			for i := range 300 {
				if (g+i)%3 == 0 {
					if i%2 == 0 {
						require.NoError(t, l.Lock(ctx))
					} else {
						update(t, func(tx *stm.Tx) { l.Acquire(tx) })
					}
					if writers.Add(1) != 1 || readers.Load() != 0 {
						t.Error("a writer is not alone")
					}
					plain++ // the race detector watches
					writers.Add(-1)
					l.Unlock()
					continue
				}
				if i%2 == 0 {
					require.NoError(t, l.RLock(ctx))
				} else {
					update(t, func(tx *stm.Tx) { l.AcquireShared(tx) })
				}
				readers.Add(1)
				if writers.Load() != 0 {
					t.Error("a reader beside a writer")
				}
				_ = plain
				readers.Add(-1)
				l.RUnlock()
			}
		})
	}
	wg.Wait()
	require.Equal(t, 600, plain)
	require.Equal(t, "free", l.String())
}

func TestRWLockOfNil(t *testing.T) {
	var none *tvar.RWLock
	require.Equal(t, "<nil RWLock>", none.String())
	panicsWith(t, "nil RWLock", func() { none.TryLock() })
}

func TestRWLockIsLinearizable(t *testing.T) {
	model := porcupine.Model{
		Init: func() any { return 0 },
		Step: func(state, in, out any) (bool, any) {
			switch held := state.(int); in {
			case "Lock":
				return held == 0, -1
			case "RLock":
				return held >= 0, held + 1
			case "Unlock":
				return held == -1, 0
			default:
				return held > 0, held - 1
			}
		},
		DescribeOperation: func(in, out any) string { return fmt.Sprint(in) },
	}
	linearizable(t, model, func() func(rng *rand.Rand) (in, out any) {
		var l tvar.RWLock
		var mu sync.Mutex
		next := map[*rand.Rand]string{} // for an even number of calls
		return func(rng *rand.Rand) (any, any) {
			mu.Lock()
			defer mu.Unlock()
			op := next[rng]
			delete(next, rng)
			if op == "" && rng.IntN(2) == 0 {
				op, next[rng] = "Lock", "Unlock"
			} else if op == "" {
				op, next[rng] = "RLock", "RUnlock"
			}
			mu.Unlock()
			switch op {
			case "Lock":
				must(l.Lock(ctx))
			case "RLock":
				must(l.RLock(ctx))
			case "Unlock":
				l.Unlock()
			case "RUnlock":
				l.RUnlock()
			}
			mu.Lock()
			return op, nil
		}
	})
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
