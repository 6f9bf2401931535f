package memory

import (
	"context"

	peer "github.com/anacrolix/stm"
)

// A peerMemory runs blocks on github.com/anacrolix/stm. That one knows neither
// errors nor contexts, and a panic in a body leaves its locks held, so those
// are made here: the body's panic is caught before it gets there, what was
// written is set back, and a Retry also waits for a variable that the end of
// the context sets.
type peerMemory[T any] struct {
	vars []*peer.Var[T]
}

func newPeer[T any](initial []T) *peerMemory[T] {
	m := &peerMemory[T]{make([]*peer.Var[T], len(initial))}
	for v, x := range initial {
		m.vars[v] = peer.NewVar(x)
	}
	return m
}

func (m *peerMemory[T]) Load(v int) T              { return peer.AtomicGet(m.vars[v]) }
func (m *peerMemory[T]) Modify(v int, f func(T) T) { peer.AtomicModify(m.vars[v], f) }

func (m *peerMemory[T]) Session() Session[T] {
	s := &peerSession[T]{}
	s.tx.vars = m.vars
	s.op = func(tx *peer.Tx) outcome {
		s.tx.tx, s.tx.old, s.tx.retrying = tx, s.tx.old[:0], false
		return s.tx.attempt(s.body)
	}
	return s
}

type peerSession[T any] struct {
	op   peer.Operation[outcome]
	body func(tx Tx[T]) error
	tx   peerTx[T]
}

// An outcome is how a body ended.
type outcome struct {
	err      error
	panicked any
}

func (s *peerSession[T]) Update(ctx context.Context, body func(tx Tx[T]) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.body = body
	s.tx.ctx, s.tx.ended = ctx, nil
	defer s.tx.forget()
	end := peer.Atomically(s.op)
	if end.panicked != nil {
		panic(end.panicked)
	}
	return end.err
}

func (s *peerSession[T]) View(ctx context.Context, body func(tx Tx[T]) error) error {
	return s.Update(ctx, body)
}

func (s *peerSession[T]) Irrevocably(context.Context, func(tx Tx[T]) error) error {
	panic("memory: this system has no irrevocable attempts")
}

type peerTx[T any] struct {
	vars     []*peer.Var[T]
	tx       *peer.Tx
	old      []undo[T]
	retrying bool

	ctx   context.Context
	ended *peer.Var[bool] // set by the end of ctx; nil until the first Retry
	stop  func() bool
}

// cancelSignal unwinds a body whose context has ended.
type cancelSignal struct{}

func (tx *peerTx[T]) attempt(body func(tx Tx[T]) error) (end outcome) {
	returned := false
	defer func() {
		if returned || tx.retrying {
			return
		}
		switch r := recover().(type) {
		case nil: // Goexit
		case cancelSignal:
			end.err = tx.ctx.Err()
		default:
			end.panicked = r
		}
		tx.restore()
	}()
	end.err = body(tx)
	returned = true
	if end.err != nil {
		tx.restore()
	}
	return end
}

// forget drops the watch over the context.
func (tx *peerTx[T]) forget() {
	if tx.stop != nil {
		tx.stop()
		tx.stop = nil
	}
}

func (tx *peerTx[T]) restore() {
	for i := len(tx.old) - 1; i >= 0; i-- {
		tx.vars[tx.old[i].v].Set(tx.tx, tx.old[i].old)
	}
}

func (tx *peerTx[T]) Get(v int) T { return tx.vars[v].Get(tx.tx) }

func (tx *peerTx[T]) Set(v int, x T) {
	tx.old = append(tx.old, undo[T]{v, tx.vars[v].Get(tx.tx)})
	tx.vars[v].Set(tx.tx, x)
}

func (tx *peerTx[T]) Commute(v int, f func(T) T) { tx.Set(v, f(tx.Get(v))) }

func (tx *peerTx[T]) Retry() {
	if tx.ended == nil {
		ended := peer.NewVar(false)
		tx.ended = ended
		tx.stop = context.AfterFunc(tx.ctx, func() { peer.AtomicSet(ended, true) })
	}
	if tx.ended.Get(tx.tx) {
		panic(cancelSignal{})
	}
	tx.retrying = true
	tx.tx.Retry()
}

func (tx *peerTx[T]) OrElse(alternatives ...func() error) error {
	ops := make([]peer.Operation[error], len(alternatives))
	for i, f := range alternatives {
		ops[i] = func(*peer.Tx) error {
			tx.retrying = false
			return f()
		}
	}
	return peer.Select(ops...)(tx.tx)
}

func (tx *peerTx[T]) NoteVersion(*uint64)       {}
func (tx *peerTx[T]) LostOn() int               { return -1 }
func (tx *peerTx[T]) Nested(func() error) error { panic("memory: this system has no nested parts") }
func (tx *peerTx[T]) OnCommit(func())           { panic("memory: this system has no hooks") }
func (tx *peerTx[T]) OnRollback(func())         { panic("memory: this system has no hooks") }
func (tx *peerTx[T]) Irrevocable()              { panic("memory: this system has no irrevocable attempts") }
