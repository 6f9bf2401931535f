package sched

import (
	"context"
	"runtime"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// Run runs the units of the queue until nothing is left: no unit in the queue,
// and none under way that might add one. It returns nil then.
//
// If a unit fails Run returns a [*UnitError] as soon as the units have ended
// that had begun; if ctx ends before the queue is empty, the error of ctx. Those
// that had begun commit or, if they would have to wait, go back into the queue
// like those that had not. So each unit is committed, or named by the error, or
// still in the queue.
//
// A unit that panics stops the queue as well; Run then panics with a
// [*UnitPanic]. A unit that ends its goroutine, as testing.T.FailNow does,
// makes Run end that of its caller. An OnCommit hook that fails in one of these
// ways does so too, but its unit stays committed.
//
// Run panics while another Run of the same queue is under way.
func (q *Queue) Run(ctx context.Context) error {
	c, err := q.assemble(ctx)
	if err != nil {
		return err
	}
	return c.run(nil)
}

// assemble makes the crew of a Run.
func (q *Queue) assemble(ctx context.Context) (*crew, error) {
	// A transaction panics wherever one must not be started.
	var probe tvar.Var[bool]
	err := NewWorker().Atomically(ctx, func(tx *stm.Tx) error { probe.Set(tx, true); return nil })
	if err != nil {
		return nil, err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.crew != nil {
		panic("sched: Queue.Run while it is running: add units to the Run under way, or wait for it")
	}
	c := &crew{q: q, limit: q.limit()}
	c.ctx, c.cancel = context.WithCancelCause(ctx)
	c.order.pace = newPace(c.limit)
	if q.every > 0 {
		c.reported = q.done / q.every
	}
	q.crew = c
	return c, nil
}

// run lets the crew work until it has finished. feed, if there is one, is
// called meanwhile; it may put further units into the queue.
func (c *crew) run(feed func()) error {
	returned := false
	defer func() {
		if !returned { // feed or the progress function has broken out
			c.abort()
		}
	}()
	c.q.mu.Lock()
	c.open = feed != nil
	for i := 0; i < c.limit && c.available(); i++ {
		c.want()
	}
	c.q.mu.Unlock()
	if feed != nil {
		feed()
	}
	left := c.finish()
	returned = true
	c.breakOff()
	return c.result(left)
}

// finish waits until the crew has done all that is left.
func (c *crew) finish() (left int) {
	c.q.mu.Lock()
	defer c.q.mu.Unlock()
	c.open = false
	c.finishIfDone()
	return c.disband()
}

func (c *crew) result(left int) error {
	switch {
	case c.panicked != nil:
		panic(c.panicked)
	case c.exited:
		runtime.Goexit()
	case c.failed != nil:
		return c.failed
	case left > 0:
		return c.ended
	}
	return nil
}
