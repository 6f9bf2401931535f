package memory

import (
	"context"
	"sync"
)

// A locked memory runs one block at a time. With shared set, views run beside
// one another.
type locked[T any] struct {
	mu      sync.RWMutex
	plain   sync.Mutex
	shared  bool
	changed *sync.Cond
	waiting int
	version uint64 // of the last update
	vals    []T
}

func newLocked[T any](initial []T, shared bool) *locked[T] {
	m := &locked[T]{shared: shared, vals: append([]T(nil), initial...)}
	m.changed = sync.NewCond(m.writer())
	return m
}

// writer is the lock of an update.
func (m *locked[T]) writer() sync.Locker {
	if m.shared {
		return &m.mu
	}
	return &m.plain
}

func (m *locked[T]) Load(v int) T {
	l := m.writer()
	l.Lock()
	defer l.Unlock()
	return m.vals[v]
}

func (m *locked[T]) Modify(v int, f func(T) T) {
	l := m.writer()
	l.Lock()
	defer l.Unlock()
	m.vals[v] = f(m.vals[v])
	m.publish()
}

// publish accounts for a change. The caller holds the lock.
func (m *locked[T]) publish() {
	m.version++
	if m.waiting > 0 {
		m.changed.Broadcast()
	}
}

func (m *locked[T]) Session() Session[T] {
	s := &lockedSession[T]{m: m, l: m.writer()}
	s.tx.vals = m.vals
	s.tx.put = func(v int, x T) { m.vals[v] = x }
	s.tx.wait = func(ctx context.Context) { m.sleep(ctx) }
	s.tx.version = func() uint64 { return m.version }
	return s
}

// sleep waits for a change or the end of ctx. The caller holds the lock.
func (m *locked[T]) sleep(ctx context.Context) {
	stop := context.AfterFunc(ctx, func() {
		l := m.writer()
		l.Lock()
		m.changed.Broadcast()
		l.Unlock()
	})
	defer stop()
	m.waiting++
	for seen := m.version; m.version == seen && ctx.Err() == nil; {
		m.changed.Wait()
	}
	m.waiting--
}

type lockedSession[T any] struct {
	m  *locked[T]
	l  sync.Locker
	tx lockedTx[T]
}

func (s *lockedSession[T]) Update(ctx context.Context, body func(tx Tx[T]) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	after, err := s.update(ctx, body)
	for _, f := range after {
		f()
	}
	return err
}

// Irrevocably is Update: who has the lock cannot lose.
func (s *lockedSession[T]) Irrevocably(ctx context.Context, body func(tx Tx[T]) error) error {
	return s.Update(ctx, body)
}

// update runs body under the lock, and returns the hooks to run without it.
func (s *lockedSession[T]) update(ctx context.Context, body func(tx Tx[T]) error) (after []func(), err error) {
	s.l.Lock()
	defer s.l.Unlock()
	for {
		done, err := s.tx.attempt(body)
		if done {
			if err == nil && s.tx.wrote {
				s.m.publish()
				s.tx.noteVersion()
			}
			return s.tx.take(err == nil), err
		}
		if s.tx.sleep(ctx); ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
}

func (s *lockedSession[T]) View(ctx context.Context, body func(tx Tx[T]) error) error {
	if !s.m.shared {
		return s.Update(ctx, body)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	s.m.mu.RLock()
	defer s.m.mu.RUnlock()
	done, err := s.tx.attempt(body)
	if !done {
		panic("memory: Retry in a view")
	}
	return err
}
