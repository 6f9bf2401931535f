package sched

import (
	"cmp"

	"github.com/weft-stm/weft/internal/contention"
	"github.com/weft-stm/weft/stm"
)

// A Ladder makes a transaction that keeps losing give way more and more: it
// restarts at once, then after a random pause, then lets other goroutines run,
// queues for the variable that it collides on, or with all others like it if it
// collides on many, and at last takes the serial token, under which it cannot
// lose. It is what transactions do that ask for nothing else.
//
// The fields say where each step begins; for a zero field the default counts,
// so Ladder{} is the default and Ladder{SerialLosses: 4} is less patient.
type Ladder struct {
	Yield        int     // losses before other goroutines are let run: 3
	QueueSame    int     // losses on one variable before it is queued for: 2
	QueueRate    float64 // share of lost attempts of the worker from which on it is queued for at once: 0.25
	SerialVain   int     // losses elsewhere in spite of a turn before the serial token: 3
	SerialLosses int     // losses before the serial token: 16
	SerialWasted int     // wasted accesses before the serial token: 4096
}

// Next implements stm.Policy.
func (p Ladder) Next(l stm.Loss) stm.Step {
	d := contention.Default
	c := contention.Ladder{
		Yield:        cmp.Or(p.Yield, d.Yield),
		QueueSame:    cmp.Or(p.QueueSame, d.QueueSame),
		QueueRate:    cmp.Or(p.QueueRate, d.QueueRate),
		SerialVain:   cmp.Or(p.SerialVain, d.SerialVain),
		SerialLosses: cmp.Or(p.SerialLosses, d.SerialLosses),
		SerialWasted: cmp.Or(p.SerialWasted, d.SerialWasted),
	}
	return stm.Step(c.Next(contention.Loss(l)))
}

// Backoff pauses for a random time that doubles with each loss, and does
// nothing else. It is what most transactional memories do, and the baseline of
// the others.
type Backoff struct{}

// Next implements stm.Policy.
func (Backoff) Next(l stm.Loss) stm.Step {
	return stm.Step(contention.Backoff(contention.Loss(l)))
}

// Greedy queues for the variable after each loss, and there who first lost
// earliest goes first. The rule "older wins" is that of Guerraoui, Herlihy and
// Pochon: Toward a Theory of Transactional Contention Managers, 2005.
type Greedy struct{}

// Next implements stm.Policy.
func (Greedy) Next(l stm.Loss) stm.Step {
	return stm.Step(contention.Greedy(contention.Loss(l)))
}

// Karma queues like [Greedy], and there who has wasted most goes first. From
// Scherer and Scott: Advanced Contention Management for Dynamic Software
// Transactional Memory, 2005.
type Karma struct{}

// Next implements stm.Policy.
func (Karma) Next(l stm.Loss) stm.Step {
	return stm.Step(contention.Karma(contention.Loss(l)))
}

// Serialize takes the serial token after the first loss. It suits long
// transactions beside short ones, and little else.
type Serialize struct{}

// Next implements stm.Policy.
func (Serialize) Next(stm.Loss) stm.Step { return stm.Step{Serialize: true} }

// Random does whatever comes, for tests: its value is the seed.
type Random uint64

// Next implements stm.Policy.
func (r Random) Next(l stm.Loss) stm.Step {
	return stm.Step(contention.Random(uint64(r), contention.Loss(l)))
}
