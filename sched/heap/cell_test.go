package heap_test

import (
	"errors"
	"math"
	"math/bits"
	"runtime"
	"testing"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/sched/heap"
)

// keeps checks that values of one type come back as they were, from all kinds
// of slots.
func keeps[T any](t *testing.T, m *sched.Machine, values ...T) {
	t.Helper()
	var zero T
	var c heap.Cell[T]
	o := heap.NewObject[T](nil, len(values))
	var a heap.Array[T]
	var d heap.Dict[int, T]
	l := heap.NewLocal(m, zero)
	do(t, m, func(th *sched.Thread) {
		require.Equal(t, zero, c.Get(th))
		for i, v := range values {
			c.Set(th, v)
			require.Equal(t, v, c.Get(th))
			require.Equal(t, v, heap.NewCell(th, v).Get(th))
			require.Equal(t, zero, o.Get(th, i))
			o.Set(th, i, v)
			a.Append(th, v)
			d.Set(th, i, v)
			l.Set(th, v)
			require.Equal(t, v, l.Get(th))
		}
	})
	do(t, m, func(th *sched.Thread) {
		for i, v := range values {
			require.Equal(t, v, o.Get(th, i))
			x, found := a.Get(th, i)
			require.True(t, found)
			require.Equal(t, v, x)
			x, found = d.Get(th, i)
			require.True(t, found)
			require.Equal(t, v, x)
		}
		require.Equal(t, zero, l.Get(th), "another thread's")
	})
}

type named string
type small struct{ a, b uint8 }
type tagged struct {
	n int64
	p *int
}
type reversed struct {
	p *int
	n int32
}
type wide struct{ a, b, c int }
type deep struct{ v [1]any }

// TestValues of all kinds, those that are stored in place and those in boxes.
func TestValues(t *testing.T) {
	x := 5
	inModes(t, func(t *testing.T, m *sched.Machine) {
		keeps(t, m, true, false)
		keeps(t, m, 0, -1, math.MaxInt)
		keeps[int8](t, m, 0, -128)
		keeps[uint16](t, m, 0, 65535)
		keeps[float32](t, m, 0, 1.5)
		keeps(t, m, 0.0, math.Inf(1), -0.5)
		keeps(t, m, "", "text")
		keeps(t, m, named(""), named("text"))
		keeps(t, m, &x, nil)
		keeps(t, m, small{1, 2}, small{})
		keeps(t, m, tagged{1, &x}, tagged{}, tagged{n: -1}, tagged{p: &x})
		keeps(t, m, reversed{&x, 1}, reversed{}, reversed{n: -1})
		keeps(t, m, wide{1, 2, 3}, wide{})
		keeps(t, m, deep{[1]any{"x"}}, deep{})
		keeps[any](t, m, nil, 1, "text", 1.5, &x, wide{1, 2, 3}, errors.New("x"), struct{}{})
		keeps[error](t, m, nil, errors.New("x"))
		keeps(t, m, []int{1, 2}, []int{}, nil)
		keeps(t, m, [2]int{1, 2})
		keeps(t, m, struct{}{})
		keeps(t, m, map[string]int{"x": 1}, nil)
		keeps(t, m, complex(1, 2))
	})
}

// TestTypesAreToldApart: many types share the places of the cache.
func TestTypesAreToldApart(t *testing.T) {
	m := sched.NewMachine()
	for range 3 {
		keeps(t, m, [1]*int{new(int)})
		keeps(t, m, struct{ a [1]string }{[1]string{"x"}})
		keeps(t, m, struct {
			a int32
			b int32
			c map[int]int
		}{1, 2, nil})
		keeps(t, m, struct{ f func() }{})
		keeps(t, m, [3]uint8{1, 2, 3})
		keeps(t, m, struct{ a, b *int }{new(int), nil})
	}
}

