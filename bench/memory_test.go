package bench

import (
	"runtime"
	"testing"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// BenchmarkAlive keeps ten million variables alive, once made one by one and
// once as the elements of a slice, and reports the heap they take.
func BenchmarkAlive(b *testing.B) {
	const n = 10_000_000
	b.Run("kind=pointers", func(b *testing.B) {
		measureHeap(b, n, func() any {
			vs := make([]*tvar.Var[int], n)
			for i := range vs {
				vs[i] = tvar.New(i)
			}
			return vs
		})
	})
	b.Run("kind=slice", func(b *testing.B) {
		measureHeap(b, n, func() any { return make([]tvar.Var[int], n) })
	})
}

func measureHeap(b *testing.B, n int, makeVars func() any) {
	for range b.N {
		before := heap()
		vs := makeVars()
		b.ReportMetric(float64(heap()-before)/float64(n), "B/var")
		runtime.KeepAlive(vs)
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkLarge writes a hundred thousand variables in one transaction.
func BenchmarkLarge(b *testing.B) {
	vs := newVars(100_000)
	b.ReportAllocs()
	for b.Loop() {
		_ = stm.Atomically(ctx, func(tx *stm.Tx) error {
			for i, v := range vs {
				v.Set(tx, i)
			}
			return nil
		})
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(vs)), "ns/var")
}
