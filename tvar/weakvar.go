package tvar

import (
	"weak"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// A WeakVar is a variable that holds a pointer weakly: what it points to is
// garbage as soon as nobody else has it, and the WeakVar holds nil from then on.
// It is for caches, and for tables of what is in use elsewhere. The zero WeakVar
// holds nil and is ready to use. A WeakVar must not be copied after its first
// use.
//
// What a transaction has got from a WeakVar, or put into one, stays alive until
// its attempt ends; so all that it sees of it agrees. While it sleeps after a
// Retry it keeps nothing alive. In a View of an earlier state, an object that
// was alive in that state may be gone.
//
// The garbage collector takes an object at a time when no transaction sees it.
// That is not a write: it conflicts with nobody, and wakes nobody. A Retry wakes
// when the WeakVar is written.
//
// Transactions conflict over it as over a [Var]. It takes 32 bytes; a write
// costs an allocation, the first for an object another one, and the first use
// in an attempt, too.
//
// From the weak variables of Haskell's stm package, and Go's weak package.
type WeakVar[T any] struct {
	v Var[weak.Pointer[T]]
}

// NewWeak returns a WeakVar that holds p.
func NewWeak[T any](p *T) *WeakVar[T] {
	w := fresh[WeakVar[T]]()
	w.Store(p)
	return w
}

// Get returns what w points to in the transaction, or nil.
func (w *WeakVar[T]) Get(tx *stm.Tx) *T {
	p := w.ref().Get(tx).Value()
	if p != nil {
		engine.Keep(tx.Engine(), p)
	}
	return p
}

// Set makes w point to p once the transaction commits. It does not depend on
// what w held before, as [Var.Set] does not.
func (w *WeakVar[T]) Set(tx *stm.Tx, p *T) {
	w.ref().Set(tx, weak.Make(p))
	if p != nil {
		engine.Keep(tx.Engine(), p)
	}
}

// Load returns what w points to now, or nil.
func (w *WeakVar[T]) Load() *T { return w.ref().Load().Value() }

// Store makes w point to p, as a transaction that does nothing else would.
func (w *WeakVar[T]) Store(p *T) { w.ref().Store(weak.Make(p)) }

// String tells whether there is anything now, for people.
func (w *WeakVar[T]) String() string {
	if w == nil {
		return "<nil WeakVar>"
	}
	if w.Load() == nil {
		return "gone"
	}
	return "there"
}

func (w *WeakVar[T]) ref() *Var[weak.Pointer[T]] {
	if w == nil {
		panic("tvar: nil WeakVar: make it with tvar.NewWeak")
	}
	return &w.v
}
