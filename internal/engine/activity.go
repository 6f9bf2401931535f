package engine

import "github.com/weft-stm/weft/internal/atomics"

// An activity is a descriptor's public face: whether an attempt runs, and
// what happened so far.
//
// serial counts attempts in its upper bits; the lowest bit is set while one
// runs. The owner stores it before it samples the clock and after its last
// access to a cell: Quiesce waits on it.
type activity struct {
	serial atomics.Uint64
	counts [numCounts]atomics.Uint64 // rare events only; see stats.go
}

var activities registry[activity]

func (a *activity) begin() { a.serial.Store(a.serial.Load() + 3) }
func (a *activity) end()   { a.serial.Store(a.serial.Load() &^ 1) }

func (a *activity) count(n count) { a.counts[n].Add(1) }
