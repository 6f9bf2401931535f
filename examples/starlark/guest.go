package starstm

import (
	"context"
	"errors"
	"fmt"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// guestKey is the thread-local name under which a thread finds its guest.
const guestKey = "github.com/weft-stm/weft/examples/starlark"

// A guest is a Starlark thread that works on the heap of a Runtime. Only the
// goroutine that runs the thread touches it.
type guest struct {
	rt      *Runtime
	thread  *starlark.Thread
	ctx     context.Context
	at      *attempt // of the atomic block that runs; nil between blocks
	depth   int      // of nested Calls
	misfits bool     // see misfit
	tally   counts
	spare   []*locals
	prints  func(*starlark.Thread, string) // of a thread of a crew, unless the host made it one
	names   map[syntax.Position]string     // see nameOf
}

// enter runs f as the guest of thread.
func (rt *Runtime) enter(ctx context.Context, thread *starlark.Thread, f func() error) (err error) {
	g, err := rt.attach(thread)
	if err != nil {
		return err
	}
	outer := g.ctx
	g.ctx = ctx
	g.depth++
	stop := cancelWith(ctx, thread)
	defer func() {
		g.ctx = outer
		if g.depth--; g.depth == 0 {
			rt.tally.add(&g.tally)
		}
		if stop() && err != nil {
			err = &cancelled{err, context.Cause(ctx)}
		}
		if r := recover(); r != nil {
			m, ok := r.(misuse)
			if !ok {
				panic(r) // atop the frames of the first panic: its trace shows both
			}
			err = m.error
		}
	}()
	return f()
}

// attach returns the guest of thread, new or known.
func (rt *Runtime) attach(thread *starlark.Thread) (*guest, error) {
	if g := guestOf(thread); g != nil {
		if g.rt != rt {
			return nil, errors.New("starstm: this thread is a guest of another Runtime: use one starlark.Thread for each")
		}
		return g, nil
	}
	g := &guest{rt: rt, thread: thread}
	thread.SetLocal(guestKey, g)
	return g, nil
}

func guestOf(thread *starlark.Thread) *guest {
	g, _ := thread.Local(guestKey).(*guest)
	return g
}

// running returns the guest of thread for the built-in function name.
func running(thread *starlark.Thread, name string) (*guest, error) {
	if g := guestOf(thread); g != nil && g.depth > 0 {
		return g, nil
	}
	return nil, fmt.Errorf("%s: this thread is no guest: start it with Runtime.Call or Runtime.Exec", name)
}

// cancelWith cancels thread when ctx ends. The returned function undoes that
// and reports whether it came too late. It leaves nothing running.
func cancelWith(ctx context.Context, thread *starlark.Thread) (stop func() bool) {
	if ctx.Done() == nil {
		return func() bool { return false }
	}
	done := make(chan struct{})
	cancel := context.AfterFunc(ctx, func() {
		thread.Cancel(context.Cause(ctx).Error())
		close(done)
	})
	return func() bool {
		if cancel() {
			return false
		}
		<-done
		return true
	}
}

// cancelled is an error of a script whose context has ended. It matches both.
type cancelled struct {
	error
	cause error
}

func (c *cancelled) Unwrap() []error { return []error{c.error, c.cause} }
