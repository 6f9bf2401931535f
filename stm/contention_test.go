package stm_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// TestHotCounterWastesLittle: of eight goroutines on one variable at most one
// attempt in ten is lost.
func TestHotCounterWastesLittle(t *testing.T) {
	v := tvar.New(0)
	const goroutines, each = 8, 2000
	before := stm.ReadStats()
	crowd(t, goroutines, func(int, *rand.Rand) {
		for range each {
			update(t, func(tx *stm.Tx) { v.Update(tx, inc) })
		}
	})
	d := stm.ReadStats().Sub(before)
	require.Equal(t, goroutines*each, v.Load())
	require.LessOrEqual(t, 10*d.Conflicts, d.Commits+d.Conflicts, "%v", d)
}

// TestReadersDoNotDelayAWriter: it never loses to anybody who only reads,
// however long.
func TestReadersDoNotDelayAWriter(t *testing.T) {
	vars := make([]*tvar.Var[int], 200)
	for i := range vars {
		vars[i] = tvar.New(0)
	}
	var done atomic.Bool
	bodies := 0
	const writes = 200
	crowd(t, 7, func(g int, r *rand.Rand) {
		if g > 0 {
			for i := 0; !done.Load(); i++ {
				sum := 0
				read := func(tx *stm.Tx) (int, error) {
					sum = 0
					for _, v := range vars {
						sum += v.Get(tx)
					}
					return sum, nil
				}
				if i%2 == 0 {
					_, _ = stm.View(ctx, read)
				} else {
					_, _ = stm.Do(ctx, read)
				}
				if sum%len(vars) != 0 {
					t.Error("half of a write was read")
				}
			}
			return
		}
		defer done.Store(true)
		for range writes {
			update(t, func(tx *stm.Tx) {
				bodies++
				for _, v := range vars {
					v.Update(tx, inc)
				}
			})
		}
	})
	require.Equal(t, writes, bodies)
}

// TestIrrevocableOutput: what irrevocable transactions of eight goroutines
// write into one place, unprotected, is there in the order of their commits.
func TestIrrevocableOutput(t *testing.T) {
	const goroutines, each = 8, 100
	line := tvar.New(0)
	var output []string
	crowd(t, goroutines, func(g int, _ *rand.Rand) {
		for i := range each {
			require.NoError(t, stm.Atomically(ctx, func(tx *stm.Tx) error {
				n := line.Get(tx)
				if i%2 == 0 {
					tx.Irrevocable() // half-way
				}
				line.Set(tx, n+1)
				output = append(output, fmt.Sprint(n))
				return nil
			}, irrevocableIf(i%2 == 1)...))
		}
	})
	want := make([]string, goroutines*each)
	for i := range want {
		want[i] = fmt.Sprint(i)
	}
	require.True(t, slices.Equal(want, output), "lines are lost, doubled or out of order")
}

func irrevocableIf(yes bool) []stm.Option {
	if yes {
		return []stm.Option{stm.Irrevocable()}
	}
	return nil
}
