package trial

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"time"

	"github.com/weft-stm/weft/stress/internal/memory"
	"github.com/weft-stm/weft/stress/internal/workload"
)

// A Measurement is what a workload did in a certain time, without noise and
// without recording.
type Measurement struct {
	Steps   int64
	Views   int64 // calls of View
	Elapsed time.Duration
	Latency Latency // of some of the steps
}

// Rate returns the steps in a second.
func (m *Measurement) Rate() float64 { return float64(m.Steps) / m.Elapsed.Seconds() }

// Measure runs a workload for c.Duration. The workload still checks itself; a
// violation is an error. Procs, Noise, Attempts and what concerns windows are
// not used.
func Measure(ctx context.Context, c Config) (*Measurement, error) {
	system, err := memory.Find(c.Engine)
	if err != nil {
		return nil, err
	}
	if c.Workload.Needs&^system.Features != 0 {
		return nil, fmt.Errorf("%w: %s on %s", ErrUnable, c.Workload.Name, c.Engine)
	}
	hands := max(c.Hands, c.Workload.Least)
	instance := c.Workload.Make(hands, rand.New(rand.NewPCG(c.Seed, ^uint64(0))))
	mem := memory.New(c.Engine, instance.Initial)
	runtime.GC() // the garbage of one run is no burden to the next
	done := make([]tally, hands)
	within, stop := context.WithTimeout(ctx, c.Duration)
	defer stop()
	start := time.Now()
	var wg sync.WaitGroup
	for id := range hands {
		s := newPlain(mem)
		h := &workload.Hand{ID: id, Rand: rand.New(rand.NewPCG(c.Seed, uint64(id)<<1)), Session: s}
		wg.Go(func() {
			done[id].run(within, stop, instance, h)
			done[id].views = s.views
		})
	}
	wg.Wait()
	m := &Measurement{Elapsed: time.Since(start)}
	for i := range done {
		m.Steps += done[i].steps
		m.Views += done[i].views
		m.Latency.Add(&done[i].latency)
		err = errors.Join(err, done[i].err)
	}
	if err == nil {
		err = instance.Check(mem.Load)
	}
	if err == nil {
		err = ctx.Err()
	}
	return m, err
}

// A tally is what one hand did.
type tally struct {
	steps, views int64
	latency      Latency
	err          error
	_            [64]byte // neighbours are written by other processors
}

// timedOneIn is how rarely a step is timed.
const timedOneIn = 8

func (t *tally) run(ctx context.Context, stop func(), instance *workload.Instance, h *workload.Hand) {
	for ; ctx.Err() == nil; t.steps++ {
		var begin time.Time
		if t.steps%timedOneIn == 0 {
			begin = time.Now()
		}
		if err := instance.Step(ctx, h); err != nil {
			if ctx.Err() == nil {
				t.err = fmt.Errorf("hand %d: %w", h.ID, err)
				stop()
			}
			return // unfinished: it does not count
		}
		if !begin.IsZero() {
			t.latency.note(time.Since(begin))
		}
	}
}
