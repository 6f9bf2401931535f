package workload

import (
	"context"
	"math/rand/v2"
)

var list = &Workload{
	Name:    "list",
	Doc:     "insertion and removal in a sorted linked list whose nodes come from a free list; it is sorted, as long as it says, and no node is lost",
	Expects: []Event{Conflict, Extension},
	Least:   2,
	Make:    makeList,
}

// A linkedList keeps its nodes in variables. A link is the number of a node
// plus one, and 0 at the end.
type linkedList struct {
	head, free, size int
	key, next        int // of node 0
	nodes            int
}

func makeList(int, *rand.Rand) *Instance {
	const keys, nodes = 64, 48 // more keys than nodes: the free list runs dry
	var l layout
	s := linkedList{head: l.vars("head", 1, 0), free: l.vars("free", 1, 1), size: l.vars("size", 1, 0), nodes: nodes}
	s.key, s.next = l.vars("key", nodes, 0), l.vars("next", nodes, 0)
	for i := range nodes - 1 {
		l.initial[s.next+i] = int64(i) + 2
	}
	return &Instance{
		Initial: l.initial,
		Labels:  l.labels,
		Step: func(ctx context.Context, h *Hand) error {
			key := 1 + h.Rand.Int64N(keys)
			switch h.Rand.IntN(8) {
			case 0, 1, 2:
				return h.Update(ctx, "insert", func(tx Tx) error { return s.insert(tx, key) })
			case 3, 4, 5:
				return h.Update(ctx, "remove", func(tx Tx) error { return s.remove(tx, key) })
			case 6:
				return h.Update(ctx, "check", func(tx Tx) error { return s.check(tx.Get) })
			}
			return h.View(ctx, func(tx Tx) error { return s.check(tx.Get) })
		},
		Check: s.check,
	}
}

// find returns the variable that links to the first node with a key of at
// least key, and that link.
func (s *linkedList) find(tx Tx, key int64) (from int, link int64, err error) {
	from = s.head
	last := int64(0)
	for range s.nodes + 1 {
		link = tx.Get(from)
		if link == 0 {
			return from, 0, nil
		}
		k := tx.Get(s.key + int(link) - 1)
		if k <= last {
			return 0, 0, violated("list: %d after %d", k, last)
		}
		if k >= key {
			return from, link, nil
		}
		from, last = s.next+int(link)-1, k
	}
	return 0, 0, violated("list: more than its %d nodes", s.nodes)
}

func (s *linkedList) insert(tx Tx, key int64) error {
	from, link, err := s.find(tx, key)
	if err != nil || link != 0 && tx.Get(s.key+int(link)-1) == key {
		return err
	}
	n := tx.Get(s.free)
	if n == 0 {
		return nil
	}
	tx.Set(s.free, tx.Get(s.next+int(n)-1))
	tx.Set(s.key+int(n)-1, key)
	tx.Set(s.next+int(n)-1, link)
	tx.Set(from, n)
	tx.Add(s.size, 1)
	return nil
}

func (s *linkedList) remove(tx Tx, key int64) error {
	from, link, err := s.find(tx, key)
	if err != nil || link == 0 || tx.Get(s.key+int(link)-1) != key {
		return err
	}
	tx.Set(from, tx.Get(s.next+int(link)-1))
	tx.Set(s.next+int(link)-1, tx.Get(s.free))
	tx.Set(s.free, link)
	tx.Add(s.size, -1)
	return nil
}

// check walks the list and the free list.
func (s *linkedList) check(get func(v int) int64) error {
	n, last := 0, int64(0)
	for link := get(s.head); link != 0; link = get(s.next + int(link) - 1) {
		k := get(s.key + int(link) - 1)
		if n++; k <= last || n > s.nodes {
			return violated("list: %d after %d, at place %d", k, last, n)
		}
		last = k
	}
	if size := get(s.size); int64(n) != size {
		return violated("list: %d nodes, and a size of %d", n, size)
	}
	for link := get(s.free); link != 0; link = get(s.next + int(link) - 1) {
		if n++; n > s.nodes {
			break
		}
	}
	if n != s.nodes {
		return violated("list: %d nodes in use or free, of %d", n, s.nodes)
	}
	return nil
}
