package engine_test

import (
	"context"
	"runtime"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var ctx = context.Background()

// cell is the cell of v: a Var is that and nothing else.
func cell[T any](v *tvar.Var[T]) *engine.Cell { return (*engine.Cell)(unsafe.Pointer(v)) }

// update runs a transaction that has to succeed.
func update(t *testing.T, body func(tx *stm.Tx), opts ...stm.Option) {
	t.Helper()
	require.NoError(t, stm.Atomically(ctx, func(tx *stm.Tx) error {
		body(tx)
		return nil
	}, opts...))
}

// elsewhere runs f on another goroutine and waits for it.
func elsewhere(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	<-done
}

// until waits for a condition that another goroutine brings about.
func until(condition func() bool) {
	for !condition() {
		runtime.Gosched()
	}
}

// requireClean fails if a transaction has left anything behind, in general or
// at the variables given.
func requireClean(t *testing.T, cells ...*engine.Cell) {
	t.Helper()
	require.NoError(t, engine.Leftover())
	for _, c := range cells {
		require.NoError(t, engine.LeftoverOf(c))
	}
	require.NoError(t, stm.Atomically(ctx, func(tx *stm.Tx) error {
		for _, c := range cells {
			engine.Read(tx.Engine(), c)
		}
		return nil
	}, stm.Irrevocable()), "the next transaction can be irrevocable")
}

func inc(n int) int { return n + 1 }
