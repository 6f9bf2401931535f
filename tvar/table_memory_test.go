package tvar_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/invariants"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// TestTableKeepsNothing of rows that are gone, in the Table or in an index.
func TestTableKeepsNothing(t *testing.T) {
	n := misses() / 100
	m := newTableMachine().(*tableMachine)
	for k := range n {
		require.NoError(t, m.t.Store(k, guest{1 + k%3, k}))
	}
	for k := range n {
		require.NoError(t, m.t.Store(k, guest{2, k + n}))
	}
	require.NoError(t, tvar.CheckTable(m.t))
	for k := range n {
		m.t.Remove(k)
	}
	require.Equal(t, [][]int{{1}, {1}, {1}}, tvar.TableNodes(m.t))
	require.NoError(t, tvar.CheckTable(m.t))
}

func TestTableAllocatesNothing(t *testing.T) {
	if invariants.Enabled || invariants.GoroutineAllocates || atomics.Exploring {
		t.Skip("the allocations of a normal build are counted")
	}
	m := tvar.NewTable[int, int]()
	tens, err := tvar.NewIndex(m, "tens", func(_, x int) (int, bool) { return x / 10, true })
	require.NoError(t, err)
	for k := range 1000 {
		require.NoError(t, m.Store(k, k))
	}
	in := func(body func(tx *stm.Tx)) func() {
		return func() { _ = stm.Atomically(ctx, func(tx *stm.Tx) error { body(tx); return nil }) }
	}
	for name, f := range map[string]func(){
		"Load":       func() { m.Load(77); m.Load(7777) },
		"Get":        in(func(tx *stm.Tx) { m.Get(tx, 77) }),
		"Set":        in(func(tx *stm.Tx) { _ = m.Set(tx, 77, 78) }),
		"Store":      func() { _ = m.Store(77, 79) },
		"Index.Load": func() { tens.Load(7) },
		"Index.Get":  in(func(tx *stm.Tx) { tens.Get(tx, 7) }),
		"Equal": in(func(tx *stm.Tx) {
			for range tens.Equal(tx, 7) {
				continue
			}
		}),
	} {
		f()
		require.Zero(t, testing.AllocsPerRun(200, f), name)
	}
}
