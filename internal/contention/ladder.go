package contention

// A Ladder takes one step after the other. Its fields are where each begins.
type Ladder struct {
	Yield        int     // losses before other goroutines are let run
	QueueSame    int     // losses on one variable before it is queued for
	QueueRate    float64 // share of lost attempts from which on it is queued for at once
	SerialVain   int     // losses elsewhere in spite of a turn before the serial token
	SerialLosses int     // losses before the serial token
	SerialWasted int     // wasted accesses before the serial token
}

// Default is the ladder of transactions that ask for nothing else.
//
// A transaction of 1,000 reads beside a hot writer gains nothing from sixteen
// attempts, and losing four costs more than pausing the writers once: hence the
// bound on wasted accesses. Those who collide on one variable again and again
// do better one after the other.
var Default = Ladder{
	Yield:        3,
	QueueSame:    2,
	QueueRate:    0.25,
	SerialVain:   3,
	SerialLosses: 16,
	SerialWasted: 4096,
}

// Next is the step after l.
func (p Ladder) Next(l Loss) Step {
	if l.Losses >= p.SerialLosses || l.Vain >= p.SerialVain || l.Wasted > p.SerialWasted {
		return Step{Serialize: true}
	}
	return Step{
		Spin:  l.pause(),
		Yield: l.Losses > p.Yield,
		Limit: l.Losses > p.Yield,
		Queue: l.Same >= p.QueueSame || l.Rate > p.QueueRate,
	}
}
