package tvar_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/anishathalye/porcupine"
	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

type node = tvar.Node[string]

// A listMachine is a List beside a slice of its nodes. It knows nodes that have
// been deleted, too.
type listMachine struct {
	l     tvar.List[string]
	want  []*node
	known []*node
}

func newListMachine() machine { return &listMachine{} }

func (m *listMachine) insert(t testing.TB, at int, x string, n *node) {
	t.Helper()
	require.NotNil(t, n)
	require.Equal(t, x, n.Value())
	m.want = slices.Insert(slices.Clone(m.want), at, n)
	m.known = append(m.known, n)
}

// mark is a node that is, or has been, in the list, and where; at is -1 if it
// is not. There may be none.
func (m *listMachine) mark(s *script) (n *node, at int) {
	if len(m.want) > 0 && s.next(4) > 0 {
		at = s.next(len(m.want))
		return m.want[at], at
	}
	if len(m.known) == 0 {
		return nil, -1
	}
	n = m.known[s.next(len(m.known))]
	return n, slices.Index(m.want, n)
}

// A listForm is how operations are called: by themselves, or in a transaction.
type listForm struct {
	pushFront, pushBack     func(x string) *node
	before, after           func(x string, mark *node) *node
	remove, toFront, toBack func(n *node) bool
	bringBefore, bringAfter func(n, mark *node) bool
	clear                   func()
	first, last             func() *node
}

func (m *listMachine) oneShot() listForm {
	l := &m.l
	return listForm{l.PutFront, l.PutBack, l.PutBefore, l.PutAfter, l.Remove, l.BringToFront, l.BringToBack, l.BringBefore, l.BringAfter, l.Reset, l.First, l.Last}
}

func (m *listMachine) in(tx *stm.Tx) listForm {
	l := &m.l
	return listForm{
		func(x string) *node { return l.PushFront(tx, x) },
		func(x string) *node { return l.PushBack(tx, x) },
		func(x string, mark *node) *node { return l.InsertBefore(tx, x, mark) },
		func(x string, mark *node) *node { return l.InsertAfter(tx, x, mark) },
		func(n *node) bool { return l.Delete(tx, n) },
		func(n *node) bool { return l.MoveToFront(tx, n) },
		func(n *node) bool { return l.MoveToBack(tx, n) },
		func(n, mark *node) bool { return l.MoveBefore(tx, n, mark) },
		func(n, mark *node) bool { return l.MoveAfter(tx, n, mark) },
		func() { l.Clear(tx) },
		func() *node { return l.Front(tx) },
		func() *node { return l.Back(tx) },
	}
}

func (m *listMachine) change(t testing.TB, s *script, f listForm) {
	op, x := s.next(12), fmt.Sprint(s.next(256))
	n, at := m.mark(s)
	if n == nil && op > 1 {
		op = 0
	}
	switch op {
	case 0:
		m.insert(t, 0, x, f.pushFront(x))
	case 1:
		m.insert(t, len(m.want), x, f.pushBack(x))
	case 2:
		if got := f.before(x, n); at < 0 {
			require.Nil(t, got)
		} else {
			m.insert(t, at, x, got)
		}
	case 3:
		if got := f.after(x, n); at < 0 {
			require.Nil(t, got)
		} else {
			m.insert(t, at+1, x, got)
		}
	case 4, 5:
		require.Equal(t, at >= 0, f.remove(n))
		if at >= 0 {
			m.want = slices.Delete(slices.Clone(m.want), at, at+1)
		}
	case 6:
		require.Equal(t, at >= 0, f.toFront(n))
		m.move(n, at, func() int { return 0 })
	case 7:
		require.Equal(t, at >= 0, f.toBack(n))
		m.move(n, at, func() int { return len(m.want) })
	case 8, 9:
		to, where := m.mark(s)
		both := at >= 0 && where >= 0
		if op == 8 {
			require.Equal(t, both, f.bringBefore(n, to))
		} else {
			require.Equal(t, both, f.bringAfter(n, to))
		}
		if both && n != to {
			m.move(n, at, func() int { return slices.Index(m.want, to) + op - 8 })
		}
	case 10:
		if s.next(8) == 0 {
			f.clear()
			m.want = nil
		}
	case 11:
		var first, last *node
		if len(m.want) > 0 {
			first, last = m.want[0], m.want[len(m.want)-1]
		}
		require.True(t, first == f.first() && last == f.last())
	}
}

