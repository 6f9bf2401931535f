// Package contention decides what a transaction that lost a conflict does
// next. It decides only; internal/engine acts.
package contention

// A Loss is what is known of a transaction that has just lost a conflict.
type Loss struct {
	Attempts int     // bodies begun, of this transaction
	Losses   int     // conflicts lost in a row, since it began or last waited
	Same     int     // of these, how many of the latest were on one variable
	Vain     int     // of these, how many on another variable than it had a turn on
	Accesses int     // reads and writes of the attempt that was lost
	Wasted   int     // reads and writes of all attempts lost in a row
	Rate     float64 // share of this worker's recent attempts that were lost
	Order    uint64  // smaller than that of transactions that lost for the first time later
	Random   uint64  // fresh for each decision
}

// A Step is what to do before the next attempt. The zero Step restarts at once.
type Step struct {
	Spin      int    // spin for so many loads
	Yield     bool   // let other goroutines run
	Limit     bool   // be one of the few that may restart while much is lost
	Queue     bool   // take turns with the others who collided on that variable
	Rank      uint64 // place in that queue: small ones first, then by arrival
	Serialize bool   // run alone, under the serial token; nothing else counts then
}

// Bounds that hold whatever the policy is: who has lost so often, or wasted so
// many accesses, runs under the serial token.
const (
	MaxLosses = 64
	MaxWasted = 1 << 16
)

// Bound makes s respect the bounds.
func (s Step) Bound(l Loss) Step {
	if l.Losses >= MaxLosses || l.Wasted > MaxWasted {
		s.Serialize = true
	}
	return s
}

// pause is a random number of loads, up to twice as many with each loss.
func (l Loss) pause() int {
	if l.Losses < 2 {
		return 0 // the winner is done by now
	}
	return int(l.Random % (8 << min(l.Losses, 8)))
}
