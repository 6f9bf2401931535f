package history

import (
	"cmp"
	"slices"
)

type stamp struct {
	at int64
	n  nodeID
}

// realTime prepares the rt edges. "A ended before B began" has up to n² pairs;
// a chain of extra nodes stands for all of them with three edges an attempt:
//
//	A ──end──▶ c0 ──▶ c1 ──▶ c2 ──▶ …      a node wherever a begin follows an end
//	                   └─begin─▶ B
//
// It returns the number of chain nodes, numbered after those of the attempts.
func (c *checker) realTime() int {
	n := len(c.committed)
	begins, ends := make([]stamp, 0, n), make([]stamp, 0, n)
	c.begin, c.end = make([]int64, n), make([]int64, n)
	for w, l := range c.h.logs {
		for i := range l.attempts.n {
			a, id := l.attempts.at(i), c.base[w]+nodeID(i)
			end := a.end
			if a.outcome == Open {
				end = never
			}
			c.begin[id], c.end[id] = a.begin, end
			begins = append(begins, stamp{a.begin, id})
			ends = append(ends, stamp{end, id})
		}
	}
	byTime := func(a, b stamp) int { return cmp.Compare(a.at, b.at) }
	slices.SortFunc(begins, byTime)
	slices.SortFunc(ends, byTime)
	return c.chain(begins, ends)
}

// chain walks the begins; the ends strictly before one that no earlier begin
// passed share a chain node. A tie orders nothing: the clock is only so fine.
func (c *checker) chain(begins, ends []stamp) int {
	n := len(begins)
	c.before, c.after = make([]nodeID, n), make([]nodeID, n)
	links, e := 0, 0
	for _, b := range begins {
		passed := e
		for e < n && ends[e].at < b.at {
			c.after[ends[e].n] = nodeID(n + links)
			e++
		}
		if e > passed {
			links++
		}
		c.before[b.n] = nobody
		if links > 0 {
			c.before[b.n] = nodeID(n + links - 1)
		}
	}
	for ; e < n; e++ {
		c.after[ends[e].n] = nobody
	}
	return links
}
