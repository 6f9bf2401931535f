//go:build stmexplore

package explore_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// Stack, Deque and List: the neighbours of an item agree, whatever changes
// beside it.

// TestDequeEndsMeet: both ends are taken from, and added to, where they are one
// item apart.
func TestDequeEndsMeet(t *testing.T) {
	for n := range 3 {
		t.Run(fmt.Sprint("of ", n), func(t *testing.T) {
			checkStructureUpTo(t, 1000, func(w *world) {
				d := aligned[tvar.Deque[int]]()
				prepare(func(tx *stm.Tx) {
					for i := range n {
						d.PushBack(tx, i)
					}
				})
				var got []int
				take := func(x int, ok bool) {
					if ok {
						got = append(got, x)
					}
				}
				w.Go("front", func() { take(d.TakeFront()) })
				w.Go("back", func() { take(d.TakeBack()) })
				w.tx("both", func(tx *stm.Tx) error { d.PushFront(tx, 10); d.PushBack(tx, 11); return nil })
				w.Final(func() error {
					left := d.Snapshot()
					var backward []int
					_, err := stm.View(ctx, func(tx *stm.Tx) (int, error) {
						backward = slices.Collect(d.Backward(tx))
						return 0, nil
					})
					must(err)
					slices.Reverse(backward)
					all := slices.Sorted(slices.Values(slices.Concat(got, left)))
					want := append([]int{0, 1}[:n:n], 10, 11)
					if !slices.Equal(left, backward) || d.Size() != len(left) || !slices.Equal(all, want) {
						return fmt.Errorf("took %v, left %v, which is %v backward and %d long", got, left, backward, d.Size())
					}
					return nil
				})
			})
		})
	}
}

// TestDequeSizeIsOfOneInstant while the only item is replaced.
func TestDequeSizeIsOfOneInstant(t *testing.T) {
	checkStructureUpTo(t, 1000, func(w *world) {
		d := aligned[tvar.Deque[int]]()
		prepare(func(tx *stm.Tx) { d.PushBack(tx, 1) })
		n := -1
		w.tx("mover", func(tx *stm.Tx) error { d.PopFront(tx); d.PushBack(tx, 2); return nil })
		w.Go("reader", func() { n = d.Size() })
		w.holds(func() bool { return n == 1 }, "the size was not 1")
	})
}

// TestStackTakesOnce what two take, beside one that takes all.
func TestStackTakesOnce(t *testing.T) {
	checkStructureUpTo(t, 1000, func(w *world) {
		s := aligned[tvar.Stack[int]]()
		prepare(func(tx *stm.Tx) { s.Push(tx, 1) })
		var got []int
		w.Go("step", func() {
			s.Put(2)
			if x, ok := s.Take(); ok {
				got = append(got, x)
			}
		})
		w.tx("transaction", func(tx *stm.Tx) error {
			if x, ok := s.Pop(tx); ok {
				s.Push(tx, x)
			}
			return nil
		})
		w.Go("all", func() { got = append(got, s.TakeAll()...) })
		w.holds(func() bool {
			return slices.Equal(slices.Sorted(slices.Values(slices.Concat(got, s.Snapshot()))), []int{1, 2})
		}, "an item was lost, or taken twice")
	})
}

// listIs checks that the list of one-letter items is one of some, in both
// directions.
func (w *world) listIs(l *tvar.List[string], some ...string) {
	w.Final(func() error {
		_, err := stm.View(ctx, func(tx *stm.Tx) (int, error) {
			forward, backward := "", ""
			for n := range l.All(tx) {
				forward += n.Value()
			}
			for n := range l.Backward(tx) {
				backward = n.Value() + backward
			}
			if forward != backward || l.Len(tx) != len(forward) || !slices.Contains(some, forward) {
				return 0, fmt.Errorf("the list is %s, %s backward, %d long", forward, backward, l.Len(tx))
			}
			return 0, nil
		})
		return err
	})
}

func listOf(s string) (l *tvar.List[string], n map[string]*tvar.Node[string]) {
	l, n = aligned[tvar.List[string]](), map[string]*tvar.Node[string]{}
	for _, c := range s {
		prepare(func(tx *stm.Tx) { n[string(c)] = l.PushBack(tx, string(c)) })
	}
	return l, n
}

// TestListNeighboursGo while something is put between them.
func TestListNeighboursGo(t *testing.T) {
	checkStructureUpTo(t, 1000, func(w *world) {
		l, n := listOf("ab")
		w.Go("a", func() { l.Remove(n["a"]) })
		w.Go("b", func() { l.Remove(n["b"]) })
		w.tx("x", func(tx *stm.Tx) error { l.InsertAfter(tx, "x", n["a"]); return nil })
		w.listIs(l, "", "x")
	})
}

// TestListMoves of two nodes to one another's places, and one is deleted.
func TestListMoves(t *testing.T) {
	checkStructureUpTo(t, 1000, func(w *world) {
		l, n := listOf("abc")
		w.Go("front", func() { l.BringToFront(n["c"]) })
		w.tx("after", func(tx *stm.Tx) error { l.MoveAfter(tx, n["a"], n["b"]); return nil })
		w.Go("gone", func() { l.Remove(n["b"]) })
		w.listIs(l, "ca")
	})
}
