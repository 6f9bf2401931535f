package model_test

import (
	"context"
	"errors"

	"github.com/weft-stm/weft/internal/model"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// A result is all that can be seen of a transaction.
type result struct {
	err     error
	blocked bool
	trace   trace
	vals    [variables]int
}

// onModel is the model as a machine.
type onModel struct{ *model.Tx }

func (m onModel) Swap(i, x int) int {
	old := m.Get(i)
	m.Set(i, x)
	return old
}

func (m onModel) CompareAndSwap(i, old, x int) bool {
	if m.Get(i) != old {
		return false
	}
	m.Set(i, x)
	return true
}

func (m onModel) Add(i, delta int) { m.Commute(i, func(n int) int { return n + delta }) }

func (m onModel) OrElse(alternatives ...func() error) error {
	fs := make([]func(tx *model.Tx) error, len(alternatives))
	for i, f := range alternatives {
		fs[i] = func(*model.Tx) error { return f() }
	}
	return m.Tx.OrElse(fs...)
}

func (m onModel) Nested(body func() error) error {
	return m.Tx.Nested(func(*model.Tx) error { return body() })
}

func (m onModel) BeforeCommit(f func() error) {
	m.Tx.BeforeCommit(func(*model.Tx) error { return f() })
}

// modelStore runs bodies on the model.
type modelStore struct{ *model.Store }

func (s modelStore) run(body func(m machine, t *trace) error) (r result, reads map[int]bool) {
	o := s.Run(func(tx *model.Tx) error { return body(onModel{tx}, &r.trace) })
	r.err, r.blocked = o.Err, o.Blocked
	for i := range r.vals {
		r.vals[i] = s.Load(i)
	}
	return r, o.Reads
}

// onWeft is the real thing as a machine.
type onWeft struct {
	*stm.Tx
	vars *weftStore
}

func (m onWeft) Get(i int) int     { return m.vars[i].Get(m.Tx) }
func (m onWeft) Peek(i int) int    { return m.vars[i].Peek(m.Tx) }
func (m onWeft) Set(i, x int)      { m.vars[i].Set(m.Tx, x) }
func (m onWeft) Swap(i, x int) int { return m.vars[i].Swap(m.Tx, x) }
func (m onWeft) CompareAndSwap(i, old, new int) bool {
	return tvar.CompareAndSwap(m.Tx, &m.vars[i], old, new)
}
func (m onWeft) Add(i, delta int)               { tvar.Add(m.Tx, &m.vars[i], delta) }
func (m onWeft) Commute(i int, f func(int) int) { m.vars[i].Commute(m.Tx, f) }

func (m onWeft) OrElse(alternatives ...func() error) error {
	fs := make([]func(tx *stm.Tx) error, len(alternatives))
	for i, f := range alternatives {
		fs[i] = func(*stm.Tx) error { return f() }
	}
	return m.Tx.OrElse(fs...)
}

func (m onWeft) Nested(body func() error) error {
	return m.Tx.Nested(func(*stm.Tx) error { return body() })
}

func (m onWeft) BeforeCommit(f func() error) {
	m.Tx.BeforeCommit(func(*stm.Tx) error { return f() })
}

// weftStore runs bodies on variables of the real thing.
type weftStore [variables]tvar.Var[int]

func (s *weftStore) run(body func(m machine, t *trace) error, opts ...stm.Option) (r result) {
	own, cancel := context.WithCancel(context.Background())
	defer cancel()
	r.err = stm.Atomically(own, func(tx *stm.Tx) error {
		tx.OnRollback(cancel) // runs last; so a wait ends at once, and a second attempt would show
		return body(onWeft{tx, s}, &r.trace)
	}, opts...)
	if errors.Is(r.err, context.Canceled) || errors.Is(r.err, stm.ErrNothingRead) {
		r.err, r.blocked = nil, true
	}
	for i := range r.vals {
		r.vals[i] = s[i].Load()
	}
	return r
}

// newStores returns two stores with the same values.
func newStores(vals [variables]int) (modelStore, *weftStore) {
	m, w := modelStore{model.NewStore()}, new(weftStore)
	for i, x := range vals {
		m.Put(i, x)
		w[i].Store(x)
	}
	return m, w
}
