package starstm

import (
	"sync"
	"time"
)

// Stats tell what the guest threads of a Runtime have done.
type Stats struct {
	Blocks   uint64        // atomic blocks, views and single operations completed
	Restarts uint64        // runs of a block that were undone by a conflict
	Retries  uint64        // runs of a block that ended in retry()
	Failures uint64        // blocks that ended in an error or a panic
	Lost     time.Duration // spent in restarted runs, pauses between them included
}

// Stats returns the sums over all Calls and Execs that have returned.
func (rt *Runtime) Stats() Stats {
	rt.tally.mu.Lock()
	defer rt.tally.mu.Unlock()
	return rt.tally.sum
}

// counts are the Stats of a guest since it last reported them. Guests report
// when a Call returns: a counter that all of them share would be the very
// conflict that they are meant to avoid.
type counts Stats

type tally struct {
	mu  sync.Mutex
	sum Stats
}

// add moves c into t.
func (t *tally) add(c *counts) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sum.Blocks += c.Blocks
	t.sum.Restarts += c.Restarts
	t.sum.Retries += c.Retries
	t.sum.Failures += c.Failures
	t.sum.Lost += c.Lost
	*c = counts{}
}
