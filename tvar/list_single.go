package tvar

import "github.com/weft-stm/weft/stm"

// PutFront adds x before all items and returns its node, in a transaction of
// its own.
func (l *List[T]) PutFront(x T) (n *Node[T]) {
	atomically(func(tx *stm.Tx) { n = l.PushFront(tx, x) })
	return n
}

// PutBack adds x after all items and returns its node, in a transaction of its
// own.
func (l *List[T]) PutBack(x T) (n *Node[T]) {
	atomically(func(tx *stm.Tx) { n = l.PushBack(tx, x) })
	return n
}

// PutBefore adds x before mark and returns its node, or nil if mark has been
// deleted, in a transaction of its own.
func (l *List[T]) PutBefore(x T, mark *Node[T]) (n *Node[T]) {
	atomically(func(tx *stm.Tx) { n = l.InsertBefore(tx, x, mark) })
	return n
}

// PutAfter adds x after mark and returns its node, or nil if mark has been
// deleted, in a transaction of its own.
func (l *List[T]) PutAfter(x T, mark *Node[T]) (n *Node[T]) {
	atomically(func(tx *stm.Tx) { n = l.InsertAfter(tx, x, mark) })
	return n
}

// Remove takes n out of the list, in a transaction of its own, and reports
// whether it was still there.
func (l *List[T]) Remove(n *Node[T]) (found bool) {
	atomically(func(tx *stm.Tx) { found = l.Delete(tx, n) })
	return found
}

// BringBefore moves n to the place before mark, as [List.MoveBefore] in a
// transaction of its own.
func (l *List[T]) BringBefore(n, mark *Node[T]) (ok bool) {
	atomically(func(tx *stm.Tx) { ok = l.MoveBefore(tx, n, mark) })
	return ok
}

// BringAfter moves n to the place after mark, as [List.MoveAfter] in a
// transaction of its own.
func (l *List[T]) BringAfter(n, mark *Node[T]) (ok bool) {
	atomically(func(tx *stm.Tx) { ok = l.MoveAfter(tx, n, mark) })
	return ok
}

// BringToFront moves n before all others, as [List.MoveToFront] in a
// transaction of its own.
func (l *List[T]) BringToFront(n *Node[T]) (ok bool) {
	atomically(func(tx *stm.Tx) { ok = l.MoveToFront(tx, n) })
	return ok
}

// BringToBack moves n after all others, as [List.MoveToBack] in a transaction
// of its own.
func (l *List[T]) BringToBack(n *Node[T]) (ok bool) {
	atomically(func(tx *stm.Tx) { ok = l.MoveToBack(tx, n) })
	return ok
}

// First returns the first node now, or nil if there is none.
func (l *List[T]) First() *Node[T] { return l.inner(l.ref().ends.next.Load()) }

// Last returns the last node now, or nil if there is none.
func (l *List[T]) Last() *Node[T] { return l.inner(l.ref().ends.prev.Load()) }

// Reset deletes all nodes, in a transaction of its own.
func (l *List[T]) Reset() { atomically(l.Clear) }

// Size returns the number of items at one instant.
func (l *List[T]) Size() int { return int(l.ref().size.Load()) }

// Snapshot returns a copy of all items at one instant. It aborts nobody and
// always succeeds, as stm.View does.
func (l *List[T]) Snapshot() []T {
	return view(func(tx *stm.Tx) []T {
		xs := []T{}
		for n := l.Front(tx); n != nil; n = n.Next(tx) {
			xs = append(xs, n.x)
		}
		return xs
	})
}
