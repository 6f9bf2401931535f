package heap

import (
	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/sched"
)

// A Local is a slot of which each thread of a Machine has its own. It conflicts
// with nothing. What a transaction writes is undone with it.
//
// Each thread keeps the Locals that it has used until it is closed.
type Local[T any] struct {
	index uint32
	first T
}

// NewLocal returns a Local that holds first in every thread.
func NewLocal[T any](m *sched.Machine, first T) *Local[T] {
	return &Local[T]{m.NewOwn(), first}
}

// Get returns the value that l has in t.
func (l *Local[T]) Get(t *sched.Thread) T {
	v := engine.FetchOwn(t.Own(l.index))
	if v.Kind == engine.Zero {
		return l.first
	}
	return decode[T](v)
}

// Set makes x the value that l has in t.
func (l *Local[T]) Set(t *sched.Thread, x T) {
	engine.PutOwn(t.Engine(), t.Own(l.index), encode(x, engine.Zero))
}
