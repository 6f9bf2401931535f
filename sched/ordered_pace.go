package sched

// A pace decides how many units beyond the one in its turn may be begun.
//
// An attempt ahead that is lost has cost its time twice, so the pace falls by
// half; it grows by one with as many that are kept. At zero units are run one
// by one, by one worker, until it is time for another try.
type pace struct {
	depth, max int
	calm       int // units since the last change
	patience   int // how many to run one by one
}

// aheadOfEach worker so many units may be begun: while one is long, others that
// have been run wait for their turn, and are not in the way.
const aheadOfEach = 4

const (
	leastPatience = 4
	mostPatience  = 256
)

func newPace(workers int) pace {
	p := pace{patience: leastPatience}
	if workers > 1 {
		p.max = aheadOfEach*workers - 1
		p.depth = p.max
	}
	return p
}

// kept notes a unit that has committed what it did ahead of its turn.
func (p *pace) kept() {
	p.patience = max(p.patience/2, leastPatience)
	if p.calm++; p.calm > p.depth && p.depth < p.max {
		p.depth, p.calm = p.depth+1, 0
	}
}

// lost notes an attempt ahead of its turn that was for nothing.
func (p *pace) lost() {
	if p.depth <= 1 {
		p.patience = min(2*p.patience, mostPatience)
	}
	p.depth, p.calm = p.depth/2, 0
}

// alone notes a unit that was run in its turn only.
func (p *pace) alone() {
	if p.depth == 0 && p.max > 0 {
		if p.calm++; p.calm >= p.patience {
			p.depth, p.calm = 1, 0
		}
	}
}
