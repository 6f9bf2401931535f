package tvar_test

import (
	"runtime"
	"sync"
	"testing"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// letters makes a List of one-letter items, and returns its nodes.
func letters(l *tvar.List[string], s string) (nodes map[string]*node) {
	nodes = map[string]*node{}
	for _, c := range s {
		nodes[string(c)] = l.PutBack(string(c))
	}
	return nodes
}

// TestListConflicts over neighbours, and over nothing else.
func TestListConflicts(t *testing.T) {
	type l = tvar.List[string]
	type ns = map[string]*node
	del := func(x string) func(l *l, n ns, tx *stm.Tx) {
		return func(l *l, n ns, tx *stm.Tx) { l.Delete(tx, n[x]) }
	}
	remove := func(x string) func(l *l, n ns) { return func(l *l, n ns) { l.Remove(n[x]) } }
	for _, c := range []struct {
		name     string
		body     func(l *l, n ns, tx *stm.Tx)
		happens  func(l *l, n ns)
		attempts int
	}{
		{"deletions two apart", del("b"), remove("e"), 1},
		{"deletions one apart", del("b"), remove("d"), 1},
		{"neighbours are deleted", del("b"), remove("c"), 2},
		{"a deletion, and an insertion beside a neighbour", del("b"), func(l *l, n ns) { l.PutAfter("x", n["c"]) }, 1},
		{"a deletion, and an insertion beside", del("b"), func(l *l, n ns) { l.PutAfter("x", n["b"]) }, 2},
		{"insertions at different places", func(l *l, n ns, tx *stm.Tx) { l.InsertAfter(tx, "x", n["b"]) }, func(l *l, n ns) { l.PutBefore("y", n["b"]) }, 1},
		{"insertions at the same place", func(l *l, n ns, tx *stm.Tx) { l.InsertAfter(tx, "x", n["b"]) }, func(l *l, n ns) { l.PutBefore("y", n["c"]) }, 2},
		{"the two ends", func(l *l, n ns, tx *stm.Tx) { l.PushFront(tx, "x") }, func(l *l, n ns) { l.PutBack("y") }, 1},
		{"the end, and the last is deleted", func(l *l, n ns, tx *stm.Tx) { l.PushBack(tx, "x") }, remove("f"), 2},
		{"moves far apart", func(l *l, n ns, tx *stm.Tx) { l.MoveBefore(tx, n["b"], n["a"]) }, func(l *l, n ns) { l.BringAfter(n["e"], n["f"]) }, 1},
		{"length, and an insertion", func(l *l, n ns, tx *stm.Tx) { l.Len(tx) }, func(l *l, n ns) { l.PutBack("y") }, 2},
		{"a walk, and a change ahead", func(l *l, n ns, tx *stm.Tx) { l.Front(tx).Next(tx) }, remove("d"), 1},
		{"a walk, and a change on the way", func(l *l, n ns, tx *stm.Tx) { l.Front(tx).Next(tx) }, remove("b"), 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := new(l)
			n := letters(l, "abcdef")
			require.Equal(t, c.attempts, attemptsBeside(t, func(tx *stm.Tx) { c.body(l, n, tx) }, func() { c.happens(l, n) }))
		})
	}
}

// TestListLoopMayChangeIt as the documentation says.
func TestListLoopMayChangeIt(t *testing.T) {
	var l tvar.List[string]
	nodes := letters(&l, "abcde")
	update(t, func(tx *stm.Tx) {
		got := ""
		for n := range l.All(tx) {
			got += n.Value()
			switch n.Value() {
			case "a", "c":
				l.Delete(tx, n)
			case "b":
				l.InsertAfter(tx, "x", n)
			}
		}
		require.Equal(t, "abxcde", got)
		got = ""
		for n := range l.Backward(tx) {
			got += n.Value()
			if n.Value() == "d" {
				l.Delete(tx, n)
				l.Delete(tx, nodes["b"])
			}
		}
		require.Equal(t, "edx", got)
		got = ""
		for n := range l.All(tx) {
			got += n.Value()
			l.Clear(tx)
		}
		require.Equal(t, "x", got)
	})
	require.Equal(t, "[]", l.String())
}

