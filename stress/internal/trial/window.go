package trial

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"github.com/weft-stm/weft/stress/internal/workload"
)

// work lets the hands work until the window is full, the time is over, or
// something was found. It reports whether all of them rest: false means that
// some could not be stopped.
func (r *run) work(ctx context.Context) (rest bool) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	r.total.full = stop
	r.total.limit.Store(r.limit())
	r.total.opsLimit.Store(r.total.ops.Load() + windowOperations)
	if left := r.Duration - time.Since(r.start); r.Duration > 0 && r.total.attempts.Load() >= r.Attempts && left > 0 {
		defer time.AfterFunc(left, stop).Stop()
	}
	var wg sync.WaitGroup
	for _, h := range r.hands {
		wg.Go(func() {
			r.runHand(ctx, h)
			h.meter.pass()
		})
	}
	done := make(chan struct{})
	go func() {
		wg.Wait()
		close(done)
	}()
	return r.watch(ctx, stop, done)
}

// limit is the number of attempts, over all windows, that ends this one.
func (r *run) limit() int64 {
	now := r.total.attempts.Load()
	limit := now + int64(r.Window)
	if r.Attempts > now {
		limit = min(limit, r.Attempts)
	}
	return limit
}

func (r *run) runHand(ctx context.Context, h *hand) {
	returned := false
	defer func() {
		if !returned {
			r.found.add(fmt.Sprintf("hand %d: panic: %v\n%s", h.ID, recover(), debug.Stack()))
			r.total.full()
		}
	}()
	for ctx.Err() == nil {
		err := r.instance.Step(ctx, &h.Hand)
		var v *workload.Violated
		switch {
		case errors.As(err, &v):
			r.found.add(fmt.Sprintf("hand %d: %v", h.ID, v))
			r.total.full()
		case err != nil && (ctx.Err() == nil || !errors.Is(err, ctx.Err())):
			r.found.add(fmt.Sprintf("hand %d: an error out of nowhere: %v", h.ID, err))
			r.total.full()
		}
		h.meter.step()
	}
	returned = true
}

// watch waits until done, reports progress, and misses it.
func (r *run) watch(ctx context.Context, stop func(), done chan struct{}) (rest bool) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	seen, since := int64(-1), time.Now()
	stopped := false
	for {
		select {
		case <-done:
			return true
		case <-tick.C:
		}
		r.report()
		// Steps stand still once the window has ended; then it is the hands that are missed.
		if steps := r.total.steps.Load(); steps != seen && ctx.Err() == nil {
			seen, since = steps, time.Now()
			continue
		}
		if time.Since(since) < r.Patience {
			continue
		}
		if stopped {
			return false
		}
		r.found.add(fmt.Sprintf("no transaction has ended for %v\n%s", r.Patience, stacks()))
		stopped, since = true, time.Now()
		stop()
	}
}

// report says how far the run is.
func (r *run) report() {
	if r.Progress != nil {
		r.Progress(Progress{r.total.attempts.Load(), time.Since(r.start), r.found.count()})
	}
}

func stacks() []byte {
	buf := make([]byte, 64<<10)
	return buf[:runtime.Stack(buf, true)]
}
