package heap

import (
	"fmt"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/sched"
)

// An Object is a fixed number of slots: the fields of an instance, or an array
// of fixed length. The zero Object has none. It may be a field of a larger
// struct.
//
// It takes 32 bytes a slot. Transactions conflict over single slots.
type Object[T any] struct {
	_     [0]func(T)
	slots []engine.Cell
}

// NewObject returns an Object of n slots that hold the zero value of T. Until
// the transaction of t ends it is read and written in place.
func NewObject[T any](t *sched.Thread, n int) *Object[T] {
	o := new(Object[T])
	o.Init(t, n)
	return o
}

// Init gives o, which nobody shares yet, n slots that hold the zero value of T.
func (o *Object[T]) Init(t *sched.Thread, n int) {
	o.slots = freshSlice[engine.Cell](n)
	engine.BirthAll(t.Engine(), o.slots)
}

// Len returns the number of slots, which never changes.
func (o *Object[T]) Len() int { return len(o.slots) }

// Get returns the value of slot i. It panics as an index of a slice does if
// there is none.
func (o *Object[T]) Get(t *sched.Thread, i int) T {
	v, ok := engine.Fetch(t.Engine(), &o.slots[i])
	if !ok {
		engine.Unwind(t.Engine())
	}
	return decode[T](v)
}

// TryGet is [Object.Get]; ok is false if the attempt is lost.
func (o *Object[T]) TryGet(t *sched.Thread, i int) (x T, ok bool) {
	v, ok := engine.Fetch(t.Engine(), &o.slots[i])
	return decode[T](v), ok
}

// Set makes x the value of slot i. It does not depend on the value before, and
// panics as an index of a slice does if there is no such slot.
func (o *Object[T]) Set(t *sched.Thread, i int, x T) {
	c := &o.slots[i]
	engine.Put(t.Engine(), c, encode(x, engine.KindIn(c)))
}

// Label names the slots of o in reports of conflicts. It is to be called before
// other threads know o.
func (o *Object[T]) Label(name string) {
	for i := range o.slots {
		engine.SetLabel(&o.slots[i], fmt.Sprintf("%s[%d]", name, i))
	}
}
