package trial

import (
	"context"
	"math/rand/v2"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/weft-stm/weft/stress/internal/memory"
	"github.com/weft-stm/weft/stress/internal/workload"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var ctx = context.Background()

// invariant is how a finding begins that is not the checker's.
var invariant = regexp.MustCompile(`^(hand \d+: |at rest: [^v])`)

func try(t *testing.T, c Config) *Result {
	t.Helper()
	if c.Seed == 0 {
		c.Seed = rand.Uint64()
	}
	r, err := Run(ctx, c)
	require.NoError(t, err)
	return r
}

// TestWorkloadsHold runs every workload on every system that promises opacity.
func TestWorkloadsHold(t *testing.T) {
	for _, w := range workload.All() {
		for _, engine := range []string{memory.Weft, memory.Policies, memory.Mutex, memory.RWMutex} {
			t.Run(w.Name+"/"+engine, func(t *testing.T) {
				r := try(t, Config{Workload: w, Engine: engine, Hands: 4, Noise: DefaultNoise, Attempts: 4000, Window: 1500})
				require.Empty(t, r.Violations, r.Replay)
				require.Equal(t, "opacity", r.Guarantee)
				require.GreaterOrEqual(t, r.Attempts, int64(4000))
				require.Zero(t, r.Unordered, "%s: blind writes without a place", r.Replay)
				if system, _ := memory.Find(engine); system.Counted {
					require.NotZero(t, r.Aborted, r.Replay)
				}
			})
		}
	}
}

// TestWorkloadsSeeMissingIsolation: no workload is blind. Each notices by its
// own invariant, not by the history alone, that nothing is kept apart.
func TestWorkloadsSeeMissingIsolation(t *testing.T) {
	for _, w := range workload.All() {
		t.Run(w.Name, func(t *testing.T) {
			if raceDetector && w.Name == "irrevocable" {
				t.Skip("the detector sees it too: what is outside of the variables is plain memory")
			}
			seed := rand.Uint64()
			for range 20 {
				r := try(t, Config{
					Workload: w, Engine: memory.None, Hands: 6, Noise: Noise{Yields: 20}, Seed: seed,
					Attempts: 200_000, Window: 2000, Patience: 5 * time.Second,
				})
				require.False(t, r.Holds(), r.Replay)
				for _, v := range r.Violations {
					if invariant.MatchString(v) {
						return
					}
				}
				seed++
			}
			t.Fatalf("only the history noticed; last seed %x", seed)
		})
	}
}

// TestWorkloadsMeetWhatTheyAreFor: each provokes the events that it expects, on
// Weft, more than a few of each, and soon.
func TestWorkloadsMeetWhatTheyAreFor(t *testing.T) {
	for _, w := range workload.All() {
		t.Run(w.Name, func(t *testing.T) {
			seed, procs := rand.Uint64(), []int{2, 4, 16, 1}
			engines := []string{memory.Weft, memory.Policies} // by turns, as in the suite
			var sum Events
			met := func() bool {
				for _, e := range w.Expects {
					if sum.Of(e) < 10 {
						return false
					}
				}
				return true
			}
			for i := 0; !met(); i++ {
				require.Less(t, i, 100, "first seed %x: %v of %+v", seed, w.Expects, sum)
				r := try(t, Config{Workload: w, Engine: engines[i%2], Procs: procs[i/2%4], Noise: DefaultNoise, Seed: seed + uint64(i), Attempts: 5000})
				require.Empty(t, r.Violations, r.Replay)
				sum.Add(r.Events)
			}
		})
	}
}