// move takes n from where it is and puts it where to says then.
func (m *listMachine) move(n *node, at int, to func() int) {
	if at >= 0 {
		m.want = slices.Delete(slices.Clone(m.want), at, at+1)
		m.want = slices.Insert(m.want, to(), n)
	}
}

func (m *listMachine) alone(t testing.TB, s *script) { m.change(t, s, m.oneShot()) }

func (m *listMachine) inside(t testing.TB, s *script, tx *stm.Tx) {
	if s.next(4) == 0 {
		m.look(t, s, tx)
	} else {
		m.change(t, s, m.in(tx))
	}
}

func (m *listMachine) look(t testing.TB, s *script, tx *stm.Tx) {
	require.Equal(t, len(m.want), m.l.Len(tx))
	if n, at := m.mark(s); n != nil {
		require.Equal(t, at >= 0, n.In(tx))
		var prev, next *node
		if at > 0 {
			prev = m.want[at-1]
		}
		if at >= 0 && at+1 < len(m.want) {
			next = m.want[at+1]
		}
		require.True(t, n.Prev(tx) == prev && n.Next(tx) == next)
	}
	require.True(t, slices.Equal(m.want, slices.Collect(m.l.All(tx))))
	backward := slices.Clone(m.want)
	slices.Reverse(backward)
	require.True(t, slices.Equal(backward, slices.Collect(m.l.Backward(tx))))
}

func (m *listMachine) save() func() {
	was := m.want
	return func() { m.want = was }
}

func (m *listMachine) same(t testing.TB) {
	want := []string{}
	for _, n := range m.want {
		want = append(want, n.Value())
	}
	require.Equal(t, want, m.l.Snapshot())
	require.Equal(t, len(want), m.l.Size())
}

func TestListModel(t *testing.T) { checkMachine(t, newListMachine) }

func FuzzList(f *testing.F) { fuzzMachine(f, newListMachine) }

// TestListIsLinearizable: the one-shot forms around three nodes that are there
// at first.
func TestListIsLinearizable(t *testing.T) {
	type call struct{ op, n, to int }
	name := func(n int) string { return string(rune('a' + n)) }
	remove := func(s string, i int) string { return s[:i] + s[i+1:] }
	insert := func(s string, i int, x string) string { return s[:i] + x + s[i:] }
	index := func(s, x string) int { return slices.Index([]byte(s), x[0]) }
	model := porcupine.Model{
		Init: func() any { return "abc" },
		Step: func(state, in, out any) (bool, any) {
			now, c := state.(string), in.(call)
			at, to := index(now, name(c.n)), index(now, name(c.to))
			switch c.op {
			case 0:
				if at >= 0 {
					return out == true, remove(now, at)
				}
				return out == false, now
			case 1, 2:
				if at < 0 || to < 0 {
					return out == false, now
				}
				if at != to {
					now = remove(now, at)
					now = insert(now, index(now, name(c.to))+c.op-1, name(c.n))
				}
				return out == true, now
			case 3:
				if at < 0 {
					return out == false, now
				}
				return out == true, insert(now, at+1, "x")
			case 4:
				return true, insert(now, 0, "f")
			case 5:
				return out == len(now), now
			}
			return out == now, now
		},
		DescribeOperation: func(in, out any) string { return fmt.Sprint(in, " = ", out) },
	}
	linearizable(t, model, func() func(rng *rand.Rand) (in, out any) {
		var l tvar.List[string]
		nodes := []*node{l.PutBack("a"), l.PutBack("b"), l.PutBack("c")}
		return func(rng *rand.Rand) (any, any) {
			c := call{rng.IntN(7), rng.IntN(3), rng.IntN(3)}
			n, to := nodes[c.n], nodes[c.to]
			switch c.op {
			case 0:
				return c, l.Remove(n)
			case 1:
				return c, l.BringBefore(n, to)
			case 2:
				return c, l.BringAfter(n, to)
			case 3:
				return c, l.PutAfter("x", n) != nil
			case 4:
				l.PutFront("f")
				return c, nil
			case 5:
				return c, l.Size()
			}
			all := ""
			for _, x := range l.Snapshot() {
				all += x
			}
			return c, all
		}
	})
}
