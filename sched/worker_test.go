package sched_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

var ctx = context.Background()

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestWorkersCountTogether(t *testing.T) {
	n := tvar.New(0)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			w := sched.NewWorker()
			for range 1000 {
				_ = w.Atomically(ctx, func(tx *stm.Tx) error {
					n.Set(tx, n.Get(tx)+1)
					return nil
				})
			}
		})
	}
	wg.Wait()
	require.Equal(t, 4000, n.Load())
}

func TestWorkerKinds(t *testing.T) {
	var w sched.Worker
	n := tvar.New(1)
	got, err := sched.Do(ctx, &w, func(tx *stm.Tx) (int, error) { return n.Swap(tx, 2), nil })
	require.NoError(t, err)
	require.Equal(t, 1, got)
	got, err = sched.View(ctx, &w, func(tx *stm.Tx) (int, error) { return n.Get(tx), nil })
	require.NoError(t, err)
	require.Equal(t, 2, got)
	require.Panics(t, func() {
		_, _ = sched.View(ctx, &w, func(tx *stm.Tx) (int, error) {
			n.Set(tx, 3)
			return 0, nil
		})
	})
	boom := errors.New("boom")
	got, err = sched.Do(ctx, &w, func(tx *stm.Tx) (int, error) {
		n.Set(tx, 4)
		return 5, boom
	}, stm.Name("fails"))
	require.Same(t, boom, err)
	require.Zero(t, got)
	require.Equal(t, 2, n.Load())
}

// TestWorkerInHookOfAPanic: a hook that compensates for a body that panicked
// may use the body's worker.
func TestWorkerInHookOfAPanic(t *testing.T) {
	v := tvar.New(0)
	w := sched.NewWorker()
	require.PanicsWithValue(t, "ouch", func() {
		_ = w.Atomically(t.Context(), func(tx *stm.Tx) error {
			tx.OnRollback(func() {
				_ = w.Atomically(t.Context(), func(tx *stm.Tx) error { v.Set(tx, 1); return nil })
			})
			panic("ouch")
		})
	})
	require.Equal(t, 1, v.Load())
}

func TestWorkerAfterPanic(t *testing.T) {
	w := sched.NewWorker()
	n := tvar.New(0)
	require.PanicsWithValue(t, "ouch", func() {
		_ = w.Atomically(ctx, func(tx *stm.Tx) error {
			n.Set(tx, 1)
			panic("ouch")
		})
	})
	require.NoError(t, w.Atomically(ctx, func(tx *stm.Tx) error {
		n.Set(tx, n.Get(tx)+2)
		return nil
	}))
	require.Equal(t, 2, n.Load())
}

func TestWorkerMisuse(t *testing.T) {
	w := sched.NewWorker()
	nop := func(*stm.Tx) error { return nil }
	require.PanicsWithValue(t, "stm: nil body", func() { _ = w.Atomically(ctx, nil) })
	err := w.Atomically(ctx, func(tx *stm.Tx) error {
		require.Panics(t, func() { _ = w.Atomically(ctx, nop) })
		return nil
	})
	require.NoError(t, err)
	require.NoError(t, w.Atomically(ctx, nop))
}

func ExampleWorker() {
	visits := tvar.New(0)
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			w := sched.NewWorker() // one for each goroutine
			for range 100 {
				_ = w.Atomically(context.Background(), func(tx *stm.Tx) error {
					visits.Update(tx, func(n int) int { return n + 1 })
					return nil
				})
			}
		})
	}
	wg.Wait()
	fmt.Println(visits.Load())
	// Output: 200
}
