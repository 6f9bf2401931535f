package stm_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

type ctxKey struct{}

// TestContextIsTheCallers: its values, its end, its deadline.
func TestContextIsTheCallers(t *testing.T) {
	own, cancel := context.WithCancel(context.WithValue(ctx, ctxKey{}, "value"))
	defer cancel()
	err := stm.Atomically(own, func(tx *stm.Tx) error {
		inside := tx.Context()
		require.Equal(t, "value", inside.Value(ctxKey{}))
		require.NoError(t, inside.Err())
		cancel()
		<-inside.Done()
		return inside.Err()
	})
	require.ErrorIs(t, err, context.Canceled)
}

// TestCancelledBefore: the body does not run at all.
func TestCancelledBefore(t *testing.T) {
	own, cancel := context.WithCancel(ctx)
	cancel()
	none := func(*stm.Tx) (int, error) { t.Error("ran"); return 7, nil }
	require.ErrorIs(t, stm.Atomically(own, func(tx *stm.Tx) error { _, err := none(tx); return err }), context.Canceled)
	n, err := stm.Do(own, none)
	require.ErrorIs(t, err, context.Canceled)
	require.Zero(t, n)
	_, err = stm.View(own, none)
	require.ErrorIs(t, err, context.Canceled)
	chosen, err := stm.Select(own, func(tx *stm.Tx) error { _, err := none(tx); return err })
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, -1, chosen)
	require.ErrorIs(t, stm.Atomically(own, func(tx *stm.Tx) error { _, err := none(tx); return err }, stm.Irrevocable()), context.Canceled)
	for _, err := range stm.Watch(own, none) {
		require.ErrorIs(t, err, context.Canceled)
	}
}

// TestCommitWinsOverLateCancel: a body that has returned nil commits, and the
// call says so. (ZIO #6192: a commit reported as interrupted.)
func TestCommitWinsOverLateCancel(t *testing.T) {
	v := tvar.New(0)
	for i := range 3 {
		own, cancel := context.WithCancel(ctx)
		err := stm.Atomically(own, func(tx *stm.Tx) error {
			v.Set(tx, i+1)
			tx.BeforeCommit(func(*stm.Tx) error { cancel(); return nil })
			return nil
		})
		require.NoError(t, err)
		require.Equal(t, i+1, v.Load())
	}
}

// TestCancelBetweenAttempts: a lost attempt is not run again.
func TestCancelBetweenAttempts(t *testing.T) {
	r := newRival()
	own, cancel := context.WithCancel(ctx)
	defer cancel()
	bodies := 0
	err := stm.Atomically(own, func(tx *stm.Tx) error {
		bodies++
		if bodies == 3 {
			cancel()
		}
		r.beat(tx)
		return nil
	})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 3, bodies)
}

// TestCancelEndsARetry, and its cause can be found.
func TestCancelEndsARetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := tvar.New(0)
		own, cancel := context.WithCancelCause(ctx)
		cause := errors.New("cause")
		var err error
		go func() {
			err = stm.Atomically(own, func(tx *stm.Tx) error { tx.Check(v.Get(tx) == 1); return nil })
		}()
		synctest.Wait()
		cancel(cause)
		synctest.Wait()
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, cause, context.Cause(own))
	})
}

// TestTimeouts end every kind of wait at their time.
func TestTimeouts(t *testing.T) {
	v := tvar.New(0)
	for name, wait := range map[string]func(ctx context.Context) error{
		"Retry": func(ctx context.Context) error {
			return stm.Atomically(ctx, func(tx *stm.Tx) error { v.Get(tx); tx.Retry(); return nil })
		},
		"Select": func(ctx context.Context) error {
			_, err := stm.Select(ctx, func(tx *stm.Tx) error { v.Get(tx); tx.Retry(); return nil })
			return err
		},
		"Watch": func(ctx context.Context) (err error) {
			for _, err = range stm.Watch(ctx, func(tx *stm.Tx) (int, error) { return v.Get(tx), nil }) {
			}
			return err
		},
		"Watch, nothing yet": func(ctx context.Context) (err error) {
			for _, err = range stm.Watch(ctx, func(tx *stm.Tx) (int, error) { v.Get(tx); tx.Retry(); return 0, nil }) {
			}
			return err
		},
		"Await": func(ctx context.Context) error {
			n, err := v.Await(ctx, func(n int) bool { return n == 1 })
			require.Zero(t, n)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				own, cancel := context.WithTimeout(ctx, time.Hour)
				defer cancel()
				require.ErrorIs(t, wait(own), context.DeadlineExceeded)
				require.Equal(t, time.Hour, time.Since(start), "in the bubble's time")
			})
		})
	}
}

