package heap_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/sched/heap"
)

// A record has its shared parts as fields, as the objects of a guest language do.
type record struct {
	name  string
	cell  heap.Cell[*int]
	slots heap.Object[int]
	list  heap.Array[int]
	dict  heap.Dict[string, int]
}

func newRecord(th *sched.Thread, one *int) *record {
	r := &record{name: "r"}
	r.cell.Init(th, one)
	r.slots.Init(th, 2)
	r.list.Init(th, 3)
	r.dict.Init(th)
	return r
}

func (r *record) fill(th *sched.Thread, two *int) {
	r.cell.Set(th, two)
	r.slots.Set(th, 1, 7)
	r.list.Set(th, 2, 5)
	r.list.Append(th, 6)
	r.dict.Set(th, "k", 8)
	r.dict.Set(th, "l", 9)
	r.dict.Delete(th, "l")
}

func (r *record) check(t *testing.T, th *sched.Thread, two *int) {
	require.Same(t, two, r.cell.Get(th))
	require.Equal(t, 7, r.slots.Get(th, 1))
	require.Equal(t, 4, r.list.Len(th))
	x, _ := r.list.Get(th, 3)
	require.Equal(t, 6, x)
	require.Equal(t, []string{"k"}, r.dict.Keys(th))
	require.Equal(t, 1, r.dict.Len(th))
}

// TestFields: parts of a larger object behave like objects of their own, made
// by whoever and wherever.
func TestFields(t *testing.T) {
	one, two := new(int), new(int)
	inModes(t, func(t *testing.T, m *sched.Machine) {
		outside := newRecord(nil, one)
		var inside *record
		do(t, m, func(th *sched.Thread) {
			require.Same(t, one, outside.cell.Get(th))
			inside = newRecord(th, one)
			inside.fill(th, two)
			outside.fill(th, two)
			inside.check(t, th, two)
		})
		do(t, m, func(th *sched.Thread) {
			inside.check(t, th, two)
			outside.check(t, th, two)
		})
	})
}

// TestNewFieldsCostNoLog: what a transaction does to parts that it has made
// needs no entries in its logs.
func TestNewFieldsCostNoLog(t *testing.T) {
	m := transacting()
	do(t, m, func(th *sched.Thread) {
		reads, writes := engine.Accesses(th.Engine())
		r := newRecord(th, nil)
		r.fill(th, nil)
		r.check(t, th, nil)
		r2, w2 := engine.Accesses(th.Engine())
		require.Equal(t, []int{reads, writes}, []int{r2, w2})
	})
}

// TestEarlierStamps: a transaction that makes objects in many regions, so that it
// uses up several blocks of versions, still knows its own from those of others.
func TestEarlierStamps(t *testing.T) {
	m := transacting()
	x, y := heap.NewCell(nil, 0), heap.NewCell(nil, 0)
	attempt, found := 0, false
	do(t, m, func(th *sched.Thread) {
		attempt++
		seen := x.Get(th)
		var made []*heap.Cell[int]
		for i := range 3000 {
			th.EnterAtomic()
			made = append(made, heap.NewCell(th, i))
			th.LeaveAtomic()
			if i == 1500 && attempt == 1 {
				beside(t, m, func(th *sched.Thread) { x.Set(th, 1); y.Set(th, 1) })
			}
		}
		for i, c := range made {
			require.Equal(t, i, c.Get(th))
		}
		if attempt == 1 {
			found = true // without a look at x
		}
		require.Equal(t, seen, y.Get(th), "x and y change together")
	})
	require.True(t, found || atomics.Exploring, "the blocks of the explorer are small")
	require.Equal(t, 2, attempt)
}
