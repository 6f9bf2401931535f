package history

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/require"
)

// porcupineModel is linearizability of whole transactions on a memory of many
// registers: on committed attempts that is strict serializability.
func porcupineModel(h *History) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return newMemory(h) },
		Step: func(state, input, _ any) (bool, any) {
			next, ok := state.(memory).apply(input.(run))
			return ok, next
		},
		Equal: func(a, b any) bool {
			x, y := a.(memory), b.(memory)
			return slices.Equal(x.tokens, y.tokens) && slices.Equal(x.versions, y.versions)
		},
	}
}

// linearizable asks Porcupine about the committed attempts, in real time or, all
// made concurrent, without.
func linearizable(h *History, realTime bool) bool {
	var ops []porcupine.Operation
	for _, r := range runs(h) {
		if !r.committed {
			continue
		}
		o := porcupine.Operation{ClientId: r.worker, Input: r, Call: r.begin, Return: r.end}
		if !realTime {
			o.ClientId, o.Call, o.Return = len(ops), 0, math.MaxInt64
		}
		ops = append(ops, o)
	}
	return porcupine.CheckOperations(porcupineModel(h), ops)
}

// TestAgreesWithPorcupine decides 1,000 correct histories and 1,000 that
// Porcupine refuses, and whatever chaos left intact between them.
func TestAgreesWithPorcupine(t *testing.T) {
	const each = 1000
	intact, broken := 0, 0
	synctest.Test(t, func(t *testing.T) {
		for seed := uint64(0); intact < each || broken < each; seed++ {
			rng := rand.New(rand.NewPCG(seed, 2))
			p := plant{rng: rng, vars: 2 + rng.IntN(4), workers: 2 + rng.IntN(4), attempts: 5 + rng.IntN(16), blind: seed%4 < 2}
			if seed%2 == 1 {
				p.chaos = 0.02 + 0.1*rng.Float64()
			}
			h := p.grow()
			r := h.Check()
			strict := linearizable(h, true)
			require.Equal(t, strict, r.Holds(Strictness), "seed %d:\n%v", seed, r)
			if strict {
				intact++
				continue
			}
			broken++
			require.NotZero(t, p.chaos, "seed %d: nothing was wrong", seed)
			if broken%8 == 0 { // all concurrent: exponential, so only some
				require.Equal(t, linearizable(h, false), r.Holds(Serializability), "seed %d:\n%v", seed, r)
			}
		}
	})
	t.Logf("%d intact, %d broken", intact, broken)
}
