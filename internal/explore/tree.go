package explore

// A tree is a depth-first search over schedules. Each run repeats the path to
// the last node with something left to try, and goes on from there.
type tree struct {
	policy policy
	path   []node
	begun  bool
}

// A policy says which branches of a node to take.
type policy interface {
	// open fills in n, the state that e is in: what to try, and what first.
	// No thread to try prunes the run.
	open(t *tree, e *execution, n *node)

	// visit is told each state, the last one included, also on the path that
	// is repeated. depth is the number of steps performed.
	visit(t *tree, e *execution, depth int)
}

// A node is a state, and what has been tried from it.
type node struct {
	enabled mask
	pending [maxThreads]op // to notice a run that differs
	chosen  int
	option  int // decision taken by chosen
	options int // decisions that chosen has; 0 if it makes no Choice
	try     mask
	done    mask // explored, or being explored
	sleep   mask // what follows was explored elsewhere
	spent   int  // preemptions so far
}

func newTree(p policy) *tree { return &tree{policy: p} }

// next moves the deepest unfinished node on to its next branch.
func (t *tree) next() bool {
	if !t.begun {
		t.begun = true
		return true
	}
	for len(t.path) > 0 {
		n := &t.path[len(t.path)-1]
		if n.option+1 < n.options {
			n.option++
			return true
		}
		if left := n.try &^ n.done &^ n.sleep; left != 0 {
			n.choose(left.first())
			return true
		}
		t.path = t.path[:len(t.path)-1]
	}
	return false
}

func (n *node) choose(thread int) {
	n.chosen, n.option, n.options = thread, 0, int(n.pending[thread].options)
	n.done |= bit(thread)
}

func (t *tree) visit(e *execution) { t.policy.visit(t, e, len(e.steps)) }

func (t *tree) choose(e *execution) (thread, option int) {
	depth := len(e.steps)
	if depth < len(t.path) {
		n := &t.path[depth]
		if !n.same(e) {
			e.fail(Nondeterministic, "step %d: the same schedule led to another state", depth+1)
			return -1, 0
		}
		return n.chosen, n.option
	}
	t.path = append(t.path, node{enabled: e.enabled})
	n := &t.path[depth]
	for _, th := range e.threads {
		if !th.finished {
			n.pending[th.index] = th.pending
		}
	}
	t.policy.open(t, e, n)
	if n.try == 0 {
		t.path = t.path[:depth]
		return -1, 0
	}
	n.choose(e.preferred(n.try))
	return n.chosen, 0
}

// same reports whether e is in the state that n was made for.
func (n *node) same(e *execution) bool {
	if n.enabled != e.enabled {
		return false
	}
	for _, th := range e.threads {
		if !th.finished && n.pending[th.index] != th.pending {
			return false
		}
	}
	return true
}

// preferred returns the thread that moved last if it may, else the first.
// Failures are easier to read with few switches.
func (e *execution) preferred(among mask) int {
	if n := len(e.steps); n > 0 && among.has(e.steps[n-1].thread) {
		return e.steps[n-1].thread
	}
	return among.first()
}

// everything takes every branch.
type everything struct{}

func (everything) open(_ *tree, e *execution, n *node) { n.try = e.enabled }
func (everything) visit(*tree, *execution, int)        {}

// goesOn reports whether thread could have made the step.
func (s *step) goesOn(thread int) bool { return s.enabled.has(thread) && !s.forced }

// bounded takes every branch with at most bound preemptions: switches away
// from a thread that could have gone on.
type bounded struct{ bound int }

func (b *bounded) open(t *tree, e *execution, n *node) {
	n.try = e.enabled
	depth := len(e.steps)
	if depth == 0 {
		return
	}
	last := e.steps[depth-1].thread
	n.spent = t.path[depth-1].spent
	if depth > 1 && e.steps[depth-2].thread != last && e.steps[depth-1].goesOn(e.steps[depth-2].thread) {
		n.spent++
	}
	if e.enabled.has(last) && !e.lastResort && n.spent >= b.bound {
		n.try = bit(last)
	}
}

func (*bounded) visit(*tree, *execution, int) {}
