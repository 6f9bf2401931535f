package tvar

import (
	"context"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// The items of a Queue and of a Broadcast lie in a chain of links, of which the
// last one holds nothing yet. Who takes items has a head of its own:
//
//	head ─→ link 4 ─→ link 5 ─→ link 6 ←─ tail
//	         "a"       "b"       nothing, or retired: closed
//
// A push fills the last link and moves tail, a pop moves head: neither writes
// what the other reads, unless there is no item. What a link holds never
// changes once it holds something.
//
// The last link says whether tail is right, since no push leaves it alone. So
// whoever pushes depends on that link, and only peeks at tail.
//
// A link and the item before it could be one object, for an allocation less;
// then head would keep alive the item that was taken last.

// A chain is the end where items are added.
type chain[T any] struct {
	tail Var[*link[T]]
	puts engine.Supply // belongs to tail
}

// A link holds an item, nothing, or is retired.
type link[T any] struct {
	held optional[*item[T]]
	at   int64 // one more than that of the link before
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

// linkBefore makes a link with x in it that leads to p. It is private until a
// head leads to it.
func linkBefore[T any](p *link[T], x T) *link[T] {
	front := newLink[T](p.at - 1)
	engine.Init(&front.held.cell, encode(&item[T]{x, p}, engine.Pointer))
	return front
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

// whyNot is the error for an item that a link does not hold.
func whyNot(s state) error {
	switch s {
	case nothing:
		return ErrEmpty
	case retired:
		return ErrClosed
	}
	return nil
}

// begin makes p the last link. Nobody shares c yet.
func (c *chain[T]) begin(p *link[T]) {
	engine.Init(&c.tail.cell, encode(p, engine.Pointer))
}

// last returns the last link, on which the transaction then depends, and what
// it holds: nothing, or it is retired.
func (c *chain[T]) last(tx *stm.Tx) (*link[T], state) {
	for {
		p := c.tail.Peek(tx)
		if _, s := p.read(tx); s != something {
			return p, s
		}
		// Filled since tail was looked at: tail has moved, too.
	}
}

// push adds x, or returns ErrClosed.
func (c *chain[T]) push(tx *stm.Tx, x T) error {
	p, s := c.last(tx)
	if s == retired {
		return ErrClosed
	}
	next := newLink[T](p.at + 1)
	p.held.set(tx, &item[T]{x, next})
	c.tail.Set(tx, next)
	return nil
}

// put is push by a step on the tail and the last link.
func (c *chain[T]) put(x T) error {
	next := newLink[T](0)
	it := &item[T]{x, next} // both private until they are installed
	for range modifyAttempts {
		tail, seen := engine.Sample(&c.tail.cell)
		p := decode[*link[T]](tail)
		v, free := engine.Sample(&p.held.cell)
		switch stateOf(v) {
		case retired:
			return ErrClosed
		case nothing:
			next.at = p.at + 1
			if c.puts.InstallBoth(
				engine.Change{Cell: &c.tail.cell, Seen: seen, Val: encode(next, engine.Pointer)},
				engine.Change{Cell: &p.held.cell, Seen: free, Val: encode(it, engine.Pointer)},
			) {
				return nil
			}
		}
	}
	return c.putSlow(x)
}

func (c *chain[T]) putSlow(x T) error {
	return stm.Atomically(context.Background(), func(tx *stm.Tx) error { return c.push(tx, x) })
}

// close retires the last link, and writes tail for those who wait for it.
func (c *chain[T]) close(tx *stm.Tx) {
	if p, s := c.last(tx); s != retired {
		p.held.retire(tx)
		c.tail.Set(tx, p)
	}
}

// closed reports whether the last link is retired.
func (c *chain[T]) closed(tx *stm.Tx) bool {
	_, s := c.last(tx)
	return s == retired
}
