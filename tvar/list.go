package tvar

import (
	"fmt"
	"iter"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// A List holds items in a row that can be changed anywhere, by means of the
// [Node] that stands for each. The zero List is empty and ready to use. A List
// must not be copied after its first use.
//
// # Conflicts
//
// Transactions conflict over neighbours: an insertion over the two nodes that
// it comes between, a deletion over the node and those beside it. The ends count
// as neighbours of the first node and of the last. Whoever walks along the list
// depends on the links that it has followed. Changes of the number of items do
// not conflict among themselves, but with Len.
//
// # Nodes
//
// A Node is in the list until it is deleted, and never comes back. What is
// asked of a node that another transaction has deleted is not done, and says
// so. A node of another List panics.
//
// # Cost
//
// Operations on a node take constant time, three to six writes. An item takes
// 72 bytes and itself, in one allocation, and a list that has been used a
// [Counter].
//
// As with the Dllist of kcas_data, a deletion may be repeated.
type List[T any] struct {
	ends Node[T] // before the first and after the last
	size Counter
}

// A Node stands for an item of a [List]. It is made by an insertion.
type Node[T any] struct {
	prev, next Var[*Node[T]] // nil once n has been deleted; of the ends, also if there are none
	in         *List[T]
	x          T
}

// Value returns the item, which never changes. For one that does, make T a
// *Var.
func (n *Node[T]) Value() T { return n.x }

// In reports whether n is in its list, that is has not been deleted.
func (n *Node[T]) In(tx *stm.Tx) bool { return n.next.Get(tx) != nil }

// Next returns the node after n, or nil if there is none or n has been deleted.
func (n *Node[T]) Next(tx *stm.Tx) *Node[T] { return n.in.inner(n.next.Get(tx)) }

// Prev returns the node before n, or nil if there is none or n has been
// deleted.
func (n *Node[T]) Prev(tx *stm.Tx) *Node[T] { return n.in.inner(n.prev.Get(tx)) }

// inner returns n, or nil if n is the ends of l.
func (l *List[T]) inner(n *Node[T]) *Node[T] {
	if n == nil || n == &l.ends {
		return nil
	}
	return n
}

// outer returns n, or the ends of l if n is nil: that is what they know as
// their neighbours at first.
func (l *List[T]) outer(n *Node[T]) *Node[T] {
	if n == nil {
		return &l.ends
	}
	return n
}

// Front returns the first node, or nil if there is none.
func (l *List[T]) Front(tx *stm.Tx) *Node[T] { return l.inner(l.ref().ends.next.Get(tx)) }

// Back returns the last node, or nil if there is none.
func (l *List[T]) Back(tx *stm.Tx) *Node[T] { return l.inner(l.ref().ends.prev.Get(tx)) }

// PushFront adds x before all items and returns its node.
func (l *List[T]) PushFront(tx *stm.Tx, x T) *Node[T] {
	ends := &l.ref().ends
	return l.insert(tx, x, ends, l.outer(ends.next.Get(tx)))
}

// PushBack adds x after all items and returns its node.
func (l *List[T]) PushBack(tx *stm.Tx, x T) *Node[T] {
	ends := &l.ref().ends
	return l.insert(tx, x, l.outer(ends.prev.Get(tx)), ends)
}

// InsertBefore adds x before mark and returns its node, or nil if mark has been
// deleted.
func (l *List[T]) InsertBefore(tx *stm.Tx, x T, mark *Node[T]) *Node[T] {
	p := l.mine(mark).prev.Get(tx)
	if p == nil {
		return nil
	}
	return l.insert(tx, x, p, mark)
}

// InsertAfter adds x after mark and returns its node, or nil if mark has been
// deleted.
func (l *List[T]) InsertAfter(tx *stm.Tx, x T, mark *Node[T]) *Node[T] {
	p := l.mine(mark).next.Get(tx)
	if p == nil {
		return nil
	}
	return l.insert(tx, x, mark, p)
}

// Delete takes n out of the list, and reports whether it was still there.
func (l *List[T]) Delete(tx *stm.Tx, n *Node[T]) bool {
	engine.CheckWrite(tx.Engine())
	if !l.mine(n).unlink(tx) {
		return false
	}
	n.prev.Set(tx, nil)
	n.next.Set(tx, nil)
	l.size.Add(tx, -1)
	return true
}

// Clear deletes all nodes. It costs two writes for each.
func (l *List[T]) Clear(tx *stm.Tx) {
	n := l.ref().ends.next.Get(tx)
	for l.inner(n) != nil {
		next := n.next.Get(tx)
		n.prev.Set(tx, nil)
		n.next.Set(tx, nil)
		l.size.Add(tx, -1)
		n = next
	}
	l.ends.next.Set(tx, nil)
	l.ends.prev.Set(tx, nil)
}

// Len returns the number of items in the transaction, which then conflicts with
// each insertion and deletion. It costs a read for each stripe of a [Counter].
func (l *List[T]) Len(tx *stm.Tx) int { return int(l.ref().size.Get(tx)) }

// All yields the nodes in the transaction, from the first to the last. The
// transaction depends on the links between those that were yielded. The loop
// may insert nodes, and delete the one that it has got; it ends at one that has
// been deleted otherwise before its turn.
func (l *List[T]) All(tx *stm.Tx) iter.Seq[*Node[T]] {
	return func(yield func(*Node[T]) bool) {
		l.walk(tx, l.Front(tx), func(n *Node[T]) *Var[*Node[T]] { return &n.next }, yield)
	}
}

// Backward is All from the last node to the first.
func (l *List[T]) Backward(tx *stm.Tx) iter.Seq[*Node[T]] {
	return func(yield func(*Node[T]) bool) {
		l.walk(tx, l.Back(tx), func(n *Node[T]) *Var[*Node[T]] { return &n.prev }, yield)
	}
}

// String formats the items as [List.Snapshot] returns them, for people.
func (l *List[T]) String() string {
	if l == nil {
		return "<nil List>"
	}
	return fmt.Sprint(l.Snapshot())
}
