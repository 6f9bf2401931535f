package tvar

import (
	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// The items of a Queue lie in a chain of links, of which the last one holds
// nothing yet:
//
//	head ─→ link 4 ─→ link 5 ─→ link 6 ←─ tail
//	         "a"         "b"       nothing, or retired: closed
//
// A push fills the last link and moves tail, a pop moves head: neither writes
// what the other reads, unless the queue is empty. What a link holds never
// changes once it holds something.
//
// The last link says whether tail is right, since no push leaves it alone. So
// a push depends on that link, and only peeks at tail; a read of tail is a
// wait for an item. That is why tail can wake one waiter at a time: all who
// have read it found the queue empty, having taken nothing from it.
//
// Links and items could be one object, which saves an allocation; then
// head would keep alive the item that was taken last.

// A link holds an item, nothing, or is retired.
type link[T any] struct {
	held optional[*item[T]]
	at   int64 // one more than that of the one before
}

type item[T any] struct {
	x    T
	next *link[T]
}

func newLink[T any](at int64) *link[T] {
	p := fresh[link[T]]()
	p.at = at
	return p
}

// look returns what p holds, without a dependence on it.
func (p *link[T]) look(tx *stm.Tx) (*item[T], state) {
	return held[T](engine.Peek(tx.Engine(), &p.held.cell))
}

// read returns what p holds, and makes the transaction depend on it.
func (p *link[T]) read(tx *stm.Tx) (*item[T], state) {
	return held[T](engine.Read(tx.Engine(), &p.held.cell))
}

// now returns what p holds now.
func (p *link[T]) now() (*item[T], state) {
	return held[T](engine.Load(&p.held.cell))
}

func held[T any](v engine.Value) (it *item[T], s state) {
	if s = stateOf(v); s == something {
		it = decode[*item[T]](v)
	}
	return it, s
}

// written reports whether the transaction has filled p itself.
func (p *link[T]) written(tx *stm.Tx) bool {
	return engine.Written(tx.Engine(), &p.held.cell)
}

// ends are the two ends of the chain, each on cache lines of its own.
type ends[T any] struct {
	head Var[*link[T]]
	_    [128]byte
	tail Var[*link[T]] // wakes one of those who wait for an item
	_    [128]byte
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
	first := encode(newLink[T](0), engine.Pointer)
	engine.Init(&e.head.cell, first)
	engine.Init(&e.tail.cell, first)
	// Which of several gets its ends in does not matter: nothing is in any.
	q.ends.CompareAndSwap(nil, e)
	return q.ends.Load()
}

// last returns the last link, on which the transaction then depends, and what
// it holds: nothing, or it is retired.
func (e *ends[T]) last(tx *stm.Tx) (*link[T], state) {
	for {
		p := e.tail.Peek(tx)
		if _, s := p.read(tx); s != something {
			return p, s
		}
		// Filled since tail was looked at: tail has moved, too.
	}
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

// first returns the first item, or says why there is none. The transaction
// depends on the answer.
func (e *ends[T]) first(tx *stm.Tx) (*item[T], error) {
	p := e.head.Get(tx)
	it, s := p.look(tx)
	if s == nothing {
		it, s = p.read(tx)
	}
	return it, whyNot(s)
}

// whyNot is the error for an item that cannot be had.
func whyNot(s state) error {
	switch s {
	case nothing:
		return ErrEmpty
	case retired:
		return ErrClosed
	}
	return nil
}

// before makes a link with x in it that leads to p. It is private until head
// leads to it.
func before[T any](p *link[T], x T) *link[T] {
	front := newLink[T](p.at - 1)
	engine.Init(&front.held.cell, encode(&item[T]{x, p}, engine.Pointer))
	return front
}