func TestListViewIsOfItsInstant(t *testing.T) {
	var l tvar.List[string]
	n := letters(&l, "abc")
	got, err := stm.View(ctx, func(tx *stm.Tx) (got string, _ error) {
		elsewhere(func() { l.Remove(n["b"]); l.PutFront("x"); l.BringToFront(n["c"]) })
		for n := range l.All(tx) {
			got += n.Value()
		}
		require.Equal(t, 3, l.Len(tx))
		require.True(t, n["b"].In(tx))
		return got, nil
	})
	require.NoError(t, err)
	require.Equal(t, "abc", got)
	require.Equal(t, "[c x a]", l.String())
}

// TestListUnderContention: nodes are moved, deleted and inserted at random, and
// the list stays one, forward and backward.
func TestListUnderContention(t *testing.T) {
	var l tvar.List[int]
	var nodes []*tvar.Node[int]
	for i := range 40 {
		nodes = append(nodes, l.PutBack(i))
	}
	var wg sync.WaitGroup
	for g := range 3 {
		wg.Go(func() {
			for i := range 200 {
				a, b := nodes[(i*7+g*13)%40], nodes[(i*11+g*5)%40]
				switch i % 4 {
				case 0:
					l.BringAfter(a, b)
				case 1:
					l.BringToFront(a)
				case 2:
					if n := l.PutAfter(100*g+i, a); n != nil {
						l.BringBefore(n, b)
						l.Remove(n)
					}
				case 3:
					if i > 150 {
						l.Remove(a)
					}
				}
			}
		})
	}
	wg.Wait()
	_, err := stm.View(ctx, func(tx *stm.Tx) (int, error) {
		forward, backward := 0, 0
		for n := range l.All(tx) {
			forward++
			if next := n.Next(tx); next != nil {
				require.True(t, next.Prev(tx) == n)
			}
		}
		for range l.Backward(tx) {
			backward++
		}
		require.Equal(t, l.Len(tx), forward)
		require.Equal(t, forward, backward)
		return 0, nil
	})
	require.NoError(t, err)
}

func TestListBadUse(t *testing.T) {
	var none *tvar.List[string]
	require.Equal(t, "<nil List>", none.String())
	panicsWith(t, "nil List: use a List value", func() { none.PutBack("x") })
	var l, other tvar.List[string]
	n := other.PutBack("x")
	panicsWith(t, "Node of another List", func() { l.Remove(n) })
	panicsWith(t, "Node of another List", func() { l.PutAfter("y", n) })
	panicsWith(t, "Node of another List", func() { l.BringAfter(l.PutBack("y"), n) })
	panicsWith(t, "nil Node", func() { l.Remove(nil) })
	require.Equal(t, 1, other.Size())
	var kept *stm.Tx
	update(t, func(tx *stm.Tx) { kept = tx })
	panicsWith(t, "transaction used after its body returned", func() {
		for range l.All(kept) {
		}
	})
	panicsWith(t, "write in a View", func() {
		_, _ = stm.View(ctx, func(tx *stm.Tx) (int, error) { l.PushBack(tx, "x"); return 0, nil })
	})
}

// TestListKeepsNothing of a node that has been deleted; and such a node, if
// somebody still has it, keeps no other.
func TestListKeepsNothing(t *testing.T) {
	var l tvar.List[*big]
	l.PutBack(nil)
	x := new(big)
	p := weak.Make(x)
	n := l.PutBack(x)
	m := l.PutBack(nil)
	runtime.KeepAlive(x)
	x = nil
	l.Remove(n)
	runtime.KeepAlive(n)
	n = nil
	require.False(t, retained(p))

	y := new(big)
	q := weak.Make(y)
	l.PutBack(y)
	runtime.KeepAlive(y)
	y = nil
	l.Remove(m)
	l.Reset()
	require.False(t, retained(q))
	runtime.KeepAlive(m)
	runtime.KeepAlive(&l)
}
