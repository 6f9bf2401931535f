package explore

import "fmt"

// A Search says which schedules of a program to try.
type Search struct {
	// Limit is the number of runs after which the search gives up without
	// being exhausted. Zero is no limit.
	Limit int
	// MaxSteps is the number of steps after which a run is a livelock.
	MaxSteps int

	name      string
	make      func() strategy
	repeated  int // one of so many runs is repeated; 0 is none
	impatient bool
}

// String names the search and its parameters.
func (s Search) String() string { return s.name }

// maxSteps is far above any run of the programs of this project.
const maxSteps = 5000

// Full tries every schedule: for programs of a dozen steps.
func Full(limit int) Search {
	return Search{Limit: limit, MaxSteps: maxSteps, name: "full", make: func() strategy { return newTree(everything{}) }, repeated: 256}
}

// Preemptions tries every schedule with at most bound preemptions.
func Preemptions(bound, limit int) Search {
	name := fmt.Sprintf("preemptions %d", bound)
	return Search{Limit: limit, MaxSteps: maxSteps, name: name, make: func() strategy { return newTree(&bounded{bound: bound}) }, repeated: 256}
}

// DPOR tries one schedule, at least, of each class of equivalent ones.
func DPOR(limit int) Search {
	return Search{Limit: limit, MaxSteps: maxSteps, name: "dpor", make: func() strategy { return newTree(&reduction{}) }, repeated: 256}
}

// Random chooses each step with equal chances, runs times.
func Random(seed uint64, runs int) Search {
	name := fmt.Sprintf("random seed %d", seed)
	return Search{MaxSteps: maxSteps, name: name, make: func() strategy { return newRandom(seed, runs) }, repeated: 64}
}

// PCT gives threads random priorities and lowers them at depth-1 random steps,
// runs times. A bug that needs depth ordered events is met in one run with
// probability 1/(n·kᵈ⁻¹) at least, for n threads and k steps.
func PCT(seed uint64, depth, runs int) Search {
	name := fmt.Sprintf("pct depth %d seed %d", depth, seed)
	return Search{MaxSteps: maxSteps, name: name, make: func() strategy { return newPCT(seed, depth, runs) }, repeated: 64}
}

// Impatient is a random search s in which a pause may also end while what it
// waits for does not hold, a bounded number of times in a row: as beside a
// holder of a lock that is slow. PCT then lets a thread come to the end of its
// patience.
func (s Search) Impatient() Search {
	s.name += ", impatient"
	s.impatient = true
	return s
}

// A Report is what a search found.
type Report struct {
	Runs      int // runs to the end
	Pruned    int // runs given up because nothing new followed
	Steps     int // of all runs
	Longest   int // steps of the longest run
	Exhausted bool
	Deadlocks int            // accepted by the program
	Outcomes  map[string]int // runs by outcome
	Failure   *Failure
}

// Explore searches the schedules of p until one fails.
func Explore(p Program, s Search) *Report {
	busy.Lock()
	defer busy.Unlock()
	r := &Report{Outcomes: map[string]int{}}
	strategy := s.make()
	var e *execution
	for {
		if s.Limit > 0 && r.Runs+r.Pruned >= s.Limit {
			return r
		}
		if !strategy.next() {
			r.Exhausted = true
			return r
		}
		e = newExecution(strategy, s, e)
		outcome := runOnce(p, e)
		r.add(e, outcome)
		if e.failure == nil && s.repeated > 0 && r.Runs%s.repeated == 1 {
			_, e.failure = repeat(p, s, e, false)
		}
		if e.failure != nil {
			r.Failure = explain(p, s, e)
			return r
		}
	}
}

func (r *Report) add(e *execution, outcome string) {
	r.Steps += len(e.steps)
	r.Longest = max(r.Longest, len(e.steps))
	switch {
	case e.pruned:
		r.Pruned++
		return
	case e.deadlock:
		r.Deadlocks++
	}
	r.Runs++
	if e.failure == nil && outcome != "" {
		r.Outcomes[outcome]++
	}
}
