package explore

import (
	"math/rand/v2"
	"slices"
)

// draws is what random searches share.
type draws struct {
	rand *rand.Rand
	left int // runs
}

func newDraws(seed uint64, runs int) draws {
	return draws{rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15)), runs}
}

func (d *draws) next() bool {
	d.left--
	return d.left >= 0
}

// option draws the decision of t, if t is to take one.
func (d *draws) option(t *thread) int {
	if t.pending.kind.Waits() || t.pending.options == 0 {
		return 0
	}
	return d.rand.IntN(int(t.pending.options))
}

// random draws each step.
type random struct{ draws }

func newRandom(seed uint64, runs int) *random { return &random{newDraws(seed, runs)} }

func (*random) visit(*execution) {}

func (r *random) choose(e *execution) (thread, option int) {
	m := e.choices()
	k := r.rand.IntN(m.size())
	for range k {
		m &= m - 1
	}
	return m.first(), r.option(e.threads[m.first()])
}

// pct runs the enabled thread of the highest priority. At depth-1 steps drawn
// beforehand, the thread that would run falls behind all others.
type pct struct {
	draws
	depth    int
	longest  int   // steps of the longest run so far: where changes are drawn
	priority []int // by thread
	lowest   int
	changes  []int // steps, in order
}

func newPCT(seed uint64, depth, runs int) *pct {
	return &pct{draws: newDraws(seed, runs), depth: depth, longest: 1}
}

func (p *pct) visit(e *execution) {
	depth := len(e.steps)
	p.longest = max(p.longest, depth)
	if depth > 0 {
		return
	}
	p.priority, p.lowest = p.rand.Perm(len(e.threads)), 0
	p.changes = p.changes[:0]
	for range p.depth - 1 {
		p.changes = append(p.changes, p.rand.IntN(p.longest))
	}
	slices.Sort(p.changes)
}

func (p *pct) choose(e *execution) (thread, option int) {
	for len(p.changes) > 0 && p.changes[0] <= len(e.steps) {
		p.changes = p.changes[1:]
		p.lowest--
		p.priority[p.highest(e)] = p.lowest
	}
	thread = p.highest(e)
	return thread, p.option(e.threads[thread])
}

func (p *pct) highest(e *execution) int {
	best := e.choices().first()
	for m := e.choices(); m != 0; m &= m - 1 {
		if p.priority[m.first()] > p.priority[best] {
			best = m.first()
		}
	}
	return best
}
