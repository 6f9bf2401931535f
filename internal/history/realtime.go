package history

import (
	"cmp"
	"slices"
)

// A stamp is the time of something.
type stamp[T any] struct {
	at int64
	of T
}

func sortStamps[T any](s []stamp[T]) {
	slices.SortFunc(s, func(a, b stamp[T]) int { return cmp.Compare(a.at, b.at) })
}

// realTime prepares the rt edges. "A ended before B began" has up to n² pairs;
// a chain of extra nodes stands for all of them with three edges an attempt:
//
//	A ──end──▶ c0 ──▶ c1 ──▶ c2 ──▶ …      a node wherever a begin follows an end
//	                   └─begin─▶ B
//
// It returns the number of chain nodes, numbered after those of the attempts.
func (c *checker) realTime() int {
	ends := make([]stamp[nodeID], len(c.end))
	for n, end := range c.end {
		ends[n] = stamp[nodeID]{end, nodeID(n)}
	}
	sortStamps(ends)
	return c.chain(ends)
}

// chain walks the begins, which are in the order of the nodes; the ends strictly
// before one that no earlier begin passed share a chain node. A tie orders
// nothing: the clock is only so fine.
func (c *checker) chain(ends []stamp[nodeID]) int {
	n := len(ends)
	c.before, c.after = make([]nodeID, n), make([]nodeID, n)
	links, e := 0, 0
	for b, begin := range c.begin {
		passed := e
		for e < n && ends[e].at < begin {
			c.after[ends[e].of] = nodeID(n + links)
			e++
		}
		if e > passed {
			links++
		}
		c.before[b] = nobody
		if links > 0 {
			c.before[b] = nodeID(n + links - 1)
		}
	}
	for ; e < n; e++ {
		c.after[ends[e].of] = nobody
	}
	return links
}
