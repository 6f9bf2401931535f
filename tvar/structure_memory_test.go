package tvar_test

import (
	"strconv"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/invariants"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// TestStructuresAllocateNothing where their documentation says so.
func TestStructuresAllocateNothing(t *testing.T) {
	if invariants.Enabled || invariants.GoroutineAllocates || atomics.Exploring {
		t.Skip("builds with invariants use each descriptor once, the first bodies of a descriptor are watched, and the explorer's atomics take room")
	}
	in := func(body func(tx *stm.Tx)) func() {
		return func() { _ = stm.Atomically(ctx, func(tx *stm.Tx) error { body(tx); return nil }) }
	}
	var c tvar.Counter
	a := tvar.NewArray[int](10)
	var v tvar.Vector[string]
	v.Extend("a", "b")
	var m tvar.Map[int, string]
	var set tvar.Set[string]
	for k := range 1000 {
		m.Store(k, "x")
		set.Insert(strconv.Itoa(k))
	}
	visit := func(tx *stm.Tx) (n int, _ error) {
		for range m.All(tx) {
			n++
		}
		return n, nil
	}
	for name, f := range map[string]func(){
		"Counter.Increase": func() { c.Increase(1) },
		"Counter.Load":     func() { c.Load() },
		"Counter.Add":      in(func(tx *stm.Tx) { c.Add(tx, 1) }),
		"Counter.Get":      in(func(tx *stm.Tx) { c.Get(tx) }),
		"Array.Load":       func() { a.Load(3) },
		"Array.Store":      func() { a.Store(3, 4) },
		"Array.Modify":     func() { a.Modify(3, inc) },
		"Array.Set":        in(func(tx *stm.Tx) { a.Set(tx, 3, a.Get(tx, 4)) }),
		"Array.All": in(func(tx *stm.Tx) {
			for i, x := range a.All(tx) {
				a.Set(tx, i, x)
			}
		}),
		"Vector.Load":         func() { v.Load(1) },
		"Vector.Store":        func() { v.Store(1, "c") },
		"Vector.Set":          in(func(tx *stm.Tx) { v.Set(tx, 0, v.Get(tx, 1)) }),
		"Vector.Append":       in(func(tx *stm.Tx) { v.Append(tx, "d"); v.Pop(tx) }),
		"Map.Load":            func() { m.Load(77); m.Load(7777) },
		"Map.Store":           func() { m.Store(77, "y") },
		"Map.Modify":          func() { m.Modify(77, func(x string, _ bool) (string, bool) { return x, true }) },
		"Map.CompareAndStore": func() { m.CompareAndStore(77, "y", "z") },
		"Map.LoadOrStore":     func() { m.LoadOrStore(77, "y") },
		"Map.Get":             in(func(tx *stm.Tx) { m.Get(tx, 77) }),
		"Map.Get of a miss":   in(func(tx *stm.Tx) { m.Get(tx, -1) }),
		"Map.Set":             in(func(tx *stm.Tx) { m.Set(tx, 77, "z") }),
		"Map.Update":          in(func(tx *stm.Tx) { m.Update(tx, 77, func(x string, _ bool) (string, bool) { return x, true }) }),
		"Map.CompareAndSwap":  in(func(tx *stm.Tx) { m.CompareAndSwap(tx, 77, "z", "y") }),
		"Map.Delete":          in(func(tx *stm.Tx) { m.Delete(tx, 77); m.Set(tx, 77, "w") }),
		"Map.Len":             in(func(tx *stm.Tx) { m.Len(tx) }),
		"Map.All in a View":   func() { _, _ = stm.View(ctx, visit) },
		"Map.Size":            func() { m.Size() },
		"Set.Contains":        func() { set.Contains("77"); set.Contains("a") },
		"Set.Insert":          func() { set.Insert("77") },
		"Set.Add":             in(func(tx *stm.Tx) { set.Delete(tx, "77"); set.Add(tx, "77") }),
	} {
		f()
		require.Zero(t, testing.AllocsPerRun(200, f), name)
	}
}

func TestStructureSizes(t *testing.T) {
	if strconv.IntSize != 64 || atomics.Exploring {
		t.Skip("the documented sizes are those of a normal build on a 64-bit machine")
	}
	a := tvar.NewArray[int](100)
	require.EqualValues(t, 99*32, uintptr(unsafe.Pointer(a.At(99)))-uintptr(unsafe.Pointer(a.At(0))))
	require.EqualValues(t, 8, unsafe.Sizeof(tvar.Counter{}))
	require.LessOrEqual(t, unsafe.Sizeof(tvar.Vector[int]{}), uintptr(750))
}
