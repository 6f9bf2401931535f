package tvar_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/weft-stm/weft/stm"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	ctx     = context.Background()
	errBody = errors.New("body")
)

// update runs a transaction that has to succeed.
func update(t testing.TB, body func(tx *stm.Tx), opts ...stm.Option) {
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

func inc(n int) int { return n + 1 }

func quietly(f func()) {
	defer func() { _ = recover() }()
	f()
}
