package history

import (
	"math"
	"time"
)

// Nodes of the graph and versions are numbered densely. Attempts are nodes in the
// order of their begin, because attempts that meet lie close together in time:
// numbered log by log, every step from one to another would miss the cache.
// Versions 0 … vars-1 are the initial ones.
type (
	nodeID    = int32
	versionID = int32
)

const nobody = -1 // no node, no version

// A place is an attempt's log and its index there.
type place struct{ log, i int32 }

// A version is one write that took effect.
type version struct {
	token  Token
	commit uint64 // commit version of its writer, 0 if unknown
	v      int32
	writer nodeID    // nobody for an initial version
	pred   versionID // what its writer saw in the variable, nobody if it did not look
	next   versionID // its successor, nobody if last or not known
}

// A checker decides one window. The stages run in the order of its fields: each
// fills what the next needs.
type checker struct {
	h      *History
	report *Report
	budget int // edges that may be looked at to find a short cycle

	// number
	places     []place    // by node: where its attempt is recorded
	nodes      [][]nodeID // by log and attempt, the inverse
	begin, end []int64    // by node
	committed  []bool     // by node; includes open attempts that others saw

	// install
	versions []version
	first    []versionID // by node: its first version; the last is before first[node+1]

	// observe
	slots    []slot
	epoch    uint32
	undo     []undo
	reads    []versionID // versions seen, by node
	readFrom []int32     // by node: its first read; the last is before readFrom[node+1]

	// realTime
	before, after []nodeID // by node: the chain node that leads to it, and the one it leads to
}

// Check decides the window. No worker may be recording.
func (h *History) Check() *Report { return h.check(searchBudget) }

func (h *History) check(budget int) *Report {
	start := time.Now()
	c := &checker{h: h, report: &Report{Final: make([]Token, h.Vars())}, budget: budget}
	c.number()
	c.install()
	c.observe()
	c.order()
	chain := c.realTime()
	g := c.graph(chain)
	c.classify(g)
	c.count(g)
	c.report.Elapsed = time.Since(start)
	return c.report
}

// number makes nodes of the attempts and settles who committed.
func (c *checker) number() {
	n := c.h.Attempts()
	if n > nodeMask/2 {
		panic("history: window too long; check it in smaller ones")
	}
	begins := make([]stamp[place], 0, n)
	for w, l := range c.h.logs {
		c.nodes = append(c.nodes, make([]nodeID, l.attempts.n))
		for i := range l.attempts.n {
			begins = append(begins, stamp[place]{l.attempts.at(i).begin, place{int32(w), int32(i)}})
		}
	}
	sortStamps(begins)
	c.places, c.committed = make([]place, n), make([]bool, n)
	c.begin, c.end = make([]int64, n), make([]int64, n)
	for id, b := range begins {
		a := c.h.logs[b.of.log].attempts.at(int(b.of.i))
		c.places[id], c.nodes[b.of.log][b.of.i] = b.of, nodeID(id)
		c.begin[id], c.end[id] = a.begin, a.end
		c.committed[id] = a.outcome == Committed
		if a.outcome == Open {
			c.end[id] = never
			c.report.Open++
		}
	}
	if c.report.Open > 0 {
		c.settle()
	}
}

// settle counts an open attempt as committed if another saw one of its writes:
// its effect is there, only the return was not recorded.
func (c *checker) settle() {
	for w, l := range c.h.logs {
		for i := range l.ops.n {
			o := l.ops.at(i)
			if o.kind == opRollback || o.token.worker() == w {
				continue
			}
			if n, a := c.find(o.token); a != nil && a.outcome == Open {
				c.committed[n] = true
			}
		}
	}
}

// find returns the attempt that a token names, if it is in this window.
func (c *checker) find(t Token) (nodeID, *attempt) {
	w := t.worker()
	if w < 0 || w >= len(c.h.logs) {
		return nobody, nil
	}
	l := c.h.logs[w]
	i := t.attempt() - l.base // wraps to a large number for an earlier window
	if i >= uint64(l.attempts.n) {
		return nobody, nil
	}
	return c.nodes[w][i], l.attempts.at(int(i))
}

// locate returns the log of a node and the attempt's index in it.
func (c *checker) locate(n nodeID) (*Log, int) {
	p := c.places[n]
	return c.h.logs[p.log], int(p.i)
}

func (c *checker) id(n nodeID) AttemptID {
	l, i := c.locate(n)
	a := l.attempts.at(i)
	return AttemptID{
		Worker: l.worker, Number: l.base + uint64(i), Outcome: a.outcome, Version: a.version,
		Begin: time.Duration(a.begin), End: time.Duration(a.end),
	}
}

// levelOf is the weakest guarantee that a wrong observation of n breaks.
func (c *checker) levelOf(n nodeID) Level {
	if c.committed[n] {
		return Serializability
	}
	return Opacity
}

func (c *checker) count(g *graph) {
	r := c.report
	r.Attempts = len(c.committed)
	for _, ok := range c.committed {
		if ok {
			r.Committed++
		}
	}
	for _, l := range c.h.logs {
		for i := range l.attempts.n {
			if l.attempts.at(i).outcome == Aborted {
				r.Aborted++
			}
		}
		for i := range l.ops.n {
			switch o := l.ops.at(i); {
			case o.kind == opWrite:
				r.Writes++
			case o.kind == opRead:
				r.Reads++
			}
		}
	}
	r.Versions = len(c.versions) - c.h.Vars()
	r.Edges = len(g.to)
}

// never is the end of an attempt whose end was not recorded.
const never = math.MaxInt64
