package sched

import (
	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/internal/invariants"
)

// SetSpawn replaces what starts the workers of queues, until restore is called.
func SetSpawn(f func(work func())) (restore func()) {
	was := spawn
	spawn = f
	return func() { spawn = was }
}

// Logged counts what the transaction of t has logged.
func Logged(t *Thread) (reads, writes int) { return engine.Accesses(&t.e) }

// Watched says that each access looks who makes it.
const Watched = invariants.Enabled

// Exploring says that this is the explorer's build: a thread looks around more
// often, and logs an access as often as it is made.
const Exploring = atomics.Exploring

// LengthAt is how long transactions of t may be that begin at the site.
func LengthAt(t *Thread, site uint32) int { return t.lengthAt(site) }
