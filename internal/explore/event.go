package explore

import (
	"context"
	"time"

	"github.com/weft-stm/weft/internal/explore/access"
)

// guest returns the execution whose guest calls, or nil outside of a run.
func guest() *execution { return running.Load() }

// Begin announces that a transaction begins, and End that it has ended. Their
// order decides which transactions follow one another in real time, so both
// orders are explored. Outside of a run they do nothing.
func Begin(label string) { event(access.Begin, label) }

// End announces that a transaction has ended; see Begin.
func End(label string) { event(access.End, label) }

func event(k access.Kind, label string) {
	if e := guest(); e != nil && e.observed() {
		e.label = label
		e.step(op{kind: k, object: realTime})
	}
}

// A Context is a context.Context whose end is an access like any other: those
// of package context are changed behind the explorer's back.
type Context struct {
	done chan struct{}
	err  error
}

var _ context.Context = (*Context)(nil)

// NewContext returns a context for one run. It has no deadline and no values.
func NewContext() *Context { return &Context{done: make(chan struct{})} }

// Cancel ends the context. It is called at most once.
func (c *Context) Cancel() {
	access.StepChannel(c.done, access.Cancel)
	c.err = context.Canceled
	close(c.done)
}

// Err implements context.Context.
func (c *Context) Err() error {
	access.StepChannel(c.done, access.Poll)
	return c.err
}

// Done implements context.Context.
func (c *Context) Done() <-chan struct{} { return c.done }

// Deadline implements context.Context: there is none.
func (c *Context) Deadline() (deadline time.Time, ok bool) { return time.Time{}, false }

// Value implements context.Context: there are none.
func (c *Context) Value(any) any { return nil }
