package tvar

import (
	"runtime"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/engine"
)

// A heap is a part of a PriorityQueue. least is what the root has, or nothing:
// who looks for the least of all elements depends on that, and not on what else
// is pushed. Whoever writes least writes root.
type heap[T any] struct {
	root  Var[*tree[T]]
	least optional[T]
	_     [128 - 64]byte // who pushes does not share a line with others
}

// A tree is immutable. No element is less than the one of its root, and no left
// branch is smaller than the right one: so the way to the right is short.
type tree[T any] struct {
	x           T
	size        int
	left, right *tree[T]
}

func (t *tree[T]) len() int {
	if t == nil {
		return 0
	}
	return t.size
}

// numHeaps is a power of two. The explorer gets along with two.
func numHeaps() int {
	if atomics.Exploring {
		return 2
	}
	n := 4
	for n < runtime.NumCPU() && n < 16 {
		n *= 2
	}
	return n
}

// own returns the heap that the calling goroutine pushes into.
func (q *PriorityQueue[T]) own() *heap[T] {
	return &q.ref().heaps[stripeOf(home())&(len(q.heaps)-1)]
}

// merge returns the elements of both trees.
func (q *PriorityQueue[T]) merge(a, b *tree[T]) *tree[T] {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	if q.compare(b.x, a.x) < 0 {
		a, b = b, a
	}
	t := &tree[T]{x: a.x, size: a.size + b.size, left: a.left, right: q.merge(a.right, b)}
	if t.left.len() < t.right.len() {
		t.left, t.right = t.right, t.left
	}
	return t
}

// putBehind adds x to a heap that has something which is not greater, so that
// its least element stays. It reports false if it could not.
func (q *PriorityQueue[T]) putBehind(x T) bool {
	own := home()
	at := stripeOf(own)
	for range q.ref().heaps {
		h := &q.heaps[at&(len(q.heaps)-1)]
		v, seen := engine.Sample(&h.root.cell)
		root := decode[*tree[T]](v)
		if root == nil || q.compare(x, root.x) < 0 {
			return false
		}
		with := q.merge(root, &tree[T]{x: x, size: 1})
		if engine.Install(&h.root.cell, seen, encode(with, engine.Pointer)) {
			return true
		}
		at = move(own) // somebody else pushes here right now
	}
	return false
}

// A frontier is a heap of the trees that an iteration has yet to come to.
type frontier[T any] []*tree[T]

func (f *frontier[T]) add(q *PriorityQueue[T], t *tree[T]) {
	if t == nil {
		return
	}
	s := append(*f, t)
	*f = s
	for i := len(s) - 1; i > 0; {
		up := (i - 1) / 2
		if q.compare(s[i].x, s[up].x) >= 0 {
			return
		}
		s[i], s[up] = s[up], s[i]
		i = up
	}
}

func (f *frontier[T]) take(q *PriorityQueue[T]) *tree[T] {
	s := *f
	least, last := s[0], len(s)-1
	s[0] = s[last]
	s = s[:last]
	*f = s
	for i := 0; ; {
		down := 2*i + 1
		if down >= last {
			return least
		}
		if down+1 < last && q.compare(s[down+1].x, s[down].x) < 0 {
			down++
		}
		if q.compare(s[i].x, s[down].x) <= 0 {
			return least
		}
		s[i], s[down] = s[down], s[i]
		i = down
	}
}
