package engine_test

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

const always = 65536

// noisy makes noise until the test ends, and returns what it does from now on.
func noisy(t *testing.T, n engine.Noise) func() engine.Disturbance {
	t.Helper()
	if atomics.Exploring {
		t.Skip("the explorer makes no noise")
	}
	before := engine.ReadDisturbance()
	n.Set(1)
	t.Cleanup(func() { engine.Noise{}.Set(0) })
	return func() engine.Disturbance {
		d := engine.ReadDisturbance()
		return engine.Disturbance{Yields: d.Yields - before.Yields, Aborts: d.Aborts - before.Aborts, LateWakes: d.LateWakes - before.LateWakes}
	}
}

// TestForcedAborts: an attempt that always loses gets the serial token after the
// usual number of losses, and there it cannot lose.
func TestForcedAborts(t *testing.T) {
	done := noisy(t, engine.Noise{Abort: always})
	v := tvar.New(0)
	attempts := 0
	update(t, func(tx *stm.Tx) {
		attempts = tx.Attempt()
		v.Update(tx, inc)
	})
	require.Equal(t, 1, v.Load())
	require.Equal(t, 17, attempts)
	require.EqualValues(t, 16, done().Aborts)

	require.NoError(t, stm.Atomically(ctx, func(tx *stm.Tx) error {
		attempts = tx.Attempt()
		v.Update(tx, inc)
		return nil
	}, stm.Irrevocable()))
	require.Equal(t, 1, attempts, "an irrevocable attempt does not lose")
	require.EqualValues(t, 16, done().Aborts)
}

// TestForcedAbortsAreConflicts also for those who count their attempts.
func TestForcedAbortsAreConflicts(t *testing.T) {
	noisy(t, engine.Noise{Abort: always})
	v := tvar.New(0, tvar.Label("counter"))
	err := stm.Atomically(ctx, func(tx *stm.Tx) error {
		v.Update(tx, inc)
		return nil
	}, stm.MaxAttempts(3))
	var contention *stm.ContentionError
	require.ErrorAs(t, err, &contention)
	require.Contains(t, err.Error(), "counter")
	require.Zero(t, v.Load())
}

// TestLateWakes: every wake comes, if late, also to those who have left.
func TestLateWakes(t *testing.T) {
	done := noisy(t, engine.Noise{LateWake: always})
	v := tvar.New(0)
	own, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	for i := range 20 {
		of := ctx
		if i%4 == 0 {
			of = own
		}
		wg.Go(func() {
			_ = stm.Atomically(of, func(tx *stm.Tx) error {
				tx.Check(v.Get(tx) > 0)
				return nil
			})
		})
	}
	until(func() bool { return engine.Waiters(cell(v)) == 20 })
	v.Store(1)
	cancel()
	wg.Wait()
	require.Positive(t, done().LateWakes)
	require.Zero(t, done().Aborts)
	require.Zero(t, engine.Waiters(cell(v)))
}

func TestForcedYieldsAreCounted(t *testing.T) {
	done := noisy(t, engine.Noise{Yield: always})
	v := tvar.New(0)
	update(t, func(tx *stm.Tx) { v.Update(tx, inc) })
	require.Positive(t, done().Yields)
}

func TestSilenceIsTheDefault(t *testing.T) {
	before := engine.ReadDisturbance()
	v := tvar.New(0)
	for range 1000 {
		update(t, func(tx *stm.Tx) { v.Update(tx, inc) })
	}
	require.Equal(t, before, engine.ReadDisturbance())
}

// TestLostOn names the cell that the attempt before was lost on.
func TestLostOn(t *testing.T) {
	a, b := tvar.New(0), tvar.New(0)
	attempts := 0
	update(t, func(tx *stm.Tx) {
		if attempts++; attempts == 2 {
			require.Same(t, cell(b), engine.LostOn(tx.Engine()))
		}
		x := a.Get(tx) + b.Get(tx)
		if attempts == 1 {
			elsewhere(func() { b.Store(1) })
		}
		a.Set(tx, x+1)
	})
	require.Equal(t, 2, attempts)
}
