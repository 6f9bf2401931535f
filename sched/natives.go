package sched

import (
	"fmt"
	"slices"
)

// An Effect is what a native function does beside returning a result, and so
// what is done about it in a transaction, which may be undone.
type Effect uint8

const (
	// Pure natives do nothing else, or nothing that matters if it is done for
	// nothing or more than once. They are called where they stand, and may use
	// the heap.
	Pure Effect = iota
	// Deferred natives are called after the transaction has committed, once,
	// with the arguments that they were given: to print, to log, to send. They
	// have no result. Those of one transaction run in order; those of several in
	// the order of their commits, as far as these depend on one another.
	// They are outside of transactions, perhaps on the goroutine of another
	// thread, and must neither use the heap nor block for long.
	Deferred
	// Compensated natives are called where they stand, and their Undo if the
	// transaction, or the atomic region, is undone. They may use the heap, Undo
	// may not.
	Compensated
	// Outside natives block, or do what cannot be undone, and do not use the
	// heap. They are called outside of transactions: what the thread did before
	// is committed first, and other threads go on meanwhile. Inside an atomic
	// region they are called as irrevocable ones.
	Outside
	// Irrevocable natives do what cannot be undone and use the heap. They are
	// called in a transaction that cannot be lost any more, of which there is
	// one at a time.
	Irrevocable
)

// String is the name of e.
func (e Effect) String() string {
	names := []string{"pure", "deferred", "compensated", "outside", "irrevocable"}
	if int(e) < len(names) {
		return names[e]
	}
	return fmt.Sprintf("Effect(%d)", uint8(e))
}

// A Native is a function that an interpreter offers to its guests; V is the type
// of guest values.
type Native[V any] struct {
	Name   string                               // stands in reports of what became irrevocable
	Effect Effect                               // what it does beside returning a result
	Call   func(t *Thread, args []V) (V, error) // must not keep or change args
	Undo   func(t *Thread, args []V, result V)  // of a compensated one
}

// Natives is a table of native functions. It is filled before it is used, and
// then shared by all threads. The zero Natives is empty.
type Natives[V any] struct {
	all []Native[V]
}

// Register adds f to the table and returns its number. It panics if something
// is missing.
func (n *Natives[V]) Register(f Native[V]) (number int) {
	switch {
	case f.Call == nil:
		panic(fmt.Sprintf("sched: native %q without Call", f.Name))
	case f.Effect > Irrevocable:
		panic(fmt.Sprintf("sched: native %q with unknown %s", f.Name, f.Effect))
	case (f.Effect == Compensated) != (f.Undo != nil):
		panic(fmt.Sprintf("sched: native %q is %s: compensated ones have an Undo, others have none", f.Name, f.Effect))
	}
	n.all = append(n.all, f)
	return len(n.all) - 1
}

// Lookup returns the number of the native function with that name.
func (n *Natives[V]) Lookup(name string) (number int, found bool) {
	number = slices.IndexFunc(n.all, func(f Native[V]) bool { return f.Name == name })
	return number, number >= 0
}

// Call calls a native function as its [Effect] demands. The result of a deferred
// one is the zero value.
//
// After Proceed the thread may be outside of transactions. The interpreter puts
// the result where it belongs, and then calls [Thread.Enter], so that a
// rollback does not come back to before the call. After Again and Ended the
// function has not been called.
//
// The error is that of the function. One that was not deferred was called in a
// state that may be outdated: the interpreter reports it to its guest like any
// other exception, which counts once the transaction commits.
func (n *Natives[V]) Call(t *Thread, number int, args []V) (result V, s Status, err error) {
	f := &n.all[number]
	switch f.Effect {
	case Deferred:
		args = slices.Clone(args)
		t.Defer(func() { _, _ = f.Call(t, args) })
		return result, Proceed, nil
	case Compensated:
		args = slices.Clone(args)
		result, err = f.Call(t, args)
		if err == nil {
			t.OnRollback(func() { f.Undo(t, args, result) })
		}
		return result, Proceed, err
	case Outside:
		s = t.Leave(f.Name)
	case Irrevocable:
		s = t.Irrevocable(f.Name)
	}
	if s == Proceed {
		result, err = f.Call(t, args)
	}
	return result, s, err
}

// Defer runs f once the transaction has committed, in the order of commits: as
// a [Deferred] native.
func (t *Thread) Defer(f func()) {
	t.mustBeInside()
	if t.puttingOff() {
		t.pending = append(t.pending, f)
	} else {
		f()
	}
}
