package engine

// A count is one of the events that Stats reports.
type count int

const (
	restarts     count = iota // attempts lost to a conflict
	retries                   // attempts that ended in Retry
	failures                  // attempts that ended in an error, a panic, a cancelled wait
	extensions                // snapshots moved to the present
	parks                     // waits
	wakes                     // sleepers woken by a writer
	escalations               // attempts that ran under the serial token
	historyReads              // values read from history
	irrevocables              // attempts that became irrevocable
	swallowed                 // bodies that recovered the signal and returned
	numCounts
)

// Counts are the events so far, by kind, and the number of attempts.
type Counts struct {
	Attempts uint64
	Restarts, Retries, Failures, Extensions, Parks, Wakes,
	Escalations, Irrevocables, HistoryReads, Swallowed uint64
}

// ReadCounts adds up all descriptors. Attempts now running are counted, with
// no outcome yet.
func ReadCounts() Counts {
	var n [numCounts]uint64
	var attempts uint64
	for e := activities.head.Load(); e != nil; e = e.next {
		attempts += e.slot.addTo(&n)
	}
	return named(attempts, &n)
}

// CountsOf is ReadCounts for the slot of tx alone, which earlier descriptors
// have used too.
func CountsOf(tx *Tx) Counts {
	if tx.final != nil {
		return *tx.final
	}
	var n [numCounts]uint64
	return named(tx.activity.slot.addTo(&n), &n)
}

// addTo adds the counts of a to n and returns the number of attempts.
func (a *activity) addTo(n *[numCounts]uint64) (attempts uint64) {
	for i := range n {
		n[i] += a.counts[i].Load()
	}
	return a.serial.Load() >> 1
}

func named(attempts uint64, n *[numCounts]uint64) (c Counts) {
	c.Attempts = attempts
	c.Restarts, c.Retries, c.Failures = n[restarts], n[retries], n[failures]
	c.Extensions, c.Parks, c.Wakes = n[extensions], n[parks], n[wakes]
	c.Escalations, c.Irrevocables = n[escalations], n[irrevocables]
	c.HistoryReads, c.Swallowed = n[historyReads], n[swallowed]
	return c
}
