package heap

import (
	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/sched"
)

// A Cell is one slot: a variable that guest threads share, such as one that
// closures have captured. The zero Cell holds the zero value of T and is ready
// to use; a Cell may be a field of a larger struct, and must not be copied.
//
// It takes 32 bytes on a 64-bit machine. Transactions conflict over it if one
// writes it that another reads or writes and read before.
type Cell[T any] struct {
	_    [0]func(T)
	cell engine.Cell
}

// NewCell returns a Cell that holds v. Until the transaction of t ends it is
// read and written in place.
func NewCell[T any](t *sched.Thread, v T) *Cell[T] {
	c := fresh[Cell[T]]()
	c.Init(t, v)
	return c
}

// Init makes c, which is a field of something that nobody shares yet, hold v.
// Until the transaction of t ends it is read and written in place, which a zero
// Cell is not.
func (c *Cell[T]) Init(t *sched.Thread, v T) {
	engine.Birth(t.Engine(), &c.cell, encode(v, kindOf[T]()))
}

// Get returns the value of c.
func (c *Cell[T]) Get(t *sched.Thread) T {
	v, ok := engine.Fetch(t.Engine(), &c.cell)
	if !ok {
		engine.Unwind(t.Engine())
	}
	return decode[T](v)
}

// TryGet is [Cell.Get]; ok is false if the attempt is lost.
func (c *Cell[T]) TryGet(t *sched.Thread) (x T, ok bool) {
	v, ok := engine.Fetch(t.Engine(), &c.cell)
	return decode[T](v), ok
}

// Set makes x the value of c. It does not depend on the value before.
func (c *Cell[T]) Set(t *sched.Thread, x T) {
	engine.Put(t.Engine(), &c.cell, encode(x, engine.KindIn(&c.cell)))
}

// Label names c in reports of conflicts. It is to be called before other
// threads know c.
func (c *Cell[T]) Label(name string) { engine.SetLabel(&c.cell, name) }

// SetIfNew makes x the value of c unless it is already, so that writing the same
// again and again disturbs no reader. It reports whether c has changed, and
// panics if T is an interface whose values cannot be compared.
func SetIfNew[T comparable](t *sched.Thread, c *Cell[T], x T) (changed bool) {
	if c.Get(t) == x {
		return false
	}
	c.Set(t, x)
	return true
}

// A Number is what can be added to without looking.
type Number interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr | ~float32 | ~float64
}

// adding is how numbers of type T are added.
func adding[T Number]() engine.Number {
	return engine.Number{Size: uint8(size[T]()), Real: T(1)/T(2) != 0}
}

// Add adds delta to c once the transaction commits. Additions do not conflict
// with one another, and integers wrap around. Reading c in the same transaction
// ends that. It does not allocate.
func Add[T Number](t *sched.Thread, c *Cell[T], delta T) {
	engine.Increase(t.Engine(), &c.cell, adding[T](), bits(delta))
}
