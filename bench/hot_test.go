package bench

import (
	"fmt"
	"testing"

	"github.com/weft-stm/weft/stm"
)

// BenchmarkHot has every goroutine read and write the same k variables in every
// transaction. lost/op is the attempts lost for each that committed.
func BenchmarkHot(b *testing.B) {
	for _, k := range []int{1, 2, 8, 64} {
		for _, g := range []int{1, 2, 8, 64} {
			for _, s := range systems {
				if s.owned {
					continue
				}
				f := s.maker()(k).rmw
				if f == nil {
					continue
				}
				fs := make([]func(), g)
				for i := range fs {
					fs[i] = f
				}
				b.Run(fmt.Sprintf("k=%d/g=%d/lib=%s", k, g, s.name), func(b *testing.B) {
					before := stm.ReadStats()
					share(b, fs)
					d := stm.ReadStats().Sub(before)
					b.ReportMetric(float64(d.Conflicts)/float64(b.N), "lost/op")
				})
			}
		}
	}
}
