package stm

import (
	"github.com/weft-stm/weft/internal/contention"
)

// A Policy decides what a transaction that has lost a conflict does before its
// next attempt. Package sched has several; the default is its Ladder.
//
// Next is called by the goroutine that runs the transaction, between two
// attempts, often by many goroutines at once. It knows what is in l and nothing
// else of the rivals. It must not block, run transactions, or panic, and needs
// no lock if it only computes. What it says is advice, except Serialize: a
// transaction that has lost 64 conflicts in a row, or wasted 65,536 accesses,
// runs under the serial token whatever its policy says. So with every policy a
// transaction commits after that many attempts, plus those that wait for the
// token before it.
type Policy interface {
	// Next returns what to do after l.
	Next(l Loss) Step
}

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

// WithPolicy makes p decide what the transaction does after a lost conflict.
// It panics if p is nil.
func WithPolicy(p Policy) Option {
	if p == nil {
		panic("stm: WithPolicy needs a policy: leave the option out for the default")
	}
	return Option{policy: p}
}

func decide(policy any, l contention.Loss) contention.Step {
	return contention.Step(policy.(Policy).Next(Loss(l)))
}
