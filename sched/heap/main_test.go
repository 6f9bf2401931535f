package heap_test

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/sched/heap"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var ctx = context.Background()

// modes are all, and STM with transactions also for a single thread.
var modes = map[string][]sched.MachineOption{
	"gil":      {sched.In(sched.GIL)},
	"serial":   {sched.In(sched.Serial)},
	"stm":      {sched.In(sched.STM)},
	"transact": {sched.In(sched.STM), sched.AlwaysTransact()},
}

// inModes runs f on a Machine of each mode.
func inModes(t *testing.T, f func(t *testing.T, m *sched.Machine)) {
	for name, opts := range modes {
		t.Run(name, func(t *testing.T) { f(t, sched.NewMachine(opts...)) })
	}
}

// do runs body as one atomic region of a thread of its own.
func do(t *testing.T, m *sched.Machine, body func(th *sched.Thread)) {
	t.Helper()
	th, err := m.NewThread(ctx, nil)
	require.NoError(t, err)
	defer th.Close()
	require.NoError(t, th.Atomically(func() error { body(th); return nil }))
}

// transacting returns a Machine that runs transactions also for one thread.
func transacting() *sched.Machine { return sched.NewMachine(sched.AlwaysTransact()) }

// beside runs body as a region of another thread, on another goroutine, to its
// end.
func beside(t *testing.T, m *sched.Machine, body func(th *sched.Thread)) {
	t.Helper()
	done := make(chan any)
	go func() {
		defer func() { done <- recover() }()
		th, err := m.NewThread(ctx, nil)
		if err != nil {
			panic(err)
		}
		defer th.Close()
		if err := th.Atomically(func() error { body(th); return nil }); err != nil {
			panic(err)
		}
	}()
	if p := <-done; p != nil {
		panic(p)
	}
}

// attempts returns how often a region runs that reads, while write runs beside
// its first attempt, and then writes something of its own.
func attempts(t *testing.T, m *sched.Machine, read, write func(th *sched.Thread)) (n int) {
	t.Helper()
	var own heap.Cell[int]
	do(t, m, func(th *sched.Thread) {
		n++
		own.Set(th, n)
		read(th)
		if n == 1 {
			beside(t, m, write)
		}
	})
	return n
}

// each runs body on several threads at once, often.
func each(t *testing.T, m *sched.Machine, threads, times int, body func(th *sched.Thread, thread, i int)) {
	t.Helper()
	var wg sync.WaitGroup
	for thread := range threads {
		wg.Go(func() {
			th, err := m.NewThread(ctx, nil)
			if err != nil {
				panic(err)
			}
			defer th.Close()
			for i := range times {
				if err := th.Atomically(func() error { body(th, thread, i); return nil }); err != nil {
					panic(err)
				}
			}
		})
	}
	wg.Wait()
}
