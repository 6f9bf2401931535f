//go:build stmexplore

package explore_test

import (
	"testing"

	"github.com/weft-stm/weft/internal/explore"
)

func BenchmarkRuns(b *testing.B) {
	p := scenario(func(w *world) {
		x := newVar(w, 0)
		w.Go("T0", func() { add(x, 1) })
		w.Go("T1", func() { add(x, 1) })
	})
	steps := 0
	for b.Loop() {
		r := explore.Explore(p, explore.Preemptions(3, 1000))
		steps += r.Steps
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(steps), "ns/step")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(1000*b.N), "ns/run")
}
