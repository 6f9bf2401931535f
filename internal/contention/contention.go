// Package contention decides what a transaction that lost a conflict does
// next. It decides only; internal/engine acts.
package contention

// A Step is what to do before the next attempt.
type Step struct {
	Spin      int  // loads to spin for
	Yield     bool // let other goroutines run
	Serialize bool // run the attempt under the serial token
}

// The ladder. A transaction that lost restarts at once or after a short random
// pause, since the winner is done by then. If it keeps losing it lets the
// winners run. It takes the serial token once it has lost serialLosses times
// or wasted serialWork accesses, whichever comes first: a transaction of 1,000
// reads beside a hot writer gains nothing from sixteen attempts, and losing
// four costs more than pausing the writers once.
const (
	pausedLosses = 3
	serialLosses = 16
	serialWork   = 4096
)

// Next decides after losses attempts in a row that made wasted accesses in
// total. random is fresh for each call.
func Next(losses, wasted int, random uint64) Step {
	s := Step{
		Yield:     losses > pausedLosses,
		Serialize: losses >= serialLosses || wasted > serialWork,
	}
	if losses > 1 && !s.Serialize {
		s.Spin = int(random % (8 << min(losses, 8)))
	}
	return s
}
