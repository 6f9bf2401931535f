package history

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// randomGraph makes a graph of attempts, some undone, with edges of all kinds and
// without a real-time chain, and the same edges as a list.
func randomGraph(rng *rand.Rand, nodes, edges int) (*graph, []link) {
	g := &graph{attempts: nodes, committed: make([]bool, nodes), from: make([]uint32, nodes+1)}
	for n := range g.committed {
		g.committed[n] = rng.IntN(4) > 0
	}
	var all []link
	for range edges {
		l := link{nodeID(rng.IntN(nodes)), nodeID(rng.IntN(nodes)), Edge(rng.IntN(4))}
		if l.from != l.to {
			all = append(all, l)
		}
	}
	slices.SortFunc(all, func(a, b link) int { return int(a.from - b.from) })
	for _, l := range all {
		g.from[l.from+1]++
		g.to = append(g.to, uint32(l.kind)<<kindShift|uint32(l.to))
	}
	for n := range nodes {
		g.from[n+1] += g.from[n]
	}
	return g, all
}

// in selects the edges that a view shows.
func in(w *view, all []link) []link {
	return slices.DeleteFunc(slices.Clone(all), func(l link) bool {
		return !w.has(l.kind) || !w.keeps(l.from) || !w.keeps(l.to)
	})
}

// distances returns the least number of edges between all pairs, by relaxing
// until nothing changes; far where there is no path.
func distances(nodes int, edges []link) [][]int {
	const far = 1 << 20
	d := make([][]int, nodes)
	for n := range d {
		d[n] = slices.Repeat([]int{far}, nodes)
	}
	for _, l := range edges {
		d[l.from][l.to] = 1
	}
	for k := range nodes {
		for i := range nodes {
			for j := range nodes {
				d[i][j] = min(d[i][j], d[i][k]+d[k][j])
			}
		}
	}
	return d
}

func randomView(rng *rand.Rand, g *graph) *view {
	return &view{graph: g, kinds: uint8(1 + rng.IntN(15)), aborted: rng.IntN(2) == 0}
}

// TestComponentsAreMutuallyReachable compares Tarjan's algorithm with the
// transitive closure.
func TestComponentsAreMutuallyReachable(t *testing.T) {
	several := 0
	for seed := range uint64(2000) {
		rng := rand.New(rand.NewPCG(seed, 4))
		nodes := 2 + rng.IntN(12)
		g, all := randomGraph(rng, nodes, rng.IntN(3*nodes))
		w := randomView(rng, g)
		d := distances(nodes, in(w, all))

		component := make([]int, nodes)
		found := w.components()
		for i, c := range found {
			require.Greater(t, len(c), 1, "seed %d", seed)
			for _, n := range c {
				require.Zero(t, component[n], "seed %d: node %d is in two components", seed, n)
				component[n] = i + 1
			}
		}
		for i := range nodes {
			for j := range nodes {
				together := i != j && d[i][j] < nodes && d[j][i] < nodes
				if i != j {
					require.Equal(t, together, component[i] != 0 && component[i] == component[j], "seed %d: %d and %d", seed, i, j)
				}
			}
		}
		if len(found) > 1 {
			several++
		}
	}
	require.Greater(t, several, 20, "graphs with several components")
}

func TestComponentsOfALongPath(t *testing.T) {
	// A recursive search would need as many frames.
	const nodes = 300_000
	g := &graph{attempts: nodes, committed: slices.Repeat([]bool{true}, nodes)}
	for n := range uint32(nodes) {
		g.from = append(g.from, n)
		g.to = append(g.to, (n+1)%nodes)
	}
	g.from = append(g.from, nodes)
	w := &view{graph: g, kinds: ww}
	require.Len(t, w.components(), 1)
	require.Len(t, w.components()[0], nodes)
	g.to[nodes-1] = nodes - 1 | uint32(RT)<<kindShift // the ring is cut
	require.Empty(t, w.components())
}

// newSearch makes a search on a bare graph; without stamps no attempt ended
// before another began.
func newSearch(w *view, skew bool) *search {
	c := &checker{budget: searchBudget, begin: make([]int64, w.attempts), end: make([]int64, w.attempts)}
	return c.search(w, skew)
}

func requireCycle(t *testing.T, cycle, edges []link, seed uint64) {
	for i, l := range cycle {
		require.Contains(t, edges, l, "seed %d", seed)
		require.Equal(t, l.to, cycle[(i+1)%len(cycle)].from, "seed %d: %v", seed, cycle)
	}
}

// TestCyclesFoundAreShortest compares the search with all distances.
func TestCyclesFoundAreShortest(t *testing.T) {
	lengths := map[int]int{}
	for seed := range uint64(2000) {
		rng := rand.New(rand.NewPCG(seed, 5))
		nodes := 2 + rng.IntN(12)
		g, all := randomGraph(rng, nodes, nodes+rng.IntN(nodes))
		w := randomView(rng, g)
		edges := in(w, all)
		d := distances(nodes, edges)
		s := newSearch(w, false)
		for _, c := range w.components() {
			want := nodes + 1
			for _, n := range c {
				want = min(want, d[n][n])
			}
			cycle := s.shortest(c)
			require.Len(t, cycle, want, "seed %d", seed)
			requireCycle(t, cycle, edges, seed)
			lengths[want]++
		}
	}
	require.Greater(t, len(lengths), 3, "%v", lengths)
}

