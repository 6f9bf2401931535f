package heap

import (
	"runtime"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/sched"
)

// A Counter is an integer that many threads add to. The zero Counter is 0 and
// ready to use; it must not be copied.
//
// Additions never conflict with one another. Reading the sum conflicts with
// every addition by others. The sum wraps around as int64 does.
//
// It takes 128 bytes for each processor, at most 16 times.
type Counter struct {
	stripes atomics.Pointer[[]stripe]
}

// A stripe is one summand, away from the others by two cache lines.
type stripe struct {
	cell engine.Cell
	_    [96]byte
}

const maxStripes = 16

func numStripes() int {
	if atomics.Exploring {
		return 2
	}
	n := 2 // also on one processor: it may be taken from a thread inside a region
	for n < runtime.GOMAXPROCS(0) && n < maxStripes {
		n *= 2
	}
	return n
}

func (c *Counter) all() []stripe {
	if s := c.stripes.Load(); s != nil {
		return *s
	}
	s := freshSlice[stripe](numStripes())
	// Which of several gets its stripes in does not matter: all are zero.
	c.stripes.CompareAndSwap(nil, &s)
	return *c.stripes.Load()
}

// Add adds n once the transaction commits. It does not allocate.
func (c *Counter) Add(t *sched.Thread, n int64) {
	s := c.all()
	engine.Increase(t.Engine(), &s[int(t.ID())&(len(s)-1)].cell, whole, uint64(n))
}

// TryGet returns the sum, what the transaction has added included; ok is false
// if the attempt is lost. It costs a read for each stripe.
func (c *Counter) TryGet(t *sched.Thread) (sum int64, ok bool) {
	s := c.all()
	for i := range s {
		v, ok := engine.Fetch(t.Engine(), &s[i].cell)
		if !ok {
			return 0, false
		}
		sum += int64(v.W)
	}
	return sum, true
}

// Get returns the sum, what the transaction has added included.
func (c *Counter) Get(t *sched.Thread) int64 {
	sum, ok := c.TryGet(t)
	mustOK(t, ok)
	return sum
}
