package stm

import (
	"fmt"

	"github.com/weft-stm/weft/internal/engine"
)

// Stats counts what happened in all transactions of the process. Take two and
// subtract to measure a part.
type Stats struct {
	Attempts     uint64 // bodies started
	Commits      uint64 // attempts that committed, or are still running
	Conflicts    uint64 // attempts lost to a conflict, and started over
	Retries      uint64 // attempts that ended in Retry
	Failures     uint64 // attempts that ended in an error or a panic
	Extensions   uint64 // snapshots moved to the present instead of starting over
	Parks        uint64 // waits for a change
	Wakes        uint64 // sleepers woken by a write
	Escalations  uint64 // attempts that ran under the serial token
	Irrevocables uint64 // attempts that became irrevocable, by option or by call
	HistoryReads uint64 // values that a View took from history
	Swallowed    uint64 // bodies that recovered the panic which ends an attempt
}

// ReadStats returns the counts so far. It scans all descriptors, one or two
// cache lines each; counting costs the common path nothing.
func ReadStats() Stats {
	return outwardStats(engine.ReadCounts())
}

// StatsOf is for package sched, which has the key: the counts of one descriptor
// and of those that used its slot before.
func StatsOf(_ *engine.Key, tx *Tx) Stats { return outwardStats(engine.CountsOf(&tx.e)) }

func outwardStats(c engine.Counts) Stats {
	return Stats{
		Attempts: c.Attempts, Commits: c.Attempts - c.Restarts - c.Retries - c.Failures,
		Conflicts: c.Restarts, Retries: c.Retries, Failures: c.Failures,
		Extensions: c.Extensions, Parks: c.Parks, Wakes: c.Wakes,
		Escalations: c.Escalations, Irrevocables: c.Irrevocables, HistoryReads: c.HistoryReads, Swallowed: c.Swallowed,
	}
}

// Sub returns what happened between before and s.
func (s Stats) Sub(before Stats) Stats {
	return Stats{
		s.Attempts - before.Attempts, s.Commits - before.Commits, s.Conflicts - before.Conflicts,
		s.Retries - before.Retries, s.Failures - before.Failures, s.Extensions - before.Extensions,
		s.Parks - before.Parks, s.Wakes - before.Wakes, s.Escalations - before.Escalations,
		s.Irrevocables - before.Irrevocables, s.HistoryReads - before.HistoryReads, s.Swallowed - before.Swallowed,
	}
}

// Add returns what happened in s and in more together.
func (s Stats) Add(more Stats) Stats { return s.Sub(Stats{}.Sub(more)) }

// String lists the counts on one line.
func (s Stats) String() string {
	return fmt.Sprintf("%d attempts: %d commits, %d conflicts, %d retries, %d failures; %d extensions, %d parks, %d wakes, %d escalations, %d irrevocable, %d history reads, %d swallowed",
		s.Attempts, s.Commits, s.Conflicts, s.Retries, s.Failures, s.Extensions, s.Parks, s.Wakes, s.Escalations, s.Irrevocables, s.HistoryReads, s.Swallowed)
}
