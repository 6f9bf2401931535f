package history

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// fabricate records attempts as a busy correct memory would leave them: workers
// interleaved, a quarter of the attempts undone, 3 operations each. The stamps
// are those of the events' order, so that as many intervals overlap as workers.
func fabricate(attempts, workers, vars int, rng *rand.Rand) *History {
	h := New(vars, workers)
	now := make([]Token, vars)
	for v := range now {
		now[v] = h.Initial(v)
	}
	version := uint64(0)
	for i := range attempts {
		l := h.Log(rng.IntN(workers))
		l.Begin()
		aborts := rng.IntN(4) == 0
		for range 3 {
			v := rng.IntN(vars)
			if l.Read(v, now[v]); rng.IntN(2) == 0 {
				if tok := l.Write(v, now[v]); !aborts {
					now[v] = tok
				}
			}
			if aborts {
				break
			}
		}
		version++
		if aborts {
			l.Abort()
		} else {
			l.Commit(version)
		}
		a := l.attempts.at(l.attempts.n - 1)
		a.begin, a.end = int64(max(0, i-workers)), int64(i+1)
	}
	return h
}

func BenchmarkCheck(b *testing.B) {
	for _, attempts := range []int{1_000, 100_000, 1_000_000} {
		for _, workers := range []int{4, 64} {
			b.Run(fmt.Sprintf("attempts=%d/workers=%d", attempts, workers), func(b *testing.B) {
				h := fabricate(attempts, workers, 64, rand.New(rand.NewPCG(1, 1)))
				b.ReportAllocs()
				for b.Loop() {
					if err := h.Check().Err(); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(attempts)*float64(b.N)/b.Elapsed().Seconds(), "attempts/s")
			})
		}
	}
}

// BenchmarkRecord is what a harness pays for an attempt of four operations.
func BenchmarkRecord(b *testing.B) {
	h := New(4, 1)
	l := h.Log(0)
	for b.Loop() {
		l.Start()
		l.Begin()
		for v := range 3 {
			l.Read(v, h.Initial(v))
		}
		l.Write(3, h.Initial(3))
		l.Commit(1)
		if l.attempts.n == 1<<16 {
			h.Next(h.initial)
		}
	}
}

// TestMillionAttempts reports the cost of a large window; it asserts the verdict
// and, since the amount of memory does not depend on the machine's mood, that.
func TestMillionAttempts(t *testing.T) {
	if testing.Short() || raceEnabled {
		t.Skip("large")
	}
	h := fabricate(1_000_000, 16, 64, rand.New(rand.NewPCG(1, 2)))
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := time.Now()
	r := h.Check()
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	require.NoError(t, r.Err())
	allocated := after.TotalAlloc - before.TotalAlloc
	t.Logf("%v; record %d MB, check at most %d MB", r.Counts, before.HeapAlloc>>20, allocated>>20)
	t.Logf("took %v", took)
	require.Less(t, before.HeapAlloc+allocated, uint64(1<<30))

	// The same with one stale read among them.
	l := h.Log(3)
	l.Begin()
	l.Read(5, h.Initial(5))
	l.Commit(0)
	a := l.attempts.at(l.attempts.n - 1)
	a.begin, a.end = 2_000_000, 2_000_001
	start = time.Now()
	r = h.Check()
	t.Logf("with a stale read: took %v\n%v", time.Since(start), r)
	require.ErrorIs(t, r.Err(), StaleRead)
	require.Len(t, r.Violations[0].Cycle, 2)
}
