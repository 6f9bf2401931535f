package luastm

import (
	"errors"
	"time"

	"github.com/weft-stm/weft/sched"
)

// A clock is the context of a Lua state. Lua asks it before each instruction
// whether to go on, and so it counts them.
type clock struct{ s *state }

// Done returns a closed channel if the attempt is over.
func (c *clock) Done() <-chan struct{} {
	switch s := c.s; {
	case s.over:
		return closed
	case s.t.Tick(1):
		return c.look()
	}
	return nil
}

// look sees whether the thread is doomed, or the attempt lost.
func (c *clock) look() <-chan struct{} {
	if status := c.s.t.Break(0); status != sched.Proceed {
		c.s.stop(status)
		return closed
	}
	return nil
}

var closed = func() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

var errOver = errors.New("luastm: this attempt is over")

// Err is why the attempt is over.
func (c *clock) Err() error { return errOver }

// Deadline is none: deadlines are those of the context that Run gets.
func (c *clock) Deadline() (time.Time, bool) { return time.Time{}, false }

// Value knows nothing.
func (c *clock) Value(any) any { return nil }
