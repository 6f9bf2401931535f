package history

import "slices"

// install numbers the versions: the initial ones, then for each committed
// attempt the last write of each variable that no rollback undid. An attempt's
// versions are in the order of its operations, so that a token is found among
// them by bisection.
func (c *checker) install() {
	c.versions = make([]version, c.h.Vars(), c.h.Vars()+len(c.committed))
	for v := range c.versions {
		c.versions[v] = version{token: c.h.initial[v], v: int32(v), writer: nobody, pred: nobody, next: nobody}
	}
	c.first = make([]versionID, 0, len(c.committed)+1)
	last := make([]nodeID, c.h.Vars()) // the node, plus one, whose last write was found
	for n := range nodeID(len(c.places)) {
		c.first = append(c.first, versionID(len(c.versions)))
		if c.committed[n] {
			c.installAttempt(n, last)
		}
	}
	c.first = append(c.first, versionID(len(c.versions)))
}

func (c *checker) installAttempt(n nodeID, last []nodeID) {
	l, i := c.locate(n)
	a := l.attempts.at(i)
	from, to := l.span(i)
	for j := to - 1; j >= from; j-- { // backwards: the first one met is the last one written
		o := l.ops.at(j)
		if o.kind != opWrite || o.undone || last[o.v] == n+1 {
			continue
		}
		last[o.v] = n + 1
		c.versions = append(c.versions, version{
			token:  makeToken(l.worker, l.base+uint64(i), j-from),
			commit: a.version,
			v:      int32(o.v),
			writer: n,
			pred:   nobody,
			next:   nobody,
		})
	}
	slices.Reverse(c.versions[c.first[n]:])
}

// resolve returns the version of variable v that a token names, or the anomaly
// that it was seen at all.
func (c *checker) resolve(v int32, t Token) (versionID, Anomaly) {
	if t == c.h.initial[v] {
		return v, 0
	}
	n, _ := c.find(t)
	if n == nobody {
		return nobody, Garbage
	}
	lo, hi := c.first[n], c.first[n+1]
	for lo < hi {
		if m := (lo + hi) / 2; c.versions[m].token < t {
			lo = m + 1
		} else {
			hi = m
		}
	}
	if lo < c.first[n+1] && c.versions[lo].token == t && c.versions[lo].v == v {
		return lo, 0
	}
	return nobody, c.unwritten(n, v, t)
}

// unwritten says what is wrong with a token that names no version of v.
func (c *checker) unwritten(n nodeID, v int32, t Token) Anomaly {
	l, i := c.locate(n)
	from, to := l.span(i)
	if j := from + t.index(); j < to {
		switch o := l.ops.at(j); {
		case o.kind != opWrite || int32(o.v) != v:
			return Garbage
		case !c.committed[n] || o.undone:
			return G1a
		}
		return G1b
	}
	return Garbage
}
