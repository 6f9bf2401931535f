package starstm

import (
	"iter"

	"go.starlark.net/starlark"
)

const (
	radixBits = 5
	radix     = 1 << radixBits
)

// A vector is an immutable sequence. Its elements sit in a tree of nodes of 32,
// the last of them in a tail outside of the tree: append copies the tail, and
// once in 32 times a path of the tree. The zero vector is empty.
type vector struct {
	n     int
	shift uint // of the root; 0 when the tree is one leaf or empty
	root  *node
	tail  []starlark.Value
}

type node struct {
	kids   []*node          // inner
	leaves []starlark.Value // leaf
}

// inTree is the number of elements in the tree.
func (v vector) inTree() int { return v.n - len(v.tail) }

// leaf returns the leaf of the tree that holds element i.
func (v vector) leaf(i int) []starlark.Value {
	n := v.root
	for s := v.shift; s > 0; s -= radixBits {
		n = n.kids[i>>s&(radix-1)]
	}
	return n.leaves
}

// at returns element i.
func (v vector) at(i int) starlark.Value {
	if t := v.inTree(); i >= t {
		return v.tail[i-t]
	}
	return v.leaf(i)[i&(radix-1)]
}

// append returns v with x behind it.
func (v vector) append(x starlark.Value) vector {
	if len(v.tail) == radix {
		v = v.pushTail()
	}
	v.tail = append(v.tail[:len(v.tail):len(v.tail)], x)
	v.n++
	return v
}

// pushTail returns v with its full tail moved into the tree.
func (v vector) pushTail() vector {
	t := v.inTree()
	leaf := &node{leaves: v.tail}
	switch {
	case v.root == nil:
		v.root = leaf
	case t == radix<<v.shift: // full
		v.root = &node{kids: []*node{v.root, path(v.shift, leaf)}}
		v.shift += radixBits
	default:
		v.root = v.root.insert(v.shift, t, leaf)
	}
	v.tail = nil
	return v
}

// path returns leaf below as many inner nodes as shift asks for.
func path(shift uint, leaf *node) *node {
	for ; shift > 0; shift -= radixBits {
		leaf = &node{kids: []*node{leaf}}
	}
	return leaf
}

// insert returns n with leaf at position i, the first free one.
func (n *node) insert(shift uint, i int, leaf *node) *node {
	k := i >> shift & (radix - 1)
	kids := append(make([]*node, 0, k+1), n.kids...)
	if k < len(kids) {
		kids[k] = kids[k].insert(shift-radixBits, i, leaf)
	} else {
		kids = append(kids, path(shift-radixBits, leaf))
	}
	return &node{kids: kids}
}

// with returns v with x as element i.
func (v vector) with(i int, x starlark.Value) vector {
	if t := v.inTree(); i >= t {
		v.tail = append([]starlark.Value(nil), v.tail...)
		v.tail[i-t] = x
		return v
	}
	v.root = v.root.with(v.shift, i, x)
	return v
}

func (n *node) with(shift uint, i int, x starlark.Value) *node {
	k := i >> shift & (radix - 1)
	if shift == 0 {
		leaves := append([]starlark.Value(nil), n.leaves...)
		leaves[k] = x
		return &node{leaves: leaves}
	}
	kids := append([]*node(nil), n.kids...)
	kids[k] = kids[k].with(shift-radixBits, i, x)
	return &node{kids: kids}
}

// all yields the elements in order.
func (v vector) all() iter.Seq[starlark.Value] {
	return func(yield func(starlark.Value) bool) {
		for i := range v.n {
			if !yield(v.at(i)) {
				return
			}
		}
	}
}
