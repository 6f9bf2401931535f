package model_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// TestOperations runs random sequences of every public operation, each against
// plain integers.
func TestOperations(t *testing.T) {
	ctx := context.Background()
	rapid.Check(t, func(t *rapid.T) {
		var want [variables]int
		vars := []*tvar.Var[int]{new(tvar.Var[int]), tvar.New(0, tvar.Equal[int]()), tvar.New(0, tvar.Label("c")), tvar.New(0, tvar.Padded())}
		index := rapid.IntRange(0, variables-1)
		number := rapid.IntRange(-3, 3)
		pick := func(t *rapid.T) (int, *tvar.Var[int], int) {
			i := index.Draw(t, "i")
			return i, vars[i], number.Draw(t, "x")
		}
		do := func(t *rapid.T, body func(tx *stm.Tx)) {
			opts := [][]stm.Option{nil, {stm.Name("op")}, {stm.Irrevocable()}, {stm.MaxAttempts(1)}}
			require.NoError(t, stm.Atomically(ctx, func(tx *stm.Tx) error { body(tx); return nil },
				rapid.SampledFrom(opts).Draw(t, "options")...))
		}
		t.Repeat(map[string]func(*rapid.T){
			"Load":  func(t *rapid.T) { i, v, _ := pick(t); require.Equal(t, want[i], v.Load()) },
			"Store": func(t *rapid.T) { i, v, x := pick(t); v.Store(x); want[i] = x },
			"Modify": func(t *rapid.T) {
				i, v, x := pick(t)
				want[i] += x
				require.Equal(t, want[i], v.Modify(func(n int) int { return n + x }))
			},
			"Await": func(t *rapid.T) {
				i, v, _ := pick(t)
				n, err := v.Await(ctx, func(int) bool { return true })
				require.NoError(t, err)
				require.Equal(t, want[i], n)
			},
			"Get": func(t *rapid.T) { i, v, _ := pick(t); do(t, func(tx *stm.Tx) { require.Equal(t, want[i], v.Get(tx)) }) },
			"Peek": func(t *rapid.T) {
				i, v, _ := pick(t)
				do(t, func(tx *stm.Tx) { require.Equal(t, want[i], v.Peek(tx)) })
			},
			"Set": func(t *rapid.T) { i, v, x := pick(t); do(t, func(tx *stm.Tx) { v.Set(tx, x) }); want[i] = x },
			"Update": func(t *rapid.T) {
				i, v, x := pick(t)
				want[i] += x
				do(t, func(tx *stm.Tx) {
					require.Equal(t, want[i], v.Update(tx, func(n int) int { return n + x }))
				})
			},
			"Swap": func(t *rapid.T) {
				i, v, x := pick(t)
				do(t, func(tx *stm.Tx) { require.Equal(t, want[i], v.Swap(tx, x)) })
				want[i] = x
			},
			"CompareAndSwap": func(t *rapid.T) {
				i, v, x := pick(t)
				old := number.Draw(t, "old")
				do(t, func(tx *stm.Tx) { require.Equal(t, want[i] == old, tvar.CompareAndSwap(tx, v, old, x)) })
				if want[i] == old {
					want[i] = x
				}
			},
			"Add": func(t *rapid.T) { i, v, x := pick(t); do(t, func(tx *stm.Tx) { tvar.Add(tx, v, x) }); want[i] += x },
			"Commute": func(t *rapid.T) {
				i, v, x := pick(t)
				do(t, func(tx *stm.Tx) { v.Commute(tx, func(n int) int { return n%100*2 + x }) })
				want[i] = want[i]%100*2 + x
			},
			"Do": func(t *rapid.T) {
				i, v, x := pick(t)
				n, err := stm.Do(ctx, func(tx *stm.Tx) (int, error) { v.Set(tx, x); return v.Get(tx), nil })
				require.NoError(t, err)
				require.Equal(t, x, n)
				want[i] = x
			},
			"View": func(t *rapid.T) {
				got, err := stm.View(ctx, func(tx *stm.Tx) (got [variables]int, _ error) {
					for i, v := range vars {
						got[i] = v.Get(tx)
					}
					return got, nil
				})
				require.NoError(t, err)
				require.Equal(t, want, got)
			},
			"Watch": func(t *rapid.T) {
				i, v, _ := pick(t)
				seen := 0
				for n, err := range stm.Watch(ctx, func(tx *stm.Tx) (int, error) { return v.Get(tx), nil }) {
					require.NoError(t, err)
					require.Equal(t, want[i], n)
					if seen++; seen == 2 {
						break
					}
					want[i]++
					v.Modify(func(n int) int { return n + 1 })
				}
			},
			"Select": func(t *rapid.T) {
				i, v, x := pick(t)
				chosen, err := stm.Select(ctx,
					func(tx *stm.Tx) error { v.Set(tx, 99); tx.Check(v.Swap(tx, x) != 99); return nil },
					func(tx *stm.Tx) error { tx.Check(v.Get(tx) == want[i]); v.Set(tx, x); return nil })
				require.NoError(t, err)
				require.Equal(t, 1, chosen)
				want[i] = x
			},
			"fail": func(t *rapid.T) {
				_, v, x := pick(t)
				err := stm.Atomically(ctx, func(tx *stm.Tx) error { v.Set(tx, x); tvar.Add(tx, v, x); return errFail })
				require.Equal(t, errFail, err)
			},
			"Quiesce": func(t *rapid.T) { require.NoError(t, stm.Quiesce(ctx)) },
			"": func(t *rapid.T) {
				for i, v := range vars {
					require.Equal(t, want[i], v.Load())
				}
			},
		})
	})
}
