package heap_test

import (
	"testing"
	"unsafe"

	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/sched/heap"
)

// A value is how dynamic languages in Go like to represent theirs: a number, or
// an object, with a tag.
type value struct {
	n int64
	p unsafe.Pointer
}

var tagInt byte

func integer(n int) value { return value{int64(n), unsafe.Pointer(&tagInt)} }

// A still is an interpreter without state.
type still struct{}

func (still) Save()                    {}
func (still) Restore()                 {}
func (still) Position() sched.Position { return sched.Position{} }

var benchModes = []struct {
	name string
	opts []sched.MachineOption
}{
	{"gil", []sched.MachineOption{sched.In(sched.GIL)}},
	{"serial", []sched.MachineOption{sched.In(sched.Serial)}},
	{"alone", nil},
	{"stm", []sched.MachineOption{sched.AlwaysTransact(), sched.Lengths(1000, 1000)}},
}

// bench measures a guest instruction that op executes, in each mode. It ticks
// after each, as a loop of guest code would.
func bench(b *testing.B, op func(t *sched.Thread, i int)) {
	for _, mode := range benchModes {
		b.Run(mode.name, func(b *testing.B) {
			m := sched.NewMachine(mode.opts...)
			t, err := m.NewThread(ctx, still{})
			if err != nil {
				b.Fatal(err)
			}
			defer t.Close()
			t.Enter()
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				op(t, i)
				i++
				if t.Tick(1) && t.Break(1) != sched.Proceed {
					b.Fatal("not alone")
				}
			}
		})
	}
}

func BenchmarkTick(b *testing.B) { bench(b, func(*sched.Thread, int) {}) }

func BenchmarkCellGet(b *testing.B) {
	c := heap.NewCell(nil, integer(1))
	var sink value
	bench(b, func(t *sched.Thread, _ int) { sink = c.Get(t) })
	_ = sink
}

func BenchmarkCellTryGet(b *testing.B) {
	c := heap.NewCell(nil, integer(1))
	var sink value
	bench(b, func(t *sched.Thread, _ int) {
		if x, ok := c.TryGet(t); ok {
			sink = x
		}
	})
	_ = sink
}

func BenchmarkCellSet(b *testing.B) {
	c := heap.NewCell(nil, integer(1))
	bench(b, func(t *sched.Thread, i int) { c.Set(t, integer(i)) })
}

// Over 512 objects, so that each transaction has many.
func BenchmarkObjectGet(b *testing.B) {
	o := heap.NewObject[value](nil, 512)
	var sink value
	bench(b, func(t *sched.Thread, i int) { sink = o.Get(t, i&511) })
	_ = sink
}

func BenchmarkObjectSet(b *testing.B) {
	o := heap.NewObject[value](nil, 512)
	bench(b, func(t *sched.Thread, i int) { o.Set(t, i&511, integer(i)) })
}

func BenchmarkArrayRMW(b *testing.B) {
	a := heap.NewArray[value](nil, 512)
	bench(b, func(t *sched.Thread, i int) {
		x, _ := a.Get(t, i&511)
		x.n++
		a.Set(t, i&511, x)
	})
}

func BenchmarkNewObject(b *testing.B) {
	var sink *heap.Object[value]
	bench(b, func(t *sched.Thread, i int) {
		sink = heap.NewObject[value](t, 2)
		sink.Set(t, 0, integer(1))
		sink.Set(t, 1, integer(2))
	})
	_ = sink
}

var keys = func() (s [512]string) {
	for i := range s {
		s[i] = string(rune('a'+i%26)) + string(rune('a'+i/26))
	}
	return s
}()

func BenchmarkDictGet(b *testing.B) {
	var d heap.Dict[string, value]
	for i, k := range keys {
		d.Set(nil, k, integer(i))
	}
	var sink value
	bench(b, func(t *sched.Thread, i int) { sink, _ = d.Get(t, keys[i&511]) })
	_ = sink
}

func BenchmarkDictSet(b *testing.B) {
	var d heap.Dict[string, value]
	bench(b, func(t *sched.Thread, i int) { d.Set(t, keys[i&511], integer(i)) })
}

func BenchmarkCounterAdd(b *testing.B) {
	var c heap.Counter
	bench(b, func(t *sched.Thread, _ int) { c.Add(t, 1) })
}

// The baseline of the benchmarks of Dict.
func BenchmarkGoMap(b *testing.B) {
	m := map[string]value{}
	for i, k := range keys {
		m[k] = integer(i)
	}
	b.Run("get", func(b *testing.B) {
		i := 0
		var sink value
		for b.Loop() {
			sink = m[keys[i&511]]
			i++
		}
		_ = sink
	})
	b.Run("set", func(b *testing.B) {
		i := 0
		for b.Loop() {
			m[keys[i&511]] = integer(i)
			i++
		}
	})
}
