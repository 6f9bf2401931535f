package tvar

import (
	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// ends are the two ends of a Queue, each on cache lines of its own.
//
// A read of tail, where everybody else only peeks, is a wait for an item. That
// is why tail can wake one waiter at a time: all who have read it found the
// queue empty, having taken nothing from it.
type ends[T any] struct {
	head head[T]
	_    [128]byte
	chain[T]
	_ [128]byte
}

// all returns the ends of q, made by whoever comes first.
func (q *Queue[T]) all() *ends[T] {
	if q == nil {
		panic("tvar: nil Queue: use a Queue value or new(tvar.Queue[T])")
	}
	if e := q.ends.Load(); e != nil {
		return e
	}
	return q.allSlow()
}

func (q *Queue[T]) allSlow() *ends[T] {
	e := fresh[ends[T]]()
	engine.SetWakeOne(&e.tail.cell)
	first := newLink[T](0)
	e.chain.begin(first)
	e.head.begin(first)
	// Which of several gets its ends in does not matter: nothing is in any.
	q.ends.CompareAndSwap(nil, e)
	return q.ends.Load()
}

// await waits until p, the last link, is filled or retired. head leads to p.
// It returns if that has happened already, or if head has moved.
func (e *ends[T]) await(tx *stm.Tx, p *link[T]) {
	if engine.Written(tx.Engine(), &e.head.cell) {
		// The transaction has taken items and wants more than there are.
		// Others may be content with those, so it must not stand before them.
		p.read(tx)
	} else {
		e.tail.Get(tx)
	}
	// With that read the state may have moved on.
	if _, s := p.look(tx); s == nothing && e.head.Peek(tx) == p {
		tx.Retry()
	}
}
