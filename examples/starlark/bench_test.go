package starstm

import (
	"fmt"
	"testing"

	"go.starlark.net/starlark"
)

const benchSource = `
def rmw(keys, d):
    for k in keys:
        d[k] = d.get(k, 0) + 1

def add(keys, d):
    for k in keys:
        d.add(k, 1)

def turn(f, keys, d, n):
    for _ in range(n):
        atomic(f, keys, d)
`

// BenchmarkBlock runs blocks that use some keys of a dict, twice each, on one
// thread: what a block costs without a rival, under either engine.
//
//	go test -run - -bench Block ./examples/starlark
func BenchmarkBlock(b *testing.B) {
	for _, program := range []string{"rmw", "add"} {
		for _, keys := range []int{1, 10, 300} {
			for _, mode := range []Mode{Mutex, STM} {
				b.Run(fmt.Sprintf("%s/keys=%d/%s", program, keys, mode), func(b *testing.B) {
					rt := &Runtime{Mode: mode}
					s := load(b, rt, benchSource, nil)
					d := rt.NewDict("d")
					var list []starlark.Value
					for i := range 2 * keys {
						list = append(list, starlark.String(fmt.Sprintf("key%d", i%keys)))
					}
					b.ReportAllocs()
					b.ResetTimer()
					s.call("turn", s.globals[program], starlark.NewList(list), d, starlark.MakeInt(b.N))
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(keys), "ns/key")
				})
			}
		}
	}
}
