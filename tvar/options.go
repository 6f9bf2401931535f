package tvar

import (
	"fmt"

	"github.com/weft-stm/weft/internal/engine"
)

// An Option adjusts a new Var.
type Option struct {
	label  string
	equal  any // func(a, b T) bool
	padded bool
	one    bool
}

// Label names a Var in errors and reports, and in its String.
func Label(s string) Option { return Option{label: s} }

// Equal makes Set, Store and Modify compare first: writing the value that the Var already
// holds becomes a read, which wakes nobody and conflicts with no reader. The
// type must be that of the Var. Values that are not equal to themselves, such
// as NaN, are always written; comparing two interfaces may panic as == does. Add
// and Commute, which know no value before the commit, do not compare.
func Equal[T comparable]() Option {
	return Option{equal: func(a, b T) bool { return a == b }}
}

// WakeOne makes a write wake one of those who wait for the Var, not all of them:
// the one that has waited longest. If that one writes the Var itself the next is
// woken, and also if it ends without; if it waits again it keeps its place, and
// nobody else is woken before the next write. So of a hundred who wait for one
// item ninety-nine sleep on, and who comes first is served first.
//
// It is for a Var whose waiters wait for the same: if the first cannot go on,
// neither can the others. Who waits for something else needs another Var, or
// may sleep for ever. Handing on the duty to wake is how GHC's MVar and fair
// semaphores do it.
func WakeOne() Option { return Option{one: true} }

// Padded keeps the Var on cache lines of its own, for a hot one whose
// neighbours would suffer. It takes 288 bytes instead of 32.
func Padded() Option { return Option{padded: true} }

func (o *Option) apply(c *engine.Cell) {
	if o.label != "" {
		engine.SetLabel(c, o.label)
	}
	if o.one {
		engine.SetWakeOne(c)
	}
	if o.equal != nil {
		engine.SetEqual(c, o.equal)
	}
}

type padded[T any] struct {
	_ [128]byte
	v Var[T]
	_ [128]byte
}

func allocate[T any](opts []Option) *Var[T] {
	pad := false
	for i := range opts {
		pad = pad || opts[i].padded
		if e := opts[i].equal; e != nil {
			if _, ok := e.(func(a, b T) bool); !ok {
				var zero T
				panic(fmt.Sprintf("tvar: Equal of another type given to New of a %T: write Equal[%[1]T]()", zero))
			}
		}
	}
	if pad {
		return &new(padded[T]).v
	}
	return new(Var[T])
}
