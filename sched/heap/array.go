package heap

import (
	mathbits "math/bits"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/sched"
)

// An Array is a sequence that grows and shrinks at its end: a guest's list. The
// zero Array is empty and ready to use; it must not be copied.
//
// Elements lie in chunks, each twice as large as the one before, which never
// move: 32 bytes an element, and up to as many again ahead of use. Transactions
// conflict over single elements, over the length if one appends or pops and
// another asks for it, and if both append or pop. An index that is in range does
// not ask for the length.
type Array[T any] struct {
	_      [0]func(T)
	length engine.Cell
	chunks [nearChunks]atomics.Pointer[engine.Cell]
	far    atomics.Pointer[[farChunks]atomics.Pointer[engine.Cell]]
}

const (
	firstBits  = 2 // the first chunk has 4 elements, and so has the second
	nearChunks = 5
	farChunks  = 40
)

// NewArray returns an Array of n elements that hold the zero value of T.
func NewArray[T any](t *sched.Thread, n int) *Array[T] {
	a := fresh[Array[T]]()
	a.Init(t, n)
	return a
}

// Init gives a, which is a field of something that nobody shares yet, n elements
// that hold the zero value of T. Until the transaction of t ends it is read and
// written in place, which a zero Array is not.
func (a *Array[T]) Init(t *sched.Thread, n int) {
	g := t.Engine()
	engine.Birth(g, &a.length, number(n))
	var zero T
	for i := range n {
		engine.Birth(g, a.grown(g, i), encode(zero, engine.Zero))
	}
}

// place says where element i is: in which chunk, and where there.
func place(i int) (chunk, at int) {
	k := mathbits.Len(uint(i) >> firstBits)
	if k == 0 {
		return 0, i
	}
	return k, i - 1<<(k+firstBits-1)
}

// chunkSize is the number of elements in a chunk.
func chunkSize(k int) int { return 1 << (max(k, 1) + firstBits - 1) }

// pointer returns the pointer to chunk k, or nil if there is none yet, or no
// array has so many.
func (a *Array[T]) pointer(k int) *atomics.Pointer[engine.Cell] {
	if k < nearChunks {
		return &a.chunks[k]
	}
	far := a.far.Load()
	if far == nil || k >= nearChunks+farChunks {
		return nil
	}
	return &far[k-nearChunks]
}

// slot returns the slot of element i, or nil if there is none yet.
func (a *Array[T]) slot(i int) *engine.Cell {
	if i < 0 {
		return nil
	}
	k, at := place(i)
	p := a.pointer(k)
	if p == nil {
		return nil
	}
	first := p.Load()
	if first == nil {
		return nil
	}
	return cellAt(first, at)
}

// grown returns the slot of element i, made if there is none. Whoever makes a
// chunk first makes it for all: its slots hold nothing, so it is no part of any
// transaction.
func (a *Array[T]) grown(g *engine.Guest, i int) *engine.Cell {
	k, at := place(i)
	p := a.pointer(k)
	if p == nil {
		a.far.CompareAndSwap(nil, new([farChunks]atomics.Pointer[engine.Cell]))
		p = a.pointer(k)
	}
	first := p.Load()
	if first == nil {
		cells := freshSlice[engine.Cell](chunkSize(k))
		if engine.Newborn(g, &a.length) {
			engine.BirthAll(g, cells)
		}
		p.CompareAndSwap(nil, &cells[0])
		first = p.Load()
	}
	return cellAt(first, at)
}

// TryGet returns element i; found is false if there is none, and ok if the
// attempt is lost.
func (a *Array[T]) TryGet(t *sched.Thread, i int) (x T, found, ok bool) {
	c := a.slot(i)
	if c == nil {
		return x, false, a.outside(t, i)
	}
	v, ok := engine.Fetch(t.Engine(), c)
	return decode[T](v), !isNothing(v), ok
}

// outside makes the transaction depend on i being out of range.
func (a *Array[T]) outside(t *sched.Thread, i int) (ok bool) {
	if i < 0 {
		return true
	}
	_, ok = engine.Fetch(t.Engine(), &a.length)
	return ok
}

// Get returns element i; found is false if there is none.
func (a *Array[T]) Get(t *sched.Thread, i int) (x T, found bool) {
	x, found, ok := a.TryGet(t, i)
	mustOK(t, ok)
	return x, found
}

// TrySet makes x element i; found is false if there is none, and ok if the
// attempt is lost. It reads the element, and writes nothing if x is there already
// and needs no allocation.
func (a *Array[T]) TrySet(t *sched.Thread, i int, x T) (found, ok bool) {
	c := a.slot(i)
	if c == nil {
		return false, a.outside(t, i)
	}
	v, ok := engine.Fetch(t.Engine(), c)
	if !ok || isNothing(v) {
		return false, ok
	}
	if y := encode(x, v.Kind); y != v {
		engine.Put(t.Engine(), c, y)
	}
	return true, true
}

// Set makes x element i; found is false if there is none.
func (a *Array[T]) Set(t *sched.Thread, i int, x T) (found bool) {
	found, ok := a.TrySet(t, i, x)
	mustOK(t, ok)
	return found
}

// TryLen returns the number of elements; ok is false if the attempt is lost.
func (a *Array[T]) TryLen(t *sched.Thread) (n int, ok bool) {
	v, ok := engine.Fetch(t.Engine(), &a.length)
	return int(v.W), ok
}

// Len returns the number of elements.
func (a *Array[T]) Len(t *sched.Thread) int {
	n, ok := a.TryLen(t)
	mustOK(t, ok)
	return n
}

// TryAppend adds x at the end; ok is false if the attempt is lost.
func (a *Array[T]) TryAppend(t *sched.Thread, x T) (ok bool) {
	g := t.Engine()
	n, ok := a.TryLen(t)
	if !ok {
		return false
	}
	engine.Put(g, a.grown(g, n), encode(x, engine.Zero))
	engine.Put(g, &a.length, number(n+1))
	return true
}

// Append adds x at the end.
func (a *Array[T]) Append(t *sched.Thread, x T) { mustOK(t, a.TryAppend(t, x)) }

// TryPop removes the last element and returns it; found is false if there is
// none, and ok if the attempt is lost.
func (a *Array[T]) TryPop(t *sched.Thread) (x T, found, ok bool) {
	g := t.Engine()
	n, ok := a.TryLen(t)
	if !ok || n == 0 {
		return x, false, ok
	}
	c := a.grown(g, n-1)
	v, ok := engine.Fetch(g, c)
	if !ok {
		return x, false, false
	}
	engine.Put(g, c, nothing)
	engine.Put(g, &a.length, number(n-1))
	return decode[T](v), true, true
}

// Pop removes the last element and returns it; found is false if there is none.
func (a *Array[T]) Pop(t *sched.Thread) (x T, found bool) {
	x, found, ok := a.TryPop(t)
	mustOK(t, ok)
	return x, found
}

// Label names the length of a in reports of conflicts. It is to be called
// before other threads know a.
func (a *Array[T]) Label(name string) { engine.SetLabel(&a.length, name) }

// mustOK leaves the function if the attempt is lost.
func mustOK(t *sched.Thread, ok bool) {
	if !ok {
		engine.Unwind(t.Engine())
	}
}
