package bench

import (
	"fmt"
	"sync"
	"testing"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// A sequence is what can be done with the elements of an array or a vector.
type sequence struct {
	get, set, add func(i int)
}

var sequences = []struct {
	lib  string
	make func(n int) sequence
}{
	{"mutex", func(n int) sequence {
		var mu sync.Mutex
		xs := make([]int, n)
		return sequence{
			get: func(i int) { mu.Lock(); sink[0] = uint64(xs[i]); mu.Unlock() },
			set: func(i int) { mu.Lock(); xs[i] = i; mu.Unlock() },
			add: func(i int) { mu.Lock(); xs = append(xs, i); mu.Unlock() },
		}
	}},
	{"rwmutex", func(n int) sequence {
		var mu sync.RWMutex
		xs := make([]int, n)
		return sequence{
			get: func(i int) { mu.RLock(); _ = xs[i]; mu.RUnlock() },
			set: func(i int) { mu.Lock(); xs[i] = i; mu.Unlock() },
			add: func(i int) { mu.Lock(); xs = append(xs, i); mu.Unlock() },
		}
	}},
	{"weft-array", func(n int) sequence {
		a := tvar.NewArray[int](n)
		return sequence{get: func(i int) { a.Load(i) }, set: func(i int) { a.Store(i, i) }}
	}},
	{"weft", func(n int) sequence {
		v := new(tvar.Vector[int])
		v.Extend(make([]int, n)...)
		return sequence{
			get: func(i int) { v.Load(i) },
			set: func(i int) { v.Store(i, i) },
			add: func(i int) { v.Extend(i) },
		}
	}},
	{"weft-tx", func(n int) sequence {
		v := new(tvar.Vector[int])
		v.Extend(make([]int, n)...)
		in := func(body func(tx *stm.Tx)) {
			_ = stm.Atomically(ctx, func(tx *stm.Tx) error { body(tx); return nil })
		}
		return sequence{
			get: func(i int) { in(func(tx *stm.Tx) { v.Get(tx, i) }) },
			set: func(i int) { in(func(tx *stm.Tx) { v.Set(tx, i, i) }) },
			add: func(i int) { in(func(tx *stm.Tx) { v.Append(tx, i) }) },
		}
	}},
}

// BenchmarkVector gets and sets elements of a Vector and of an Array, and adds
// some at the end.
func BenchmarkVector(b *testing.B) {
	const n = 1 << 12
	for _, op := range []string{"get", "set", "append"} {
		for _, g := range []int{1, 2} {
			for _, s := range sequences {
				b.Run(fmt.Sprintf("op=%s/g=%d/lib=%s", op, g, s.lib), func(b *testing.B) {
					q := s.make(n)
					f := map[string]func(int){"get": q.get, "set": q.set, "append": q.add}[op]
					if f == nil {
						b.Skip("an array has a fixed length")
					}
					fs := make([]func(), g)
					for i := range fs {
						at := new([64]int) // no other goroutine's line
						at[32] = i * n / 2
						fs[i] = func() {
							at[32]++
							f(at[32] & (n - 1))
						}
					}
					b.ReportAllocs()
					b.ResetTimer()
					share(b, fs)
				})
			}
		}
	}
}