// TestNoAllocation to write values that are stored in place.
func TestNoAllocation(t *testing.T) {
	inModes(t, func(t *testing.T, m *sched.Machine) {
		var c heap.Cell[tagged]
		var s heap.Cell[string]
		var i heap.Cell[any]
		var boxed any = "x"
		do(t, m, func(th *sched.Thread) {
			require.Zero(t, testing.AllocsPerRun(100, func() {
				if bits.UintSize == 64 { // or it is no pair of words
					c.Set(th, tagged{1, nil})
					c.Get(th)
				}
				s.Set(th, "x")
				s.Get(th)
				i.Set(th, boxed)
				i.Get(th)
			}))
		})
	})
}

// TestConflicts says what each operation conflicts with: how often a region runs
// that does one thing, when another does another thing in between.
func TestConflicts(t *testing.T) {
	var c heap.Cell[int]
	o := heap.NewObject[int](nil, 2)
	var a heap.Array[int]
	for range 8 {
		a.Append(nil, 0)
	}
	var d heap.Dict[string, int]
	d.Set(nil, "a", 1)
	d.Set(nil, "b", 1)
	var n heap.Counter
	var q heap.Queue[int]
	type f = func(th *sched.Thread)
	for _, x := range []struct {
		name     string
		mine     f
		other    f
		conflict bool
	}{
		{"read, write", func(th *sched.Thread) { c.Get(th) }, func(th *sched.Thread) { c.Set(th, 1) }, true},
		{"write, write", func(th *sched.Thread) { c.Set(th, 1) }, func(th *sched.Thread) { c.Set(th, 1) }, false},
		{"add, add", func(th *sched.Thread) { heap.Add(th, &c, 1) }, func(th *sched.Thread) { heap.Add(th, &c, 1) }, false},
		{"read, write of the same", func(th *sched.Thread) { c.Get(th) }, func(th *sched.Thread) { heap.SetIfNew(th, &c, c.Get(th)) }, false},
		{"fields", func(th *sched.Thread) { o.Get(th, 0) }, func(th *sched.Thread) { o.Set(th, 1, 1) }, false},
		{"field", func(th *sched.Thread) { o.Get(th, 0) }, func(th *sched.Thread) { o.Set(th, 0, 1) }, true},
		{"elements", func(th *sched.Thread) { a.Get(th, 0) }, func(th *sched.Thread) { a.Set(th, 1, 1) }, false},
		{"element", func(th *sched.Thread) { a.Get(th, 0) }, func(th *sched.Thread) { a.Set(th, 0, 1) }, true},
		{"element, append", func(th *sched.Thread) { a.Get(th, 0) }, func(th *sched.Thread) { a.Append(th, 1) }, false},
		{"length, append", func(th *sched.Thread) { a.Len(th) }, func(th *sched.Thread) { a.Append(th, 1) }, true},
		{"out of range, append", func(th *sched.Thread) { a.Get(th, a.Len(nil)) }, func(th *sched.Thread) { a.Append(th, 1) }, true},
		{"element, pop of it", func(th *sched.Thread) { a.Get(th, a.Len(nil)-1) }, func(th *sched.Thread) { a.Pop(th) }, true},
		{"keys", func(th *sched.Thread) { d.Get(th, "a") }, func(th *sched.Thread) { d.Set(th, "b", 2) }, false},
		{"key", func(th *sched.Thread) { d.Get(th, "a") }, func(th *sched.Thread) { d.Set(th, "a", 2) }, true},
		{"has, new value", func(th *sched.Thread) { d.Has(th, "a") }, func(th *sched.Thread) { d.Set(th, "a", 3) }, false},
		{"has, add", func(th *sched.Thread) { d.Has(th, "a") }, func(th *sched.Thread) { heap.AddTo(th, &d, "a", 3) }, false},
		{"add to key, add to key", func(th *sched.Thread) { heap.AddTo(th, &d, "a", 1) }, func(th *sched.Thread) { heap.AddTo(th, &d, "a", 1) }, false},
		{"set key, set key", func(th *sched.Thread) { d.Set(th, "a", 1) }, func(th *sched.Thread) { d.Set(th, "a", 2) }, false},
		{"absence, insertion", func(th *sched.Thread) { d.Get(th, "c") }, func(th *sched.Thread) { d.Set(th, "c", 2) }, true},
		{"not has, insertion", func(th *sched.Thread) { d.Has(th, "e") }, func(th *sched.Thread) { d.Set(th, "e", 2) }, true},
		{"insertions", func(th *sched.Thread) { d.Set(th, "f", 1) }, func(th *sched.Thread) { d.Set(th, "g", 2) }, false},
		{"length, insertion", func(th *sched.Thread) { d.Len(th) }, func(th *sched.Thread) { d.Set(th, "h", 2) }, true},
		{"length, exchange", func(th *sched.Thread) { d.Len(th) }, func(th *sched.Thread) { d.Delete(th, "h"); d.Set(th, "i", 2) }, false},
		{"list, exchange", func(th *sched.Thread) { d.Keys(th) }, func(th *sched.Thread) { d.Delete(th, "i"); d.Set(th, "j", 2) }, true},
		{"list, new value", func(th *sched.Thread) { d.Keys(th) }, func(th *sched.Thread) { d.Set(th, "a", 5) }, false},
		{"length, insertion undone", func(th *sched.Thread) { d.Len(th) }, func(th *sched.Thread) { d.Set(th, "k", 2); d.Delete(th, "k") }, false},
		{"count, count", func(th *sched.Thread) { n.Add(th, 1) }, func(th *sched.Thread) { n.Add(th, 1) }, false},
		{"sum, count", func(th *sched.Thread) { n.Get(th) }, func(th *sched.Thread) { n.Add(th, 1) }, true},
		{"put, put", func(th *sched.Thread) { q.Put(th, 1) }, func(th *sched.Thread) { q.Put(th, 1) }, false},
		{"take, put", func(th *sched.Thread) { q.Take(th) }, func(th *sched.Thread) { q.Put(th, 1) }, false},
		{"put, take", func(th *sched.Thread) { q.Put(th, 1) }, func(th *sched.Thread) { q.Take(th) }, false},
	} {
		got := attempts(t, transacting(), x.mine, x.other)
		require.Equal(t, map[bool]int{false: 1, true: 2}[x.conflict], got, x.name)
	}
}

