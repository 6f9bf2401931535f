package stm_test

import (
	"context"
	"errors"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
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

// A rival makes transactions lose.
type rival struct{ x, y *tvar.Var[int] }

func newRival(opts ...tvar.Option) rival {
	return rival{tvar.New(0, opts...), tvar.New(0, opts...)}
}

// beat makes the attempt of tx lose: a rival commits between two of its reads.
// It does not return.
func (r rival) beat(tx *stm.Tx, opts ...stm.Option) {
	r.x.Get(tx)
	elsewhere(func() { r.commit(opts...) })
	r.y.Get(tx)
	panic("the attempt went on with x and y from two states")
}

func (r rival) commit(opts ...stm.Option) {
	err := stm.Atomically(ctx, func(tx *stm.Tx) error {
		r.x.Update(tx, inc)
		r.y.Update(tx, inc)
		return nil
	}, opts...)
	if err != nil {
		panic(err)
	}
}

func inc(n int) int { return n + 1 }

// drainPool drops the pooled descriptors, so that transactions get new ones.
func drainPool() {
	for range 3 {
		runtime.GC()
	}
}
