package stm_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// TestLost names the variable and the winner, and nothing before there is a
// loser.
func TestLost(t *testing.T) {
	v, other, out := tvar.New(0, tvar.Label("v")), tvar.New(0), tvar.New(0)
	write := func(x *tvar.Var[int], opts ...stm.Option) {
		done := make(chan error)
		go func() {
			done <- stm.Atomically(ctx, func(tx *stm.Tx) error { x.Set(tx, 1); return nil }, opts...)
		}()
		require.NoError(t, <-done)
	}
	attempts := 0
	require.NoError(t, stm.Atomically(ctx, func(tx *stm.Tx) error {
		attempts++
		variable, rival := tx.Lost()
		want := [][2]string{{"", ""}, {"v", "winner"}, {"", ""}}[attempts-1]
		require.Equal(t, want, [2]string{variable, rival})
		require.Equal(t, attempts == 2, v.Lost(tx))
		require.Equal(t, attempts == 3, other.Lost(tx))
		require.False(t, out.Lost(tx))
		out.Set(tx, v.Get(tx)+other.Get(tx))
		switch attempts {
		case 1:
			write(v, stm.Name("winner"))
		case 2:
			write(other)
		}
		return nil
	}))
	require.Equal(t, 3, attempts)
	require.NoError(t, stm.Atomically(ctx, func(tx *stm.Tx) error {
		variable, rival := tx.Lost()
		require.Equal(t, [2]string{}, [2]string{variable, rival}, "of another transaction")
		return nil
	}))
}
