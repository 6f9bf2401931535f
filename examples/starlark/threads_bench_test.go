package starstm

import (
	"fmt"
	"sync"
	"testing"

	"go.starlark.net/starlark"
)

// threadsSource has blocks that add to five keys, those of their thread or
// everybody's, and compute.
const threadsSource = `
def block(d, base, loop):
    for k in range(base, base + 5):
        d[k] = d.get(k, 0) + 1
    s = 0
    for i in range(loop):
        s += i % 7
    return s

def work(d, me, every, loop, n):
    for i in range(n):
        base = 1000 * (me + 1) + 5 * (i % 100)
        if every and i % every == 0: base = 0
        atomic(block, d, base, loop)
`

// BenchmarkThreads runs blocks on one guest thread and on two, as transactions
// and under one mutex, the interpreter and the program being the same:
//
//	free  each thread has keys of its own
//	10%   each tenth block uses five keys that all threads use
//	hot   all do
//
//	go test -run - -bench Threads ./examples/starlark
func BenchmarkThreads(b *testing.B) {
	for _, loop := range []int{0, 50, 500} {
		for _, share := range []struct {
			name  string
			every int
		}{{"free", 0}, {"10%", 10}, {"hot", 1}} {
			for _, threads := range []int{1, 2} {
				for _, mode := range []Mode{Mutex, STM} {
					b.Run(fmt.Sprintf("loop=%d/%s/threads=%d/%s", loop, share.name, threads, mode), func(b *testing.B) {
						benchThreads(b, mode, threads, share.every, loop)
					})
				}
			}
		}
	}
}

func benchThreads(b *testing.B, mode Mode, threads, every, loop int) {
	rt := &Runtime{Mode: mode}
	s := load(b, rt, threadsSource, nil)
	d := rt.NewDict("d")
	var running sync.WaitGroup
	b.ReportAllocs()
	b.ResetTimer()
	for me := range threads {
		n := b.N / threads
		if me == 0 {
			n += b.N % threads
		}
		running.Go(func() {
			args := starlark.Tuple{d, starlark.MakeInt(me), starlark.MakeInt(every), starlark.MakeInt(loop), starlark.MakeInt(n)}
			if _, err := rt.Call(b.Context(), new(starlark.Thread), s.globals["work"], args, nil); err != nil {
				b.Error(err)
			}
		})
	}
	running.Wait()
	b.ReportMetric(float64(rt.Stats().Restarts)/float64(b.N), "restarts/op")
}
