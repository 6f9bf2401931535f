package tvar_test

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/internal/engine"
)

// linearizable records small histories of concurrent calls and has Porcupine
// decide each. do performs a random call of a fresh object and returns what
// went in and what came out; it may differ from goroutine to goroutine.
//
// Yields between the steps of the protocol make the calls overlap; a test in
// which none did would have shown nothing, so it fails.
func linearizable(t *testing.T, model porcupine.Model, fresh func() (do func(rng *rand.Rand) (in, out any))) {
	t.Helper()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	engine.SetNoise(1<<14, seed)
	defer engine.SetNoise(0, 0)
	overlaps := 0
	for round := range uint64(rounds()) {
		do := fresh()
		h := recordCalls(do, seed+round)
		overlaps += overlapping(h)
		res, info := porcupine.CheckOperationsVerbose(model, h, time.Minute)
		if res != porcupine.Ok {
			for _, o := range h {
				t.Log(o.ClientId, o.Call, o.Return, model.DescribeOperation(o.Input, o.Output))
			}
			require.Equal(t, porcupine.Ok, res, "round %d of seed %d: %v", round, seed, info)
		}
	}
	require.Positive(t, overlaps)
}

func rounds() int {
	if testing.Short() {
		return 50
	}
	return 300
}

// callsEach is the length of a client's part of a history.
const callsEach = 8

func recordCalls(do func(rng *rand.Rand) (in, out any), seed uint64) []porcupine.Operation {
	const clients = 3
	var clock atomic.Int64
	var wg sync.WaitGroup
	histories := make([][]porcupine.Operation, clients)
	for c := range clients {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(seed, uint64(c)))
			for range callsEach {
				o := porcupine.Operation{ClientId: c, Call: clock.Add(1)}
				o.Input, o.Output = do(rng)
				o.Return = clock.Add(1)
				histories[c] = append(histories[c], o)
			}
		})
	}
	wg.Wait()
	var all []porcupine.Operation
	for _, h := range histories {
		all = append(all, h...)
	}
	return all
}

// overlapping counts the pairs of calls that ran at the same time.
func overlapping(h []porcupine.Operation) (n int) {
	for i, a := range h {
		for _, b := range h[:i] {
			if a.Call < b.Return && b.Call < a.Return {
				n++
			}
		}
	}
	return n
}
