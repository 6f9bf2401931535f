package sched_test

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// A job is what the benchmarks of the queue do a million times: read a
// variable, compute for a while, write it. Of a hundred units so many as
// conflicts says use one common variable, the others one that no unit near them
// uses.
type job struct {
	units     int
	conflicts int // per cent
	rounds    int // of arithmetic
}

const jobVars = 1024

// at returns which variable unit i uses, 0 being the common one.
func (j job) at(i int) int {
	if i*37%100 < j.conflicts {
		return 0
	}
	return 1 + i%jobVars
}

// compute is the work of one unit; nobody else takes part in it.
func (j job) compute(v int) int {
	seed := uint64(v) + 1
	for range j.rounds {
		seed ^= seed << 13
		seed ^= seed >> 7
		seed ^= seed << 17
	}
	return v + 1 + int(seed&1)
}

// loop is the job without any protection.
func (j job) loop() {
	vars := make([]int, 1+jobVars)
	for i := range j.units {
		v := &vars[j.at(i)]
		*v = j.compute(*v)
	}
}

// mutex is the job on workers that hold a lock for each unit.
func (j job) mutex() {
	vars := make([]int, 1+jobVars)
	var next atomic.Int64
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < j.units; i = int(next.Add(1)) - 1 {
				mu.Lock()
				v := &vars[j.at(i)]
				*v = j.compute(*v)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
}

func (j job) body(vars []tvar.Var[int], i int) sched.Body {
	return func(tx *stm.Tx) error {
		v := &vars[j.at(i)]
		v.Set(tx, j.compute(v.Get(tx)))
		return nil
	}
}

// queue is the job as units of a Queue, which are added first.
func (j job) queue(opts ...sched.QueueOption) {
	vars := make([]tvar.Var[int], 1+jobVars)
	q := sched.NewQueue(opts...)
	for i := range j.units {
		q.Add(j.body(vars, i))
	}
	if err := q.Run(ctx); err != nil {
		panic(err)
	}
}

// forEach is the job over a sequence.
func (j job) forEach(opts ...sched.QueueOption) {
	vars := make([]tvar.Var[int], 1+jobVars)
	err := sched.ForEach(ctx, j.numbers, func(tx *stm.Tx, i int) error {
		v := &vars[j.at(i)]
		v.Set(tx, j.compute(v.Get(tx)))
		return nil
	}, opts...)
	if err != nil {
		panic(err)
	}
}

func (j job) numbers(yield func(int) bool) {
	for i := range j.units {
		if !yield(i) {
			return
		}
	}
}

// BenchmarkQueue does a job in one go for each iteration: use -benchtime=1x,
// and read ns/unit. The lines of equal conflicts and rounds belong together.
func BenchmarkQueue(b *testing.B) {
	units := 1_000_000
	if testing.Short() {
		units = 20_000
	}
	for _, rounds := range []int{0, 128, 640} { // 0, 200 ns and 1 µs
		for _, conflicts := range []int{0, 1, 10, 100} {
			j := job{units, conflicts, rounds}
			for _, s := range []struct {
				name string
				run  func()
			}{
				{"loop", j.loop},
				{"mutex", j.mutex},
				{"queue", func() { j.queue() }},
				{"ordered", func() { j.queue(sched.Ordered()) }},
				{"foreach", func() { j.forEach() }},
				{"orderedforeach", func() { j.forEach(sched.Ordered()) }},
			} {
				b.Run(fmt.Sprintf("rounds=%d/conflicts=%d/lib=%s", rounds, conflicts, s.name), func(b *testing.B) {
					before := stm.ReadStats()
					b.ReportAllocs()
					for b.Loop() {
						s.run()
					}
					spent := stm.ReadStats().Sub(before)
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*units), "ns/unit")
					b.ReportMetric(float64(spent.Conflicts)/float64(b.N*units), "lost/unit")
				})
			}
		}
	}
}

var _ = slices.Sort[[]int]
