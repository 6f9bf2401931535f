package heap

import (
	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/sched"
)

// A Queue hands values from thread to thread. The zero Queue is empty and ready
// to use; it must not be copied.
//
// Values of one thread are taken in the order in which it put them, and in no
// order with those of others. Puts conflict if their threads share a lane: there
// are four lanes for each processor, 8 to 64, and threads get them in turn. A put
// conflicts with a take only if the lane was empty. A take looks into the lane of
// its own thread first; one that finds nothing has looked into all.
//
// A lane keeps the value that was taken from it last. A put costs an allocation
// and three writes, a take two reads and two writes.
type Queue[T any] struct {
	_     [0]func(T)
	lanes atomics.Pointer[[]lane]
	size  engine.Cell
}

// A lane is a linked list whose first node has been taken.
type lane struct {
	head, tail engine.Cell // nodes
	_          [64]byte
}

// A node holds one value. It is immutable but for next.
type node[T any] struct {
	next  engine.Cell // the node after it, or nothing
	value T
}

// numLanes is a power of two.
func numLanes() int {
	if atomics.Exploring {
		return 2
	}
	return max(8, 4*numStripes())
}

func (q *Queue[T]) all() []lane {
	if p := q.lanes.Load(); p != nil {
		return *p
	}
	lanes := freshSlice[lane](numLanes())
	for i := range lanes {
		first := nodeValue(fresh[node[T]]())
		engine.Init(&lanes[i].head, first)
		engine.Init(&lanes[i].tail, first)
	}
	// Which of several gets its lanes in does not matter: all are empty.
	q.lanes.CompareAndSwap(nil, &lanes)
	return *q.lanes.Load()
}

// TryPut adds x; ok is false if the attempt is lost.
func (q *Queue[T]) TryPut(t *sched.Thread, x T) (ok bool) {
	lanes, g := q.all(), t.Engine()
	l := &lanes[int(t.ID())&(len(lanes)-1)]
	v, ok := engine.Fetch(g, &l.tail)
	if !ok {
		return false
	}
	n := fresh[node[T]]()
	n.value = x
	engine.Birth(g, &n.next, nothing)
	last := nodeOf[T](v)
	engine.Put(g, &last.next, nodeValue(n))
	engine.Put(g, &l.tail, nodeValue(n))
	engine.Increase(g, &q.size, whole, 1)
	return true
}

// Put adds x.
func (q *Queue[T]) Put(t *sched.Thread, x T) { mustOK(t, q.TryPut(t, x)) }

// TryTake removes a value and returns it; found is false if there is none, and
// ok if the attempt is lost. A region that wants to wait for one calls
// [sched.Thread.Retry] then.
func (q *Queue[T]) TryTake(t *sched.Thread) (x T, found, ok bool) {
	lanes, g := q.all(), t.Engine()
	for i := range lanes {
		l := &lanes[(int(t.ID())+i)&(len(lanes)-1)]
		v, ok := engine.Fetch(g, &l.head)
		if !ok {
			return x, false, false
		}
		v, ok = engine.Fetch(g, &nodeOf[T](v).next)
		if !ok {
			return x, false, false
		}
		if isNothing(v) {
			continue
		}
		engine.Put(g, &l.head, v)
		engine.Increase(g, &q.size, whole, ^uint64(0))
		return nodeOf[T](v).value, true, true
	}
	return x, false, true
}

// Take removes a value and returns it; found is false if there is none.
func (q *Queue[T]) Take(t *sched.Thread) (x T, found bool) {
	x, found, ok := q.TryTake(t)
	mustOK(t, ok)
	return x, found
}

// Len returns the number of values. It conflicts with transactions that put
// more or fewer than they take.
func (q *Queue[T]) Len(t *sched.Thread) int {
	v, ok := engine.Fetch(t.Engine(), &q.size)
	mustOK(t, ok)
	return int(v.W)
}

// Label names the length of q in reports of conflicts. It is to be called
// before other threads know q.
func (q *Queue[T]) Label(name string) { engine.SetLabel(&q.size, name) }
