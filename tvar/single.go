package tvar

import (
	"context"

	"github.com/weft-stm/weft/internal/engine"
)

// Load returns the latest committed value, without a transaction. It never
// waits for a transaction's body. Two Loads are two instants: to read several
// variables in one state use stm.View.
func (v *Var[T]) Load() T {
	return decode[T](engine.Load(v.ref()))
}

// Store makes x the value, as a transaction that does nothing else would.
func (v *Var[T]) Store(x T) {
	k, equal := engine.Shape(v.ref())
	if equal {
		v.Modify(func(T) T { return x })
		return
	}
	engine.Store(v.ref(), encode(x, k))
}

// modifyAttempts is how often Modify loses before it runs alone.
const modifyAttempts = 16

// Modify replaces the value by f of it, as a transaction that does nothing
// else would, and returns the new value. f runs outside of any lock, again if
// another write came in between; after a bounded number of losses it runs
// while no other update commits. f must not use transactions or this Var.
//
// It allocates nothing and costs about a third of a transaction.
func (v *Var[T]) Modify(f func(T) T) T {
	for range modifyAttempts {
		if x, ok := v.modify(f, engine.Install); ok {
			return x
		}
	}
	return v.modifySerially(f)
}

func (v *Var[T]) modifySerially(f func(T) T) (x T) {
	engine.Serially(func() {
		for ok := false; !ok; {
			x, ok = v.modify(f, engine.InstallSerially)
		}
	})
	return x
}

func (v *Var[T]) modify(f func(T) T, install func(*engine.Cell, uint64, engine.Value) bool) (x T, ok bool) {
	old, seen := engine.Sample(v.ref())
	before := decode[T](old)
	x = f(before)
	if engine.Compares(seen) && engine.Equal(v.ref()).(func(a, b T) bool)(before, x) {
		return x, true
	}
	return x, install(v.ref(), seen, encode(x, old.Kind))
}

// Await waits until pred accepts the value and returns that value, or the
// error of ctx. pred sees committed values, perhaps not each of them.
func (v *Var[T]) Await(ctx context.Context, pred func(T) bool) (x T, err error) {
	if ctx == nil {
		panic("stm: nil context: pass context.Background() if nothing cancels the wait")
	}
	err = engine.Await(ctx, v.ref(), func(now engine.Value) bool {
		x = decode[T](now)
		return pred(x)
	})
	if err != nil {
		var zero T
		return zero, err
	}
	return x, nil
}
