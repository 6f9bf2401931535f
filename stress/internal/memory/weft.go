package memory

import (
	"context"
	"unsafe"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

type weft[T any] struct {
	vars     []tvar.Var[T]
	place    map[*engine.Cell]int // of each variable
	policies []stm.Policy         // of sessions by turns; nil: none asks for one
	sessions int
}

// policies are those that no transaction has unless it asks. The ladder is less
// patient than the default one.
var policies = []stm.Policy{
	sched.Backoff{}, sched.Greedy{}, sched.Karma{}, sched.Serialize{}, sched.Random(1), sched.Ladder{SerialLosses: 4, QueueSame: 1},
}

func newWeft[T any](initial []T, policies []stm.Policy) *weft[T] {
	m := &weft[T]{vars: make([]tvar.Var[T], len(initial)), place: map[*engine.Cell]int{}, policies: policies}
	for v, x := range initial {
		m.vars[v].Store(x)
		m.place[(*engine.Cell)(unsafe.Pointer(&m.vars[v]))] = v // a Var is its cell
	}
	return m
}

func (m *weft[T]) Load(v int) T              { return m.vars[v].Load() }
func (m *weft[T]) Modify(v int, f func(T) T) { m.vars[v].Modify(f) }

// Session returns by turns one that owns its descriptor and one that takes it
// from the pool: both ways in must hold.
func (m *weft[T]) Session() Session[T] {
	s := &weftSession[T]{run: stm.Atomically, view: stm.View[struct{}]}
	n := m.sessions
	m.sessions++
	if len(m.policies) > 0 {
		s.options = []stm.Option{stm.WithPolicy(m.policies[n%len(m.policies)])}
		n += n / len(m.policies) // so that each policy meets both ways in
	}
	if n%2 == 0 {
		w := sched.NewWorker()
		s.run = w.Atomically
		s.view = func(ctx context.Context, body func(tx *stm.Tx) (struct{}, error), opts ...stm.Option) (struct{}, error) {
			return sched.View(ctx, w, body, opts...)
		}
	}
	s.tx.weft = m
	s.irrevocable = append(s.options[:len(s.options):len(s.options)], stm.Irrevocable())
	// Made once, so that a block costs what it costs a user.
	s.update = func(tx *stm.Tx) error {
		s.tx.tx = tx
		return s.body(&s.tx)
	}
	s.look = func(tx *stm.Tx) (struct{}, error) {
		s.tx.tx = tx
		return struct{}{}, s.body(&s.tx)
	}
	return s
}

type weftSession[T any] struct {
	run    func(context.Context, func(*stm.Tx) error, ...stm.Option) error
	view   func(context.Context, func(*stm.Tx) (struct{}, error), ...stm.Option) (struct{}, error)
	update func(*stm.Tx) error
	look   func(*stm.Tx) (struct{}, error)
	body   func(tx Tx[T]) error
	tx     weftTx[T]

	options, irrevocable []stm.Option
}

func (s *weftSession[T]) Update(ctx context.Context, body func(tx Tx[T]) error) error {
	s.body = body
	return s.run(ctx, s.update, s.options...)
}

func (s *weftSession[T]) Irrevocably(ctx context.Context, body func(tx Tx[T]) error) error {
	s.body = body
	return s.run(ctx, s.update, s.irrevocable...)
}

func (s *weftSession[T]) View(ctx context.Context, body func(tx Tx[T]) error) error {
	s.body = body
	_, err := s.view(ctx, s.look)
	return err
}

type weftTx[T any] struct {
	*weft[T]
	tx *stm.Tx
}

func (tx *weftTx[T]) Get(v int) T                { return tx.vars[v].Get(tx.tx) }
func (tx *weftTx[T]) Set(v int, x T)             { tx.vars[v].Set(tx.tx, x) }
func (tx *weftTx[T]) Commute(v int, f func(T) T) { tx.vars[v].Commute(tx.tx, f) }
func (tx *weftTx[T]) Retry()                     { tx.tx.Retry() }
func (tx *weftTx[T]) OnCommit(f func())          { tx.tx.OnCommit(f) }
func (tx *weftTx[T]) OnRollback(f func())        { tx.tx.OnRollback(f) }
func (tx *weftTx[T]) Irrevocable()               { tx.tx.Irrevocable() }

func (tx *weftTx[T]) LostOn() int {
	if v, ok := tx.place[engine.LostOn(tx.tx.Engine())]; ok {
		return v
	}
	return -1
}

func (tx *weftTx[T]) NoteVersion(to *uint64) {
	e := tx.tx.Engine()
	tx.tx.OnCommit(func() { *to = engine.Version(e) })
}

func (tx *weftTx[T]) Nested(part func() error) error {
	return tx.tx.Nested(func(*stm.Tx) error { return part() })
}

func (tx *weftTx[T]) OrElse(alternatives ...func() error) error {
	bodies := make([]func(*stm.Tx) error, len(alternatives))
	for i, f := range alternatives {
		bodies[i] = func(*stm.Tx) error { return f() }
	}
	return tx.tx.OrElse(bodies...)
}

// Add is Commute for memories of int64, without an allocation.
func (tx *weftTx[T]) Add(v int, delta int64) {
	tvar.Add(tx.tx, any(&tx.vars[v]).(*tvar.Var[int64]), delta)
}
