package history

import (
	"cmp"
	"fmt"
	"slices"
)

// order links each variable's versions to their successors.
func (c *checker) order() {
	vars := c.h.Vars()
	from := make([]int32, vars+1)
	for _, ver := range c.versions[vars:] {
		from[ver.v+1]++
	}
	for v := range vars {
		from[v+1] += from[v]
	}
	ids := make([]versionID, len(c.versions)-vars)
	fill := slices.Clone(from)
	for i := vars; i < len(c.versions); i++ {
		v := c.versions[i].v
		ids[fill[v]] = versionID(i)
		fill[v]++
	}
	for v := range vars {
		c.report.Final[v] = c.orderVar(versionID(v), ids[from[v]:from[v+1]])
	}
}

// orderVar links the versions of one variable and returns the token of the last,
// or None if the order is not known throughout.
func (c *checker) orderVar(initial versionID, ids []versionID) Token {
	numbered := !slices.ContainsFunc(ids, func(i versionID) bool { return c.versions[i].commit == 0 })
	if numbered {
		return c.orderByCommit(initial, ids)
	}
	return c.orderByPred(initial, ids)
}

// orderByCommit sorts by commit version. A writer that saw another version than
// the one before its own has overwritten an update that it did not know of.
func (c *checker) orderByCommit(initial versionID, ids []versionID) Token {
	slices.SortFunc(ids, func(a, b versionID) int {
		return cmp.Compare(c.versions[a].commit, c.versions[b].commit)
	})
	last := initial
	for _, i := range ids {
		prev, ver := &c.versions[last], &c.versions[i]
		prev.next = i
		if last != initial && prev.commit == ver.commit {
			c.writers(Duplicate, last, i, fmt.Sprintf("both have commit version %d", ver.commit))
		}
		if ver.pred != nobody && ver.pred != last {
			c.lost(last, i)
		}
		last = i
	}
	return c.versions[last].token
}

// orderByPred follows what each writer overwrote. A blind write begins a chain
// of its own; only a single one has a sure place: after the initial chain.
func (c *checker) orderByPred(initial versionID, ids []versionID) Token {
	blind := versionID(nobody)
	chains := 0
	for _, i := range ids {
		p := c.versions[i].pred
		switch {
		case p == nobody:
			blind = i
			chains++
		case c.versions[p].next != nobody:
			c.lost(c.versions[p].next, i)
		default:
			c.versions[p].next = i
		}
	}
	if chains > 1 {
		c.report.Unordered += chains
		return None
	}
	last := c.tail(initial, len(ids))
	if chains == 1 {
		c.versions[last].next = blind
		last = c.tail(blind, len(ids))
	}
	return c.versions[last].token
}

// tail follows a chain to its end; limit stops it where predecessors form a ring.
func (c *checker) tail(i versionID, limit int) versionID {
	for ; limit > 0 && c.versions[i].next != nobody; limit-- {
		i = c.versions[i].next
	}
	return i
}

// lost reports that i was written over a version that first had overwritten.
func (c *checker) lost(first, i versionID) {
	c.writers(LostUpdate, first, i, fmt.Sprintf("the second was computed from %v, which is not the version before it",
		c.versions[c.versions[i].pred].token))
}

func (c *checker) writers(a Anomaly, x, y versionID, what string) {
	vx, vy := c.versions[x], c.versions[y]
	v := &Violation{
		Anomaly: a,
		Level:   Serializability,
		Detail:  fmt.Sprintf("variable %s: %v, then %v: %s", c.h.label(int(vx.v)), vx.token, vy.token, what),
		Who:     []AttemptID{c.id(vy.writer)},
	}
	if vx.writer != nobody {
		v.Who = append([]AttemptID{c.id(vx.writer)}, v.Who...)
	}
	c.report.add(v)
}
