package tvar

import (
	"runtime"
	"strconv"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// A Counter is an integer that many goroutines add to. The zero Counter is 0
// and ready to use. A Counter must not be copied after its first use.
//
// Additions never conflict with one another, and those of different goroutines
// rarely meet: a Counter is a set of stripes, each on cache lines of its own,
// and a goroutine adds to the one that it falls upon. Reading the sum reads all
// of them, so it conflicts with every addition; it is as exact as reading a
// [Var]. A transaction that only adds reads nothing. The sum wraps around as
// int64 does.
//
// A number that is read as often as it is added to is better kept in a Var,
// with [Add]. A Counter that has been used takes four stripes of 128 bytes for
// each processor, at most 64 in all.
//
// From kcas's Accumulator and Java's LongAdder.
type Counter struct {
	stripes atomics.Pointer[[]stripe]
}

// A stripe is one summand. The padding keeps it from its neighbours; two cache
// lines, since processors prefetch in pairs.
type stripe struct {
	n     Var[int64]
	steps engine.Supply // belongs to n
	_     [128 - 32 - 32]byte
}

// maxStripes bounds the memory of a Counter and the time to read it.
const maxStripes = 64

// numStripes is a power of two. The explorer gets along with two.
func numStripes() int {
	if atomics.Exploring {
		return 2
	}
	n := 4
	for n < 4*runtime.NumCPU() && n < maxStripes {
		n *= 2
	}
	return n
}

// all returns the stripes of c, made by whoever comes first.
func (c *Counter) all() []stripe {
	if s := c.stripes.Load(); s != nil {
		return *s
	}
	return c.allSlow()
}

func (c *Counter) allSlow() []stripe {
	s := freshSlice[stripe](numStripes())
	// Which of several gets its stripes in does not matter: all are zero.
	c.stripes.CompareAndSwap(nil, &s)
	return *c.stripes.Load()
}

// Add adds n once the transaction commits. It conflicts with reads of the sum
// and with nothing else, costs as much as [Add], and does not allocate.
func (c *Counter) Add(tx *stm.Tx, n int64) {
	s := c.all()
	Add(tx, &s[stripeOf(home())&(len(s)-1)].n, n)
}

// Get returns the sum in the transaction, its own additions included. It costs
// a read for each stripe.
func (c *Counter) Get(tx *stm.Tx) (sum int64) {
	s := c.all()
	for i := range s {
		sum += s[i].n.Get(tx)
	}
	return sum
}

// Increase adds n, as a transaction that does nothing else would. n may be
// negative. It costs about as much as [Var.Store], and does not allocate.
func (c *Counter) Increase(n int64) {
	s := c.all()
	h := home()
	at := stripeOf(h)
	for range len(s) {
		own := &s[at&(len(s)-1)]
		old, seen := engine.Sample(&own.n.cell)
		if own.steps.Install(&own.n.cell, seen, number(old.W+uint64(n))) {
			return
		}
		at = move(h) // somebody else adds here right now
	}
	s[at&(len(s)-1)].n.Modify(func(x int64) int64 { return x + n })
}

// loadTries is how often Load looks for a moment without additions.
const loadTries = 4

// Load returns the sum at one instant. It reads the stripes twice and believes
// what it read if nothing has changed in between; if that fails it opens a
// View, which always succeeds.
func (c *Counter) Load() int64 {
	s := c.all()
	for range loadTries {
		if sum, ok := collect(s); ok {
			return sum
		}
	}
	return view(c.Get)
}

// collect returns the sum if there was an instant at which it held: every
// stripe had the same version before and after that instant.
func collect(s []stripe) (sum int64, ok bool) {
	var seen [maxStripes]uint64
	for i := range s {
		v, word := engine.Sample(&s[i].n.cell)
		sum += int64(v.W)
		seen[i] = word
	}
	for i := range s {
		if _, word := engine.Sample(&s[i].n.cell); word != seen[i] {
			return 0, false
		}
	}
	return sum, true
}

// String formats the present sum, as [Counter.Load] returns it, for people.
func (c *Counter) String() string {
	if c == nil {
		return "<nil Counter>"
	}
	return strconv.FormatInt(c.Load(), 10)
}
