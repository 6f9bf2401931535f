package memory

import (
	"context"
	"slices"
)

// A lockedTx writes in place and undoes by a log.
type lockedTx[T any] struct {
	vals  []T
	put   func(v int, x T) // for undoing
	wait  func(ctx context.Context)
	undo  []undo[T]
	hooks []hook
	wrote bool

	version func() uint64
	note    *uint64
}

type undo[T any] struct {
	v   int
	old T
}

type hook struct {
	onCommit bool
	f        func()
}

// retrySignal unwinds a body that called Retry.
type retrySignal struct{}

// attempt runs body once. It reports false if the body gave up by Retry. After
// an error, a panic or Retry nothing that it wrote is left.
func (tx *lockedTx[T]) attempt(body func(tx Tx[T]) error) (done bool, err error) {
	tx.undo, tx.hooks, tx.wrote, tx.note = tx.undo[:0], tx.hooks[:0], false, nil
	returned := false
	defer func() {
		if !returned {
			tx.rollback(0)
			for _, f := range tx.take(false) {
				f()
			}
		}
	}()
	err, retried := try(func() error { return body(tx) })
	returned = true
	if err != nil || retried {
		tx.rollback(0)
	}
	if retried {
		for _, f := range tx.take(false) {
			f()
		}
	}
	return !retried, err
}

// try runs f and catches Retry, and nothing else.
func try(f func() error) (err error, retried bool) {
	returned := false
	defer func() {
		if returned {
			return
		}
		if r := recover(); r == (retrySignal{}) {
			retried = true
		} else if r != nil {
			panic(r)
		}
	}()
	err = f()
	returned = true
	return err, false
}

func (tx *lockedTx[T]) rollback(mark int) {
	for i := len(tx.undo) - 1; i >= mark; i-- {
		tx.put(tx.undo[i].v, tx.undo[i].old)
	}
	tx.undo = tx.undo[:mark]
}

// take returns the hooks of a block that ended, in the order to run them.
func (tx *lockedTx[T]) take(committed bool) (fs []func()) {
	for _, h := range tx.hooks {
		if h.onCommit == committed {
			fs = append(fs, h.f)
		}
	}
	tx.hooks = tx.hooks[:0]
	if !committed {
		slices.Reverse(fs)
	}
	return fs
}

func (tx *lockedTx[T]) sleep(ctx context.Context) { tx.wait(ctx) }

func (tx *lockedTx[T]) noteVersion() {
	if tx.note != nil {
		*tx.note = tx.version()
	}
}

func (tx *lockedTx[T]) Get(v int) T { return tx.vals[v] }

func (tx *lockedTx[T]) Set(v int, x T) {
	tx.wrote = true
	tx.undo = append(tx.undo, undo[T]{v, tx.vals[v]})
	tx.vals[v] = x
}

func (tx *lockedTx[T]) Commute(v int, f func(T) T) { tx.Set(v, f(tx.vals[v])) }
func (tx *lockedTx[T]) Retry()                     { panic(retrySignal{}) }
func (tx *lockedTx[T]) OnCommit(f func())          { tx.hooks = append(tx.hooks, hook{true, f}) }
func (tx *lockedTx[T]) OnRollback(f func())        { tx.hooks = append(tx.hooks, hook{false, f}) }
func (tx *lockedTx[T]) NoteVersion(to *uint64)     { tx.note = to }
func (tx *lockedTx[T]) Irrevocable()               {} // it cannot lose anyway
func (tx *lockedTx[T]) LostOn() int                { return -1 }

func (tx *lockedTx[T]) Nested(part func() error) error {
	undone, hooks := len(tx.undo), len(tx.hooks)
	returned := false
	defer func() {
		if !returned {
			tx.failed(undone, hooks)
		}
	}()
	err := part()
	returned = true
	if err != nil {
		tx.failed(undone, hooks)
	}
	return err
}

// failed undoes a part that began at these marks.
func (tx *lockedTx[T]) failed(undone, hooks int) {
	tx.rollback(undone)
	part := slices.Clone(tx.hooks[hooks:])
	tx.hooks = tx.hooks[:hooks]
	for _, h := range slices.Backward(part) {
		if !h.onCommit {
			h.f()
		}
	}
}

func (tx *lockedTx[T]) OrElse(alternatives ...func() error) error {
	for _, f := range alternatives {
		var err error
		if _, retried := try(func() error { err = tx.Nested(f); return nil }); !retried {
			return err
		}
	}
	tx.Retry()
	return nil
}
