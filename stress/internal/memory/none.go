package memory

import (
	"context"
	"runtime"
	"sync"
)

// none is a locked memory without the lock: each access is atomic by itself
// and blocks are not.
type none[T any] struct {
	mu   []sync.Mutex
	vals []T
}

func newNone[T any](initial []T) *none[T] {
	return &none[T]{mu: make([]sync.Mutex, len(initial)), vals: append([]T(nil), initial...)}
}

func (m *none[T]) Load(v int) T {
	m.mu[v].Lock()
	defer m.mu[v].Unlock()
	return m.vals[v]
}

func (m *none[T]) store(v int, x T) {
	m.mu[v].Lock()
	m.vals[v] = x
	m.mu[v].Unlock()
}

func (m *none[T]) Modify(v int, f func(T) T) { m.store(v, f(m.Load(v))) }

func (m *none[T]) Session() Session[T] {
	tx := &noneTx[T]{m: m}
	tx.put = m.store
	tx.wait = func(context.Context) { runtime.Gosched() }
	return noneSession[T]{tx}
}

type noneSession[T any] struct{ tx *noneTx[T] }

func (s noneSession[T]) Update(ctx context.Context, body func(tx Tx[T]) error) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		done, err := s.tx.attempt(func(Tx[T]) error { return body(s.tx) })
		if done {
			for _, f := range s.tx.take(err == nil) {
				f()
			}
			return err
		}
		s.tx.sleep(ctx)
	}
}

func (s noneSession[T]) Irrevocably(ctx context.Context, body func(tx Tx[T]) error) error {
	return s.Update(ctx, body)
}

func (s noneSession[T]) View(ctx context.Context, body func(tx Tx[T]) error) error {
	return s.Update(ctx, body)
}

type noneTx[T any] struct {
	lockedTx[T]
	m *none[T]
}

func (tx *noneTx[T]) Get(v int) T { return tx.m.Load(v) }

func (tx *noneTx[T]) Set(v int, x T) {
	tx.wrote = true
	tx.undo = append(tx.undo, undo[T]{v, tx.m.Load(v)})
	tx.m.store(v, x)
}

func (tx *noneTx[T]) Commute(v int, f func(T) T) { tx.Set(v, f(tx.Get(v))) }
