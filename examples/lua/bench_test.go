package luastm

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/sched"
)

// benchScript adds to five keys, of its thread or everybody's, and computes.
const benchScript = `
local base, loop = ...
for k = base, base + 4 do
    shared[k] = (shared[k] or 0) + 1
end
local s = 0
for i = 1, loop do s = s + i % 7 end
return s`

// BenchmarkScript runs scripts on one thread and on two, as transactions and
// under one mutex, the interpreter and the tables being the same:
//
//	free  each thread has keys of its own
//	10%   each tenth script uses five keys that all threads use
//	hot   all do
//
//	go test -run - -bench Script ./examples/lua
func BenchmarkScript(b *testing.B) {
	for _, loop := range []int{0, 100, 1000} {
		for _, share := range []struct {
			name  string
			every int
		}{{"free", 0}, {"10%", 10}, {"hot", 1}} {
			for _, threads := range []int{1, 2} {
				for _, mode := range []string{"mutex", "stm"} {
					b.Run(fmt.Sprintf("loop=%d/%s/threads=%d/%s", loop, share.name, threads, mode), func(b *testing.B) {
						benchScripts(b, mode, threads, share.every, loop)
					})
				}
			}
		}
	}
}

func benchScripts(b *testing.B, mode string, threads, every, loop int) {
	opts := Options{Transact: true}
	var mu sync.Locker = new(sync.Mutex)
	if mode == "mutex" {
		opts = Options{Mode: sched.GIL}
	} else {
		mu = noLock{}
	}
	rt := New(opts)
	s, err := rt.Compile("bench.lua", benchScript)
	require.NoError(b, err)
	var next atomic.Int64
	var running sync.WaitGroup
	b.ReportAllocs()
	b.ResetTimer()
	for me := range threads {
		running.Go(func() {
			for i := 0; next.Add(1) <= int64(b.N); i++ {
				base := 1000*(me+1) + 5*(i%100)
				if every > 0 && i%every == 0 {
					base = 0
				}
				mu.Lock()
				_, err := rt.Run(b.Context(), s, base, loop)
				mu.Unlock()
				if err != nil {
					b.Error(err)
				}
			}
		})
	}
	running.Wait()
	b.ReportMetric(float64(rt.Stats().Aborts)/float64(b.N), "aborts/op")
}

// noLock is what transactions need.
type noLock struct{}

func (noLock) Lock()   {}
func (noLock) Unlock() {}
