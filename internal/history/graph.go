package history

// A graph holds the edges as one array, those of a node together. An edge is a
// word: its kind in the upper two bits, its target in the others.
type graph struct {
	from      []uint32 // by node: its first edge; the last is before from[node+1]
	to        []uint32
	attempts  int // nodes from here on are links of the real-time chain
	committed []bool
}

const (
	kindShift = 30
	nodeMask  = 1<<kindShift - 1
)

func (g *graph) nodes() int { return len(g.from) - 1 }

func (g *graph) out(n nodeID) []uint32 { return g.to[g.from[n]:g.from[n+1]] }

// graph counts the edges of each node, then places them.
func (c *checker) graph(chain int) *graph {
	g := &graph{attempts: len(c.committed), committed: c.committed}
	g.from = make([]uint32, g.attempts+chain+1)
	c.edges(chain, func(from, _ nodeID, _ Edge) { g.from[from+1]++ })
	for n := range g.nodes() {
		g.from[n+1] += g.from[n]
	}
	g.to = make([]uint32, g.from[g.nodes()])
	// from[n] moves up to from[n+1] while n's edges are placed …
	c.edges(chain, func(from, to nodeID, k Edge) {
		g.to[g.from[from]] = uint32(k)<<kindShift | uint32(to)
		g.from[from]++
	})
	// … and is moved back.
	copy(g.from[1:], g.from)
	g.from[0] = 0
	return g
}

// edges calls yield for each edge, twice in the same order.
func (c *checker) edges(chain int, yield func(from, to nodeID, k Edge)) {
	c.dependencies(yield)
	c.processOrder(yield)
	for n := range nodeID(len(c.committed)) {
		if c.after[n] != nobody {
			yield(n, c.after[n], RT)
		}
		if c.before[n] != nobody {
			yield(c.before[n], n, RT)
		}
	}
	for i := range chain - 1 {
		n := nodeID(len(c.committed) + i)
		yield(n, n+1, RT)
	}
}

// dependencies yields ww, wr and rw. The writer of an initial version is no
// node: it is before everything anyway.
func (c *checker) dependencies(yield func(from, to nodeID, k Edge)) {
	for _, ver := range c.versions[c.h.Vars():] {
		if ver.next != nobody {
			yield(ver.writer, c.versions[ver.next].writer, WW)
		}
	}
	for n := range nodeID(len(c.committed)) {
		for _, i := range c.reads[c.readFrom[n]:c.readFrom[n+1]] {
			ver := &c.versions[i]
			if ver.writer != nobody {
				yield(ver.writer, n, WR)
			}
			if ver.next == nobody {
				continue
			}
			if w := c.versions[ver.next].writer; w != n {
				yield(n, w, RW)
			}
		}
	}
}

// processOrder yields rt between attempts of one worker whose recorded intervals
// overlap: the stamps are conservative, but one goroutine did run one after the
// other. Committed attempts are linked past undone ones too, for the views that
// leave those out.
func (c *checker) processOrder(yield func(from, to nodeID, k Edge)) {
	for _, nodes := range c.nodes {
		effective := nodeID(nobody) // the last attempt that committed
		for i, n := range nodes {
			if i > 0 && c.end[nodes[i-1]] >= c.begin[n] {
				yield(nodes[i-1], n, RT)
			}
			if !c.committed[n] {
				continue
			}
			if effective != nobody && effective != nodes[i-1] && c.end[effective] >= c.begin[n] {
				yield(effective, n, RT)
			}
			effective = n
		}
	}
}
