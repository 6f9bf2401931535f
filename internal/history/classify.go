package history

import (
	"cmp"
	"fmt"
	"slices"
)

// A stage is a subgraph whose cycles have a name. Stages go from the weakest
// guarantee to the strongest, so the first that has a cycle says what broke.
type stage struct {
	kinds   uint8
	aborted bool
	skew    bool // seek cycles with one rw only
	level   Level
	name    func(cycle []link, vars []int32) Anomaly
}

const (
	ww = 1 << WW
	wr = 1 << WR
	rw = 1 << RW
	rt = 1 << RT
)

var stages = []stage{
	{kinds: ww, level: Serializability, name: always(G0)},
	{kinds: ww | wr, level: Serializability, name: always(G1c)},
	{kinds: ww | wr | rw, skew: true, level: Serializability, name: nameSkew},
	{kinds: ww | wr | rw, level: Serializability, name: nameAnti},
	{kinds: ww | wr | rw | rt, level: Strictness, name: nameRealTime},
	{kinds: ww | wr | rw, aborted: true, level: Opacity, name: always(ZombieRead)},
	{kinds: ww | wr | rw | rt, aborted: true, level: Opacity, name: always(StaleZombie)},
}

func always(a Anomaly) func([]link, []int32) Anomaly {
	return func([]link, []int32) Anomaly { return a }
}

// nameSkew knows the lost update among the cycles with one rw: both attempts
// overwrote the version that one of them had read.
func nameSkew(cycle []link, vars []int32) Anomaly {
	if len(cycle) == 2 && cycle[0].kind+cycle[1].kind == WW+RW && vars[0] == vars[1] {
		return LostUpdate
	}
	return GSingle
}

func nameAnti(cycle []link, _ []int32) Anomaly {
	if len(cycle) == 2 && cycle[0].kind == RW && cycle[1].kind == RW {
		return WriteSkew
	}
	return G2
}

func nameRealTime(cycle []link, _ []int32) Anomaly {
	if slices.ContainsFunc(cycle, func(l link) bool { return l.kind == RW }) {
		return StaleRead
	}
	return Inversion
}

// classify reports the cycles of the smallest subgraph that has one.
func (c *checker) classify(g *graph) {
	all := view{graph: g, kinds: ww | wr | rw | rt, aborted: true}
	if len(all.components()) == 0 {
		return
	}
	for _, st := range stages {
		w := &view{graph: g, kinds: st.kinds, aborted: st.aborted}
		if c.cycles(st, w) {
			return
		}
	}
}

// cycles reports one cycle for each of the smallest components.
func (c *checker) cycles(st stage, w *view) bool {
	components := w.components()
	if len(components) == 0 {
		return false
	}
	slices.SortFunc(components, func(a, b []nodeID) int { return cmp.Compare(len(a), len(b)) })
	s := c.search(w, st.skew)
	found := false
	for _, nodes := range components[:min(len(components), shown)] {
		cycle := s.shortest(nodes)
		if cycle == nil {
			if !st.skew {
				found = true
				c.tangled(st, nodes)
			}
			continue
		}
		found = true
		vars := make([]int32, len(cycle))
		steps := make([]Step, len(cycle))
		for i, l := range cycle {
			vars[i], steps[i] = c.explain(l)
		}
		c.report.add(&Violation{Anomaly: st.name(cycle, vars), Level: st.level, Cycle: steps, Who: c.who(cycle)})
	}
	return found
}

func (c *checker) who(cycle []link) []AttemptID {
	who := make([]AttemptID, len(cycle))
	for i, l := range cycle {
		who[i] = c.id(l.from)
	}
	return who
}

// tangled reports a component in which no cycle was found within the budget: it
// has one, but nobody could read it.
func (c *checker) tangled(st stage, nodes []nodeID) {
	v := &Violation{Anomaly: st.name(nil, nil), Level: st.level}
	v.Detail = fmt.Sprintf("%d attempts depend on one another; the cycle is too long to show, some of them are", len(nodes))
	for _, n := range nodes[:min(len(nodes), 2*shown)] {
		v.Who = append(v.Who, c.id(n))
	}
	c.report.add(v)
}
