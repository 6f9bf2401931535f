package history

import "math"

// A view is a part of the graph: some kinds of edges, with or without the
// attempts that were undone.
type view struct {
	*graph
	kinds   uint8 // bit set by Edge
	aborted bool
}

func (w *view) has(k Edge) bool { return w.kinds>>k&1 != 0 }

func (w *view) keeps(n nodeID) bool {
	if int(n) >= w.attempts {
		return w.has(RT)
	}
	return w.aborted || w.committed[n]
}

// components returns the strongly connected components of more than one node,
// attempts only, by Tarjan's algorithm. It keeps its own stack: paths are as
// long as the history.
func (w *view) components() [][]nodeID {
	t := tarjan{
		view:  w,
		index: make([]uint32, w.nodes()),
		low:   make([]uint32, w.nodes()),
		edge:  make([]uint32, w.nodes()),
	}
	for n := range nodeID(w.nodes()) {
		if t.index[n] == 0 && w.keeps(n) {
			t.search(n)
		}
	}
	return t.found
}

type tarjan struct {
	*view
	index []uint32 // order of the first visit, from 1; 0 is not visited
	low   []uint32 // lowest index reached from the node's subtree; done once its component is known
	edge  []uint32 // next edge to follow
	path  []nodeID // from the root to the node being searched
	stack []nodeID // visited, component not known
	count uint32
	found [][]nodeID
}

const done = math.MaxUint32

func (t *tarjan) visit(n nodeID) {
	t.count++
	t.index[n], t.low[n] = t.count, t.count
	t.edge[n] = t.from[n]
	t.path = append(t.path, n)
	t.stack = append(t.stack, n)
}

func (t *tarjan) search(root nodeID) {
	t.visit(root)
	for len(t.path) > 0 {
		n := t.path[len(t.path)-1]
		if t.descend(n) {
			continue
		}
		t.path = t.path[:len(t.path)-1]
		if len(t.path) > 0 {
			p := t.path[len(t.path)-1]
			t.low[p] = min(t.low[p], t.low[n])
		}
		if t.low[n] == t.index[n] {
			t.pop(n)
		}
	}
}

// descend visits the next unvisited successor of n and reports whether there was
// one.
func (t *tarjan) descend(n nodeID) bool {
	for t.edge[n] < t.from[n+1] {
		e := t.to[t.edge[n]]
		t.edge[n]++
		m := nodeID(e & nodeMask)
		if !t.has(Edge(e>>kindShift)) || !t.keeps(m) {
			continue
		}
		if t.index[m] == 0 {
			t.visit(m)
			return true
		}
		if t.low[m] != done {
			t.low[n] = min(t.low[n], t.index[m])
		}
	}
	return false
}

// pop takes the component whose root is n off the stack.
func (t *tarjan) pop(n nodeID) {
	i := len(t.stack) - 1
	for t.stack[i] != n {
		i--
	}
	var attempts []nodeID
	single := i == len(t.stack)-1
	for _, m := range t.stack[i:] {
		t.low[m] = done
		if !single && int(m) < t.attempts {
			attempts = append(attempts, m)
		}
	}
	if !single {
		t.found = append(t.found, attempts)
	}
	t.stack = t.stack[:i]
}
