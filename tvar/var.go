package tvar

import (
	"fmt"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
)

// A Var is a transactional variable holding a T. The zero Var holds the zero
// value of T and is ready to use. A Var must not be copied after its first use
// (go vet tells); it may be a field of a larger struct.
//
// It takes 32 bytes on a 64-bit machine. Transactions that write it conflict
// with those that read or write it, and with nothing else.
type Var[T any] struct {
	_    [0]func(T) // a *Var[A] cannot be converted to a *Var[B]; first, where it takes no room
	cell engine.Cell
}

// New returns a Var that holds v. Made inside a transaction it is private
// until a commit makes it reachable.
func New[T any](v T, opts ...Option) *Var[T] {
	x := allocate[T](opts)
	engine.Init(&x.cell, encode(v, engine.Zero))
	for i := range opts {
		opts[i].apply(&x.cell)
	}
	return x
}

// ref returns the cell of v.
func (v *Var[T]) ref() *engine.Cell {
	if v == nil {
		panic("tvar: nil Var: make it with tvar.New, or use a Var value instead of a pointer")
	}
	return &v.cell
}

// Get returns the value of v in the transaction: what the transaction wrote
// last, or else what v held in the state that the transaction sees.
//
// It logs one read (16 bytes) and allocates nothing.
func (v *Var[T]) Get(tx *stm.Tx) T {
	return decode[T](engine.Read(tx.Engine(), v.ref()))
}

// Set makes x the value of v once the transaction commits, and for its own
// reads at once. It does not depend on the value before: transactions that
// only Set never conflict, the last one to commit stays. With [Equal], setting
// what v already holds is a read.
func (v *Var[T]) Set(tx *stm.Tx, x T) {
	k, equal := engine.Shape(v.ref())
	if equal && v.holds(tx, x) {
		return
	}
	engine.Write(tx.Engine(), v.ref(), encode(x, k))
}

// holds reports whether v is x in the transaction, as the Equal option tells.
func (v *Var[T]) holds(tx *stm.Tx, x T) bool {
	engine.CheckWrite(tx.Engine())
	return engine.Equal(v.ref()).(func(a, b T) bool)(v.Get(tx), x)
}

// Update sets v to f of its value and returns the new value. f may run more
// than once, as the body does.
func (v *Var[T]) Update(tx *stm.Tx, f func(T) T) T {
	x := f(v.Get(tx))
	v.Set(tx, x)
	return x
}

// Swap sets v to x and returns the value before.
func (v *Var[T]) Swap(tx *stm.Tx, x T) T {
	old := v.Get(tx)
	v.Set(tx, x)
	return old
}

// Peek is Get without the consequences: the value belongs to the state that
// the transaction sees, but a later change of v does not disturb the
// transaction, which may commit on an outdated value, and does not wake its
// Retry. Use it for hints. (Early release: Herlihy et al., 2003.)
func (v *Var[T]) Peek(tx *stm.Tx) T {
	return decode[T](engine.Peek(tx.Engine(), v.ref()))
}

// Commute sets v to f of the value that it holds when the transaction commits.
// Nothing is read before, so transactions that commute the same Var do not
// conflict over it; their order must therefore not matter. f must depend on
// its argument alone, which may be newer than what the transaction has read
// elsewhere. It runs at commit, perhaps more than once; if it panics
// the transaction rolls back. A Get of v in the same transaction applies f at
// once, and turns the Commute into a read and a write.
//
// It costs one or two allocations. For numbers, [Add] costs none. From Clojure's
// refs.
func (v *Var[T]) Commute(tx *stm.Tx, f func(T) T) {
	k, _ := engine.Shape(v.ref())
	engine.Commute(tx.Engine(), v.ref(), func(old engine.Value) engine.Value {
		return encode(f(decode[T](old)), k)
	})
}

// Lost reports whether the latest attempt of this transaction that was lost to a
// conflict was lost on v. It is for reports, in the attempt that follows: see
// [stm.Tx.Lost]. It is a comparison, and reads nothing.
func (v *Var[T]) Lost(tx *stm.Tx) bool { return engine.LostOn(tx.Engine()) == v.ref() }

// String formats the present value, as [Var.Load] returns it, for people.
func (v *Var[T]) String() string {
	if v == nil {
		return "<nil Var>"
	}
	if label := engine.Label(&v.cell); label != "" {
		return fmt.Sprintf("%s=%v", label, v.Load())
	}
	return fmt.Sprint(v.Load())
}
