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

func TestSmoke(t *testing.T) {
	inModes(t, func(t *testing.T, m *sched.Machine) {
		var c heap.Cell[int]
		var d heap.Dict[string, int]
		var a heap.Array[string]
		var n heap.Counter
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				th, err := m.NewThread(ctx, nil)
				if err != nil {
					panic(err)
				}
				defer th.Close()
				for range 1000 {
					if err := th.Atomically(func() error {
						c.Set(th, c.Get(th)+1)
						v, _ := d.Get(th, "x")
						d.Set(th, "x", v+1)
						heap.AddTo(th, &d, "y", 1)
						a.Append(th, "z")
						n.Add(th, 1)
						return nil
					}); err != nil {
						panic(err)
					}
				}
			})
		}
		wg.Wait()
		do(t, m, func(th *sched.Thread) {
			require.Equal(t, 4000, c.Get(th))
			v, _ := d.Get(th, "x")
			require.Equal(t, 4000, v)
			v, _ = d.Get(th, "y")
			require.Equal(t, 4000, v)
			require.Equal(t, 4000, a.Len(th))
			require.EqualValues(t, 4000, n.Get(th))
			require.Equal(t, []string{"x", "y"}, d.Keys(th))
		})
		t.Log(m.Stats())
	})
}
