package sched

import (
	"runtime"

	"github.com/weft-stm/weft/stm"
)

// A QueueOption adjusts a [Queue] or a [ForEach]. The zero QueueOption changes
// nothing.
type QueueOption struct {
	set func(c *config)
}

type config struct {
	workers   int // 0: one for each processor
	ordered   bool
	outside   bool
	lookAhead int // 0: in proportion to the workers
	opts      []stm.Option
	every     int // 0: no progress
	progress  func(done int)
}

// Workers sets how many units are run at a time; without it there are as many
// as runtime.GOMAXPROCS tells. A unit that waits by Retry, or for its turn in
// an ordered queue, does not count. It panics if n is not positive.
func Workers(n int) QueueOption {
	if n <= 0 {
		panic("sched: Workers needs a positive number of workers")
	}
	return QueueOption{func(c *config) { c.workers = n }}
}

// UnitOptions gives opts to each transaction, before what Add was given for it.
func UnitOptions(opts ...stm.Option) QueueOption {
	return QueueOption{func(c *config) { c.opts = append(c.opts, opts...) }}
}

// LookAhead limits how many values a [ForEach] draws from its sequence before
// their turn to be run; without it, 16 for each worker. It panics if n is not
// positive.
func LookAhead(n int) QueueOption {
	if n <= 0 {
		panic("sched: LookAhead needs a positive number of values")
	}
	return QueueOption{func(c *config) { c.lookAhead = n }}
}

// Progress calls f whenever about every units more have been run to their end,
// with their number since the queue was made. f is called in the goroutine
// that called Run or ForEach, while the workers go on; when it is slow it is
// called less often. It panics if every is not positive.
func Progress(every int, f func(done int)) QueueOption {
	if every <= 0 || f == nil {
		panic("sched: Progress needs a positive number of units and a function")
	}
	return QueueOption{func(c *config) { c.every, c.progress = every, f }}
}

// limit is how many units are run at a time.
func (c *config) limit() int {
	if c.workers > 0 {
		return c.workers
	}
	return runtime.GOMAXPROCS(0)
}

func (c *config) ahead() int {
	if c.lookAhead > 0 {
		return c.lookAhead
	}
	return 16 * c.limit()
}
