package tvar_test

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// TestSingleStepsObeyTheProtocol: a transaction notices each of them.
func TestSingleStepsObeyTheProtocol(t *testing.T) {
	for name, step := range map[string]func(v *tvar.Var[int]){
		"Store":  func(v *tvar.Var[int]) { v.Store(1) },
		"Modify": func(v *tvar.Var[int]) { v.Modify(inc) },
	} {
		v, out := tvar.New(0), tvar.New(0)
		attempts := 0
		update(t, func(tx *stm.Tx) {
			attempts++
			n := v.Get(tx)
			if attempts == 1 {
				elsewhere(func() { step(v) })
			}
			out.Set(tx, n)
		})
		require.Equal(t, 2, attempts, name)
		require.Equal(t, 1, out.Load(), name)
	}
}

// TestModifyIsAtomic: a write that comes between is not lost.
func TestModifyIsAtomic(t *testing.T) {
	v := tvar.New(0)
	calls := 0
	got := v.Modify(func(n int) int {
		calls++
		if calls <= 3 {
			elsewhere(func() { v.Store(10 * calls) })
		}
		return n + 1
	})
	require.Equal(t, 4, calls)
	require.Equal(t, 31, got)
	require.Equal(t, 31, v.Load())
}

// TestModifyEscalates: after sixteen losses it runs while nobody else commits.
func TestModifyEscalates(t *testing.T) {
	before := stm.ReadStats()
	v := tvar.New(0)
	calls := 0
	var late sync.WaitGroup
	v.Modify(func(n int) int {
		calls++
		if calls <= 16 {
			elsewhere(func() { v.Modify(inc) })
		} else {
			late.Go(func() { v.Store(-1) }) // has to wait for its turn
			late.Go(func() { update(t, func(tx *stm.Tx) { v.Set(tx, -1) }) })
			for range 3000 {
				runtime.Gosched() // they would get through if they could
			}
			require.Equal(t, n, v.Load())
		}
		return n + 100
	})
	late.Wait()
	require.Equal(t, 17, calls)
	require.Equal(t, -1, v.Load())
	require.EqualValues(t, 1, stm.ReadStats().Sub(before).Escalations)
}

// TestModifyPanics, in its first round and under the token: nothing is held.
func TestModifyPanics(t *testing.T) {
	for _, losses := range []int{0, 16} {
		v := tvar.New(0)
		calls := 0
		require.PanicsWithValue(t, "modify", func() {
			v.Modify(func(n int) int {
				if calls++; calls > losses {
					panic("modify")
				}
				elsewhere(func() { v.Modify(inc) })
				return n
			})
		})
		require.Equal(t, losses, v.Load())
		update(t, func(tx *stm.Tx) { v.Set(tx, -1) }, stm.Irrevocable())
		require.Equal(t, -1, v.Modify(func(n int) int { return n }))
	}
}

// TestModifyUnderContention loses no update, and every goroutine gets on.
func TestModifyUnderContention(t *testing.T) {
	const goroutines, each = 8, 500
	v := tvar.New(0)
	s := tvar.New("")
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			for i := range each {
				v.Modify(inc)
				if i%10 == 0 {
					s.Modify(func(s string) string { return s + "x" })
				}
			}
		})
	}
	wg.Wait()
	require.Equal(t, goroutines*each, v.Load())
	require.Len(t, s.Load(), goroutines*each/10)
}

// TestLoadIsNotTorn, for values that take two words.
func TestLoadIsNotTorn(t *testing.T) {
	words := []string{"", "a", "bb", "ccc", "dddd"}
	v := tvar.New(words[0])
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range 20_000 {
			v.Store(words[i%len(words)])
		}
	}()
	for open := true; open; {
		select {
		case <-done:
			open = false
		default:
		}
		s := v.Load()
		require.Equal(t, words[len(s)], s)
	}
}

func TestAwait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := tvar.New(0)
		n, err := v.Await(ctx, func(n int) bool { return n == 0 })
		require.NoError(t, err)
		require.Zero(t, n)

		calls, done := 0, false
		go func() {
			n, err := v.Await(ctx, func(n int) bool { calls++; return n > 2 })
			if n != 3 || err != nil {
				t.Error(n, err)
			}
			done = true
		}()
		for i := range 3 {
			synctest.Wait()
			require.False(t, done)
			require.Equal(t, i+1, calls, "one look per write")
			v.Modify(inc)
		}
		synctest.Wait()
		require.True(t, done)
	})
}

// TestAwaitEnds by its context; what holds already needs none.
func TestAwaitEnds(t *testing.T) {
	v := tvar.New(5)
	own, cancel := context.WithCancel(ctx)
	cancel()
	n, err := v.Await(own, func(n int) bool { return n == 5 })
	require.NoError(t, err)
	require.Equal(t, 5, n)
	n, err = v.Await(own, func(n int) bool { return n == 6 })
	require.ErrorIs(t, err, context.Canceled)
	require.Zero(t, n)
	require.PanicsWithValue(t, "pred", func() { _, _ = v.Await(ctx, func(int) bool { panic("pred") }) })
}

// TestAwaitPanicsAfterAWait and leaves no waiter that would hold up a writer.
func TestAwaitPanicsAfterAWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := tvar.New(0)
		done := make(chan struct{})
		go func() {
			defer close(done)
			quietly(func() {
				_, _ = v.Await(ctx, func(n int) bool {
					if n == 1 {
						panic("pred")
					}
					return false
				})
			})
		}()
		synctest.Wait()
		v.Store(1)
		<-done
		v.Store(2)
		update(t, func(tx *stm.Tx) { v.Set(tx, 3) })
	})
}

// TestTwoBubbles use the library at once, each waiting by all that waits, and
// neither disturbs the other or makes its clock stand still.
func TestTwoBubbles(t *testing.T) {
	for range 2 {
		t.Run("bubble", func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				for range 50 {
					v := tvar.New(0)
					var wg sync.WaitGroup
					wg.Go(func() { update(t, func(tx *stm.Tx) { tx.Check(v.Get(tx) == 1) }) })
					wg.Go(func() {
						if _, err := v.Await(ctx, func(n int) bool { return n == 1 }); err != nil {
							t.Error(err)
						}
					})
					wg.Go(func() {
						for n := range stm.Watch(ctx, func(tx *stm.Tx) (int, error) { return v.Get(tx), nil }) {
							if n == 1 {
								break
							}
						}
					})
					wg.Go(func() {
						own, cancel := context.WithTimeout(ctx, time.Minute)
						defer cancel()
						err := stm.Atomically(own, func(tx *stm.Tx) error { tx.Check(v.Get(tx) == 2); return nil })
						if err != context.DeadlineExceeded { //nolint:errorlint // it is returned as it is
							t.Error(err)
						}
					})
					synctest.Wait()
					time.Sleep(time.Second)
					update(t, func(tx *stm.Tx) { v.Set(tx, 1) }, stm.Irrevocable())
					wg.Wait()
				}
			})
		})
	}
}