// TestCancelWhileQueuedForTheToken leaves the queue, wherever it stands in it.
func TestCancelWhileQueuedForTheToken(t *testing.T) {
	for name, body := range map[string]func(ctx context.Context, ran *bool) error{
		"option": func(ctx context.Context, ran *bool) error {
			return stm.Atomically(ctx, func(*stm.Tx) error { *ran = true; return nil }, stm.Irrevocable())
		},
		"half-way": func(ctx context.Context, ran *bool) error {
			return stm.Atomically(ctx, func(tx *stm.Tx) error { tx.Irrevocable(); *ran = true; return nil })
		},
		"half-way, recovered": func(ctx context.Context, ran *bool) error {
			return stm.Atomically(ctx, func(tx *stm.Tx) error { quietly(tx.Irrevocable); return nil })
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				release := make(chan struct{})
				var wg sync.WaitGroup
				wg.Go(func() {
					update(t, func(*stm.Tx) { <-release }, stm.Irrevocable())
				})
				synctest.Wait()
				first, cancelFirst := context.WithTimeout(ctx, time.Minute)
				defer cancelFirst()
				var ran bool
				var err error
				wg.Go(func() { err = body(first, &ran) })
				second := false
				wg.Go(func() { update(t, func(*stm.Tx) { second = true }, stm.Irrevocable()) })
				time.Sleep(2 * time.Minute) // in the bubble: until the first has given up
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.False(t, ran)
				require.False(t, second)
				close(release)
				wg.Wait()
				require.True(t, second)
			})
		})
	}
}

// TestQuiesceTimesOut while an attempt runs on.
func TestQuiesceTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() { update(t, func(*stm.Tx) { <-release }) })
		synctest.Wait()
		own, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		require.ErrorIs(t, stm.Quiesce(own), context.DeadlineExceeded)
		close(release)
		wg.Wait()
		require.NoError(t, stm.Quiesce(ctx))
	})
}

// TestCancelStorm: a thousand waiters of one variable, all cancelled while
// others write it. Nobody hangs, nobody is lost. (GHC T15136.)
func TestCancelStorm(t *testing.T) {
	v, passed := tvar.New(0), tvar.New(0)
	const waiters = 1000
	var wg sync.WaitGroup
	var cancels []context.CancelFunc
	var mu sync.Mutex
	cancelled := 0
	for range waiters {
		own, cancel := context.WithCancel(ctx)
		cancels = append(cancels, cancel)
		wg.Go(func() {
			err := stm.Atomically(own, func(tx *stm.Tx) error {
				tx.Check(v.Get(tx) > 0)
				v.Update(tx, func(n int) int { return n - 1 })
				tvar.Add(tx, passed, 1)
				return nil
			})
			if err != nil {
				mu.Lock()
				cancelled++
				mu.Unlock()
			}
		})
	}
	wg.Go(func() {
		for range waiters / 2 {
			v.Modify(inc)
		}
	})
	for i, cancel := range cancels {
		if i%2 == 0 {
			cancel()
		}
	}
	// Each uncancelled one finds a unit: half of them at most were used by
	// transactions that committed in spite of their cancel.
	wg.Go(func() {
		for range waiters / 2 {
			v.Modify(inc)
		}
	})
	wg.Wait()
	for _, cancel := range cancels {
		cancel()
	}
	require.Equal(t, waiters, cancelled+passed.Load())
	require.Equal(t, waiters, v.Load()+passed.Load(), "every unit is used or left")
	require.GreaterOrEqual(t, passed.Load(), waiters/2)
}
