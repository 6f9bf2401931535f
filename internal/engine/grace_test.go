package engine_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// TestGrace is over when the attempts have ended that ran when it began, whatever
// runs by then.
func TestGrace(t *testing.T) {
	none := engine.NewGrace()
	require.True(t, none.Over())

	v := tvar.New(0)
	first, second := startStop(t, v), startStop(t, v)
	g := engine.NewGrace()
	third := startStop(t, v)
	require.False(t, g.Over())
	first()
	require.False(t, g.Over(), "the second runs")
	update(t, func(tx *stm.Tx) { v.Set(tx, 1) })
	require.False(t, g.Over())
	second()
	require.True(t, g.Over(), "the third began later")
	require.True(t, g.Over())
	third()
}

// TestGraceOfARestart: the next attempt of the same transaction is another.
func TestGraceOfARestart(t *testing.T) {
	v, w := tvar.New(0), tvar.New(0)
	at, on, ended := make(chan bool), make(chan bool), make(chan bool)
	go func() {
		defer close(ended)
		_ = stm.Atomically(ctx, func(tx *stm.Tx) error {
			w.Set(tx, v.Get(tx))
			at <- true
			<-on
			return nil
		})
	}()
	<-at
	g := engine.NewGrace()
	update(t, func(tx *stm.Tx) { v.Set(tx, 1) })
	require.False(t, g.Over())
	on <- true
	<-at
	require.True(t, g.Over(), "it is in its second attempt")
	on <- true
	<-ended
}

// startStop begins a transaction that reads v, and returns what ends it.
func startStop(t *testing.T, v *tvar.Var[int]) (stop func()) {
	started, end, ended := make(chan bool), make(chan bool), make(chan bool)
	go func() {
		defer close(ended)
		attempt := 0
		_ = stm.Atomically(ctx, func(tx *stm.Tx) error {
			v.Get(tx)
			if attempt++; attempt == 1 {
				close(started)
				<-end
			}
			return nil
		})
	}()
	<-started
	return func() { close(end); <-ended }
}
