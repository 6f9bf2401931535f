//go:build stmexplore

package explore_test

import (
	"testing"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// TestCounterLosesNothing, whichever way two goroutines add, and none of them
// makes the other start over.
func TestCounterLosesNothing(t *testing.T) {
	ways := map[string]func(c *tvar.Counter, bodies *int){
		"Increase": func(c *tvar.Counter, _ *int) { c.Increase(1) },
		"Add": func(c *tvar.Counter, bodies *int) {
			must(stm.Atomically(ctx, func(tx *stm.Tx) error { *bodies++; c.Add(tx, 1); return nil }))
		},
	}
	for first, f := range ways {
		for second, g := range ways {
			if first > second {
				continue
			}
			t.Run(first+" and "+second, func(t *testing.T) {
				check(t, func(w *world) {
					c, bodies := aligned[tvar.Counter](), [2]int{}
					w.Go("T0", func() { f(c, &bodies[0]) })
					w.Go("T1", func() { g(c, &bodies[1]) })
					w.holds(func() bool { return c.Load() == 2 }, "an addition was lost")
					w.holds(func() bool { return bodies[0] <= 1 && bodies[1] <= 1 }, "an addition started over")
				})
			})
		}
	}
}

// TestCounterLoadIsOneInstant: who reads between additions of 1 and then 2
// never reads 2.
func TestCounterLoadIsOneInstant(t *testing.T) {
	check(t, func(w *world) {
		c := aligned[tvar.Counter]()
		c.Load() // has its stripes
		var a, b int64
		w.Go("reader", func() { a = c.Load(); b = c.Load() })
		w.Go("T0", func() { c.Increase(1); c.Increase(2) })
		w.Go("T1", func() { c.Increase(4) })
		possible := func(n int64) bool { return n&2 == 0 || n&1 == 1 }
		w.holds(func() bool { return possible(a) && possible(b) && a <= b }, "a sum of no instant")
	})
}

// TestCounterSumBesideAnother variable that is changed with it.
func TestCounterSumBesideAnother(t *testing.T) {
	check(t, func(w *world) {
		c, x := aligned[tvar.Counter](), alignedVar(int64(0))
		torn := false
		compare := func(tx *stm.Tx) { torn = torn || c.Get(tx) != x.Get(tx) }
		w.tx("T0", func(tx *stm.Tx) error { c.Add(tx, 1); tvar.Add(tx, x, 1); return nil })
		w.tx("T1", func(tx *stm.Tx) error { compare(tx); c.Add(tx, 1); tvar.Add(tx, x, 1); return nil })
		w.Go("view", func() {
			_, err := stm.View(ctx, func(tx *stm.Tx) (int, error) { compare(tx); return 0, nil })
			must(err)
		})
		w.holds(func() bool { return !torn && c.Load() == 2 }, "a sum was torn from its twin")
	})
}
