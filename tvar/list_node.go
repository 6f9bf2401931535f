package tvar

import "github.com/weft-stm/weft/stm"

// The ends of a List are a node without an item, before the first and after the
// last. So each node has two neighbours, and one that has none is not in the
// list:
//
//	ends ⇄ a ⇄ b ⇄ ends
//
// Who changes a link between two nodes writes it in both. So it is enough to
// have read one of them.

// ref returns l unless it is nil.
func (l *List[T]) ref() *List[T] {
	if l == nil {
		panic("tvar: nil List: use a List value or new(tvar.List[T])")
	}
	return l
}

// mine returns n unless it is not of l.
func (l *List[T]) mine(n *Node[T]) *Node[T] {
	switch {
	case n == nil:
		panic("tvar: nil Node: use one that an insertion or a walk has returned")
	case n.in != l.ref():
		panic("tvar: Node of another List: delete the item there, and insert it here")
	}
	return n
}

// insert puts x between p and q, which are neighbours, and returns its node.
func (l *List[T]) insert(tx *stm.Tx, x T, p, q *Node[T]) *Node[T] {
	n := fresh[Node[T]]()
	n.in, n.x = l, x
	l.size.Add(tx, 1)
	n.between(tx, p, q)
	return n
}

// between puts n between p and q, which are neighbours.
func (n *Node[T]) between(tx *stm.Tx, p, q *Node[T]) {
	n.prev.Set(tx, p)
	n.next.Set(tx, q)
	p.next.Set(tx, n)
	q.prev.Set(tx, n)
}

// unlink makes the neighbours of n neighbours, and reports whether it had any.
func (n *Node[T]) unlink(tx *stm.Tx) bool {
	p := n.prev.Get(tx)
	if p == nil {
		return false
	}
	q := n.next.Get(tx)
	p.next.Set(tx, q)
	q.prev.Set(tx, p)
	return true
}

// MoveBefore moves n to the place before mark, and reports whether both were
// still in the list. If one was not, nothing is moved.
func (l *List[T]) MoveBefore(tx *stm.Tx, n, mark *Node[T]) bool {
	p := l.mine(mark).prev.Get(tx)
	if p == nil || !l.mine(n).In(tx) {
		return false
	}
	if p != n && mark != n { // else it is there
		n.unlink(tx)
		n.between(tx, mark.prev.Get(tx), mark)
	}
	return true
}

// MoveAfter moves n to the place after mark, and reports whether both were
// still in the list. If one was not, nothing is moved.
func (l *List[T]) MoveAfter(tx *stm.Tx, n, mark *Node[T]) bool {
	q := l.mine(mark).next.Get(tx)
	if q == nil || !l.mine(n).In(tx) {
		return false
	}
	if q != n && mark != n {
		n.unlink(tx)
		n.between(tx, mark, mark.next.Get(tx))
	}
	return true
}

// MoveToFront moves n before all others, and reports whether it was still in
// the list.
func (l *List[T]) MoveToFront(tx *stm.Tx, n *Node[T]) bool {
	if !l.mine(n).In(tx) {
		return false
	}
	if l.ends.next.Get(tx) != n {
		n.unlink(tx)
		n.between(tx, &l.ends, l.ends.next.Get(tx))
	}
	return true
}

// MoveToBack moves n after all others, and reports whether it was still in the
// list.
func (l *List[T]) MoveToBack(tx *stm.Tx, n *Node[T]) bool {
	if !l.mine(n).In(tx) {
		return false
	}
	if l.ends.prev.Get(tx) != n {
		n.unlink(tx)
		n.between(tx, l.ends.prev.Get(tx), &l.ends)
	}
	return true
}

// walk yields n and those that the links lead to. After n has been deleted by
// yield it goes on where n led to before.
func (l *List[T]) walk(tx *stm.Tx, n *Node[T], link func(*Node[T]) *Var[*Node[T]], yield func(*Node[T]) bool) {
	for n != nil {
		before := link(n).Get(tx)
		if !yield(n) {
			return
		}
		n = link(n).Get(tx)
		if n == nil && before != &l.ends && link(before).Get(tx) != nil {
			n = before
		}
		n = l.inner(n)
	}
}