// TestRollbackKeepsNothingAlive: what an attempt has made or written goes with
// it.
func TestRollbackKeepsNothingAlive(t *testing.T) {
	inModes(t, func(t *testing.T, m *sched.Machine) {
		type large [64]byte // shares its memory with nothing else
		var c heap.Cell[*large]
		th, err := m.NewThread(ctx, nil)
		require.NoError(t, err)
		defer th.Close()
		var p weak.Pointer[large]
		require.Error(t, th.Atomically(func() error {
			x := new(large)
			p = weak.Make(x)
			c.Set(th, x)
			return errors.New("undo")
		}))
		runtime.GC()
		require.Nil(t, p.Value())
	})
}

// TestPartsUndone: a region in a region that fails puts back what the outer one
// had written, also what it has for itself. What is overwritten in place was
// once kept for the first of several regions only.
func TestPartsUndone(t *testing.T) {
	inModes(t, func(t *testing.T, m *sched.Machine) {
		l := heap.NewLocal(m, 0)
		var c heap.Cell[int]
		set := func(th *sched.Thread, x int) { l.Set(th, x); c.Set(th, x) }
		do(t, m, func(th *sched.Thread) {
			is := func(x int) {
				require.Equal(t, x, l.Get(th))
				require.Equal(t, x, c.Get(th))
			}
			set(th, 1)
			require.Error(t, th.Atomically(func() error {
				set(th, 2)
				require.Error(t, th.Atomically(func() error { set(th, 3); set(th, 4); return errors.New("undo") }))
				is(2)
				require.NoError(t, th.Atomically(func() error { set(th, 5); return nil }))
				return errors.New("undo")
			}))
			is(1)
			require.NoError(t, th.Atomically(func() error { set(th, 6); return nil }))
			require.Error(t, th.Atomically(func() error { set(th, 7); return errors.New("undo") }))
			is(6)
		})
	})
}
