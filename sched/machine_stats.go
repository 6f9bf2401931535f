package sched

import (
	"fmt"

	"github.com/weft-stm/weft/internal/atomics"
)

// MachineStats counts what happened on a [Machine].
type MachineStats struct {
	Mode         Mode   // of the Machine
	Steps        uint64 // guest instructions, those of lost attempts not counted
	Commits      uint64 // transactions that committed
	Aborts       uint64 // attempts that were lost
	Internal     uint64 // of these, over something that is no guest's
	Wasted       uint64 // guest instructions of lost attempts
	Irrevocables uint64 // transactions that became irrevocable
	Alone        uint64 // times that a thread got the heap to itself, in STM
	Switches     uint64 // times that the lock was given away after an interval
}

// String lists the counts on one line.
func (s MachineStats) String() string {
	return fmt.Sprintf("mode %s: %d instructions in %d transactions; %d lost (%d internal) with %d instructions; %d irrevocable; %d times alone, %d switches",
		s.Mode, s.Steps, s.Commits, s.Aborts, s.Internal, s.Wasted, s.Irrevocables, s.Alone, s.Switches)
}

// counts is what one thread counts.
type counts struct {
	Commits, Aborts, Internal, Wasted, Irrevocables, Alone, Switches uint64
}

// publishEvery is how many commits a thread makes before others see its counts.
const publishEvery = 64

// Stats returns the counts so far, all but the latest few of each thread that is
// running.
func (m *Machine) Stats() MachineStats {
	b := &m.book
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.closed
	for _, t := range b.threads {
		s.add(&t.public)
	}
	s.Mode = m.mode
	return s
}

func (s *MachineStats) add(x *MachineStats) {
	s.Steps += x.Steps
	s.Commits += x.Commits
	s.Aborts += x.Aborts
	s.Internal += x.Internal
	s.Wasted += x.Wasted
	s.Irrevocables += x.Irrevocables
	s.Alone += x.Alone
	s.Switches += x.Switches
}

// A book is what a Machine knows of its threads and their conflicts.
type book struct {
	mu      atomics.Mutex
	threads []*Thread
	closed  MachineStats         // of threads that have been closed
	strides []stride             // of one of them
	index   map[ConflictSite]int // in sites, by what is not counted
	sites   []ConflictSite
}

// maxSites bounds the memory for them.
const maxSites = 4096

func (b *book) add(t *Thread) {
	b.mu.Lock()
	defer b.mu.Unlock()
	t.index = len(b.threads)
	b.threads = append(b.threads, t)
}

func (b *book) remove(t *Thread) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed.add(&t.public)
	b.learn(t)
	last := len(b.threads) - 1
	b.threads[t.index] = b.threads[last]
	b.threads[t.index].index = t.index
	b.threads[last] = nil
	b.threads = b.threads[:last]
}

// publish lets others see the counts of t.
func (t *Thread) publish() {
	b := &t.m.book
	b.mu.Lock()
	defer b.mu.Unlock()
	c := &t.counts
	t.public = MachineStats{
		Steps: uint64(t.steps), Commits: c.Commits, Aborts: c.Aborts, Internal: c.Internal, Wasted: c.Wasted,
		Irrevocables: c.Irrevocables, Alone: c.Alone, Switches: c.Switches,
	}
}

// note adds c to the sites.
func (b *book) note(c Conflict) {
	key := ConflictSite{Mine: c.Mine, Other: c.Other, Object: c.Object, Internal: c.Internal}
	b.mu.Lock()
	defer b.mu.Unlock()
	i, known := b.index[key]
	if !known {
		if len(b.sites) == maxSites {
			return
		}
		if b.index == nil {
			b.index = make(map[ConflictSite]int)
		}
		i = len(b.sites)
		b.index[key] = i
		b.sites = append(b.sites, key)
	}
	b.sites[i].Count++
	b.sites[i].Wasted += uint64(c.Wasted)
}
