package history

import "slices"

// A link is one edge of a cycle.
type link struct {
	from, to nodeID
	kind     Edge
}

// A search looks for short cycles in one component.
//
// It follows ww, wr, rw and process order, and closes a cycle by at most one
// step of real time, straight from the stamps instead of along the chain. That
// is enough: if a cycle has two such steps, A before B and C before D, then
// A also ended before D began, or C before B, and a shorter cycle has one.
type search struct {
	view       *view
	begin, end []int64
	member     []bool // by node: in the component searched
	skew       bool   // at most one rw on the cycle

	// A state is a node, and with skew whether an rw was used: 2n or 2n+1.
	round uint32
	seen  []uint32 // by state: the round that reached it
	back  []int32  // by state: the state before it
	via   []Edge
	depth []int32
	queue []int32

	budget int // edges that may still be looked at
}

// searchBudget keeps a report within about a second however large the component
// is.
const searchBudget = 1 << 26

func (c *checker) search(w *view, skew bool) *search {
	return &search{
		view: w, begin: c.begin, end: c.end, skew: skew,
		member: make([]bool, w.attempts),
		seen:   make([]uint32, 2*w.attempts),
		back:   make([]int32, 2*w.attempts),
		via:    make([]Edge, 2*w.attempts),
		depth:  make([]int32, 2*w.attempts),
		budget: c.budget,
	}
}

// shortest returns a shortest cycle among nodes, or the best one that the budget
// allowed. It returns nil if it found none, which without skew means that the
// budget ran out: there is one.
func (s *search) shortest(nodes []nodeID) []link {
	for _, n := range nodes {
		s.member[n] = true
	}
	defer func() {
		for _, n := range nodes {
			s.member[n] = false
		}
	}()
	// Most cycles are short. Looking for those from every node first costs less
	// than one search to the end from a node that has only long ones.
	for _, limit := range []int{2, 3, 5, len(nodes)} {
		if best := s.within(nodes, limit); best != nil {
			return best
		}
	}
	return nil
}

// within returns a shortest cycle of at most limit links.
func (s *search) within(nodes []nodeID, limit int) (best []link) {
	for _, n := range nodes {
		if cycle := s.from(n, limit); cycle != nil {
			best, limit = cycle, len(cycle)-1
		}
		if limit < 2 || s.budget < 0 {
			break
		}
	}
	return best
}

// from searches breadth first for a cycle through start of at most limit links.
func (s *search) from(start nodeID, limit int) []link {
	s.round++
	s.queue = append(s.queue[:0], 2*start)
	s.seen[2*start] = s.round
	s.depth[2*start] = 0
	for i := 0; i < len(s.queue); i++ {
		x := s.queue[i]
		n := nodeID(x / 2)
		if int(s.depth[x]) >= limit || s.budget < 0 {
			return nil
		}
		if s.view.has(RT) && s.end[n] < s.begin[start] {
			return s.unwind(x, link{n, start, RT})
		}
		for _, e := range s.view.out(n) {
			s.budget--
			to, k := nodeID(e&nodeMask), Edge(e>>kindShift)
			y, ok := s.step(x, to, k)
			if !ok {
				continue
			}
			if to == start {
				return s.unwind(x, link{n, start, k})
			}
			if s.seen[y] != s.round {
				s.seen[y], s.back[y], s.via[y], s.depth[y] = s.round, x, k, s.depth[x]+1
				s.queue = append(s.queue, y)
			}
		}
	}
	return nil
}

// step returns the state after an edge, unless the edge may not be taken.
func (s *search) step(x int32, to nodeID, k Edge) (int32, bool) {
	if int(to) >= s.view.attempts || !s.member[to] || !s.view.has(k) || !s.view.keeps(to) {
		return 0, false
	}
	used := x & 1
	if s.skew && k == RW {
		if used == 1 {
			return 0, false
		}
		used = 1
	}
	return 2*to + used, true
}

// unwind lists the links from the start of the search to x, and the last one.
func (s *search) unwind(x int32, last link) []link {
	cycle := []link{last}
	for s.depth[x] > 0 {
		p := s.back[x]
		cycle = append(cycle, link{nodeID(p / 2), nodeID(x / 2), s.via[x]})
		x = p
	}
	slices.Reverse(cycle)
	return cycle
}
