//go:build stmexplore

package explore_test

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/explore"
)

// randomAtomics makes a program of 2 or 3 threads, each with up to 3 accesses
// of all kinds; some of them block for ever under some schedules. The outcome
// is everything that its threads saw, and the final state.
func randomAtomics(seed uint64) explore.Program {
	return func(r *explore.Run) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		shared := &struct {
			words [2]atomics.Uint64
			mu    atomics.Mutex
		}{}
		ctx, parker := explore.NewContext(), atomics.NewParker()
		once := map[string]bool{}
		logs := make([]strings.Builder, 2+rnd.IntN(2))
		for i := range logs {
			log := &logs[i]
			saw := func(v any) { fmt.Fprint(log, v, " ") }
			var ops []func()
			for range 1 + rnd.IntN(3) {
				x, v := &shared.words[rnd.IntN(2)], uint64(rnd.IntN(2))
				y := &shared.words[rnd.IntN(2)]
				switch k := rnd.IntN(11); k {
				case 0, 1:
					ops = append(ops, func() { saw(x.Load()) })
				case 2:
					ops = append(ops, func() { x.Store(v) })
				case 3:
					ops = append(ops, func() { saw(x.CompareAndSwap(v, v+1)) })
				case 4:
					ops = append(ops, func() { saw(x.Add(1)) })
				case 5:
					ops = append(ops, func() {
						atomics.Pause(0, func() bool { return x.Load() > v && y.Load() != 1 })
						saw("passed")
					})
				case 6, 7:
					ops = append(ops, func() {
						shared.mu.Lock()
						saw(x.Load())
						if k == 6 {
							x.Store(v)
						}
						shared.mu.Unlock()
					})
				case 8:
					ops = append(ops, func() { saw(parker.Park(ctx.Done())) })
				case 9:
					if !once["unpark"] {
						once["unpark"] = true
						ops = append(ops, parker.Unpark)
					}
				case 10:
					if !once["cancel"] {
						once["cancel"] = true
						ops = append(ops, ctx.Cancel)
					}
				}
			}
			r.Go(fmt.Sprintf("T%d", i), func() {
				for _, op := range ops {
					op()
				}
			})
		}
		r.Deadlock(func([]string) error { return nil })
		r.Outcome(func() string {
			s := fmt.Sprint(shared.words[0].Load(), shared.words[1].Load())
			for i := range logs {
				s += "|" + logs[i].String()
			}
			return s
		})
	}
}
