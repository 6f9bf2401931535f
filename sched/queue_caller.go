package sched

import (
	"math"

	"github.com/weft-stm/weft/internal/atomics"
)

// A caller is the goroutine that called Run. Its fields are guarded by the lock
// of the queue.
type caller struct {
	parker atomics.Parker
	asleep bool
}

func (c *caller) wake() {
	if c.asleep {
		c.asleep = false
		c.parker.Unpark()
	}
}

// attend waits in the goroutine of the caller, with the lock of the queue,
// until ready holds. It calls the progress function meanwhile.
func (c *crew) attend(ready func() bool) {
	for {
		switch {
		case c.progressed():
			c.report()
		case ready():
			return
		default:
			parker := atomics.NewParker()
			c.caller = caller{parker, true}
			c.q.mu.Unlock()
			parker.Park(nil)
			c.q.mu.Lock()
		}
	}
}

// progressed reports whether the progress function is to be called.
func (c *crew) progressed() bool {
	return c.q.every > 0 && c.q.done/c.q.every > c.reported
}

func (c *crew) report() {
	done := c.q.done
	c.reported = done / c.q.every
	c.q.mu.Unlock()
	defer c.q.mu.Lock()
	c.q.progress(done)
}

// abort stops the crew because the caller is on its way out, and waits until
// it is gone.
func (c *crew) abort() {
	c.q.mu.Lock()
	c.reported = math.MaxInt // no more progress
	c.stop(nil)
	c.disband()
	c.q.mu.Unlock()
	c.breakOff()
}

func (c *crew) gone() bool { return len(c.members) == 0 }

// disband ends the Run once all members are gone, and returns how many units
// it leaves behind.
func (c *crew) disband() (left int) {
	c.attend(c.gone)
	c.q.crew = nil
	left = c.q.units.len()
	if left > 0 {
		c.q.units.sort()
	}
	c.cancel(nil)
	return left
}

// breakOff lets the sequences clean up of which a body has failed.
func (c *crew) breakOff() {
	for _, u := range c.culprits {
		if s := u.steps(); s != nil {
			s.end()
		}
	}
}