// TestSkewSearchUsesOneAntiDependency compares the search for a read skew with
// all distances along ww and wr.
func TestSkewSearchUsesOneAntiDependency(t *testing.T) {
	none, some := 0, 0
	for seed := range uint64(2000) {
		rng := rand.New(rand.NewPCG(seed, 6))
		nodes := 3 + rng.IntN(10)
		g, all := randomGraph(rng, nodes, 2*nodes)
		w := &view{graph: g, kinds: ww | wr | rw, aborted: true}
		edges := in(w, all)
		plain := distances(nodes, slices.DeleteFunc(slices.Clone(edges), func(l link) bool { return l.kind == RW }))
		s := newSearch(w, true)
		for _, c := range w.components() {
			const far = 1 << 20
			want := far
			for _, n := range c {
				want = min(want, plain[n][n]) // no rw at all
			}
			for _, l := range edges {
				if l.kind == RW && slices.Contains(c, l.from) {
					want = min(want, 1+plain[l.to][l.from])
				}
			}
			cycle := s.shortest(c)
			if want >= far {
				require.Nil(t, cycle, "seed %d", seed)
				none++
				continue
			}
			some++
			require.Len(t, cycle, want, "seed %d", seed)
			requireCycle(t, cycle, edges, seed)
		}
	}
	require.NotZero(t, none)
	require.NotZero(t, some)
}

// TestOneStepOfRealTimeIsEnough compares the search, which closes a cycle by one
// such step at most, with all distances along edges and all pairs of stamps.
func TestOneStepOfRealTimeIsEnough(t *testing.T) {
	closed := 0
	for seed := range uint64(1000) {
		rng := rand.New(rand.NewPCG(seed, 8))
		nodes := 3 + rng.IntN(9)
		g, all := randomGraph(rng, nodes, nodes)
		w := &view{graph: g, kinds: ww | wr | rw | rt, aborted: true}
		edges := in(w, all)
		s := newSearch(w, false)
		for n := range nodes {
			s.begin[n] = rng.Int64N(20)
			s.end[n] = s.begin[n] + rng.Int64N(8)
		}
		for a := range nodes {
			for b := range nodes {
				if s.end[a] < s.begin[b] {
					edges = append(edges, link{nodeID(a), nodeID(b), RT})
				}
			}
		}
		d := distances(nodes, edges)
		want := nodes + 1
		everything := make([]nodeID, nodes)
		for n := range nodes {
			everything[n] = nodeID(n)
			want = min(want, d[n][n])
		}
		cycle := s.shortest(everything)
		if want > nodes {
			require.Nil(t, cycle, "seed %d", seed)
			continue
		}
		require.Len(t, cycle, want, "seed %d", seed)
		requireCycle(t, cycle, edges, seed)
		closed++
	}
	require.Greater(t, closed, 100)
}

// TestRealTimeChainStandsForAllPairs compares reachability along the chain with
// the stamps themselves.
func TestRealTimeChainStandsForAllPairs(t *testing.T) {
	for seed := range uint64(500) {
		rng := rand.New(rand.NewPCG(seed, 7))
		h := New(0, 1+rng.IntN(4))
		n := rng.IntN(12)
		for range n {
			l := h.Log(rng.IntN(h.Workers()))
			l.Begin()
			l.Abort()
			a := l.attempts.at(l.attempts.n - 1)
			a.begin = rng.Int64N(20)
			a.end = a.begin + rng.Int64N(6) // also at once, and with ties
		}
		c := &checker{h: h, report: &Report{}}
		c.number()
		chain := c.realTime()
		var edges []link
		c.chainEdges(chain, func(from, to nodeID) { edges = append(edges, link{from, to, RT}) })
		d := distances(n+chain, edges)
		for a := range n {
			for b := range n {
				require.Equal(t, c.end[a] < c.begin[b], d[a][b] <= n+chain, "seed %d: %d … %d, %d … %d",
					seed, c.begin[a], c.end[a], c.begin[b], c.end[b])
			}
		}
		require.LessOrEqual(t, len(edges), 3*n, "a few edges for each attempt")
	}
}

// chainEdges yields the chain's edges alone, without process order.
func (c *checker) chainEdges(chain int, yield func(from, to nodeID)) {
	process := map[link]int{}
	c.processOrder(func(from, to nodeID, k Edge) { process[link{from, to, k}]++ })
	c.first, c.readFrom = make([]versionID, len(c.places)+1), make([]int32, len(c.places)+1)
	c.edges(chain, func(from, to nodeID, k Edge) {
		if l := (link{from, to, k}); process[l] > 0 {
			process[l]--
			return
		}
		yield(from, to)
	})
}
