package starstm

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"go.starlark.net/starlark"
)

// A crew is the guest threads that work on the tasks of one call of parallel
// or each, while the thread that called waits. So nothing that it captured
// changes meanwhile, and the tasks have it frozen.
type crew struct {
	g       *guest
	name    string
	tasks   []task
	call    func(context.Context, *starlark.Thread, task) (starlark.Value, error)
	next    atomic.Int64
	results []starlark.Value
	steps   atomic.Uint64

	mu     sync.Mutex
	err    error // the first
	thrown any   // what the first panic threw
}

// run has n threads perform tasks, and returns the list of their results. The
// first error cancels the rest.
func (g *guest) run(name string, n int, tasks []task, call func(context.Context, *starlark.Thread, task) (starlark.Value, error)) (starlark.Value, error) {
	ctx, cancel := context.WithCancelCause(g.ctx)
	defer cancel(nil)
	c := &crew{g: g, name: name, tasks: tasks, call: call, results: make([]starlark.Value, len(tasks))}
	var threads sync.WaitGroup
	for range min(n, len(tasks)) {
		threads.Go(func() { c.work(ctx, cancel) })
	}
	threads.Wait()
	g.thread.Steps += c.steps.Load()
	if c.thrown != nil {
		panic(c.thrown)
	}
	if c.err != nil {
		return nil, c.err
	}
	if slices.Contains(c.results, nil) {
		return nil, fmt.Errorf("%s: a task has ended its goroutine", name)
	}
	return starlark.NewList(c.results), nil
}

// work is one thread of the crew.
func (c *crew) work(ctx context.Context, cancel context.CancelCauseFunc) {
	thread := c.newThread()
	defer func() {
		c.steps.Add(thread.Steps)
		if r := recover(); r != nil {
			c.fail(nil, r)
			cancel(errOther)
		}
	}()
	for ctx.Err() == nil {
		i := int(c.next.Add(1)) - 1
		if i >= len(c.tasks) {
			return
		}
		err := c.g.rt.enter(ctx, thread, func() (err error) {
			c.results[i], err = c.call(ctx, thread, c.tasks[i])
			return err
		})
		if err != nil {
			c.fail(fmt.Errorf("%s: task %d: %w", c.name, i, located(err)), nil)
			cancel(errOther)
			return
		}
	}
	c.fail(context.Cause(ctx), nil) // of the caller's context, unless another task has failed
}

// errOther ends the tasks beside one that has failed.
var errOther = errors.New("starstm: another task has failed")

// fail notes why a task has ended; the first counts.
func (c *crew) fail(err error, thrown any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil && c.thrown == nil {
		c.err, c.thrown = err, thrown
	}
}

// newThread returns a thread for the crew.
func (c *crew) newThread() *starlark.Thread {
	rt, parent := c.g.rt, c.g.thread
	var thread *starlark.Thread
	if rt.NewThread != nil {
		thread = rt.NewThread(parent)
	} else {
		thread = &starlark.Thread{Name: parent.Name}
	}
	if thread.Print == nil {
		thread.Print = c.g.printer()
		if g, err := rt.attach(thread); err == nil { // otherwise enter says what is wrong
			g.prints = thread.Print
		}
	}
	return thread
}

// printer returns the Print hook of threads that print as g does. A crew of a
// crew has that of the outer one, which takes the lock once.
func (g *guest) printer() func(*starlark.Thread, string) {
	if g.prints != nil {
		return g.prints
	}
	return func(_ *starlark.Thread, msg string) {
		g.rt.printing.Lock()
		defer g.rt.printing.Unlock()
		show(g.thread, msg)
	}
}

// located puts the position where a script failed before its message. The
// backtrace is lost on the way to another thread.
func located(err error) error {
	var e *starlark.EvalError
	if !errors.As(err, &e) {
		return err
	}
	for i := range e.CallStack {
		if f := e.CallStack.At(i); f.Pos.Line > 0 {
			return fmt.Errorf("%s: in %s: %w", f.Pos, f.Name, err)
		}
	}
	return err
}
