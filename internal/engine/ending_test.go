package engine_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// An outcome is how a call ended on a goroutine of its own.
type outcome struct {
	err      error
	panicked any
	exited   bool // by runtime.Goexit
}

func outcomeOf(f func() error) (o outcome) {
	elsewhere(func() {
		returned := false
		defer func() {
			if !returned {
				o.panicked = recover()
				o.exited = o.panicked == nil
			}
		}()
		o.err = f()
		returned = true
	})
	return o
}

var (
	errBody  = errors.New("body")
	panicked = &struct{ int }{42}
)

// The endings of a body that change nothing, at the end of an attempt that has
// read and written x and y.
var endings = []struct {
	name string
	end  func(tx *stm.Tx, cancel func()) error
	want outcome
}{
	{"error", func(*stm.Tx, func()) error { return errBody }, outcome{err: errBody}},
	{"panic", func(*stm.Tx, func()) error { panic(panicked) }, outcome{panicked: panicked}},
	{"Goexit", func(*stm.Tx, func()) error { runtime.Goexit(); return nil }, outcome{exited: true}},
	{"panic in Nested", func(tx *stm.Tx, _ func()) error {
		return tx.Nested(func(*stm.Tx) error { panic(panicked) })
	}, outcome{panicked: panicked}},
	{"panic in OrElse", func(tx *stm.Tx, _ func()) error {
		return tx.OrElse(func(tx *stm.Tx) error { panic(panicked) }, func(*stm.Tx) error { return nil })
	}, outcome{panicked: panicked}},
	{"Goexit in Nested", func(tx *stm.Tx, _ func()) error {
		return tx.Nested(func(*stm.Tx) error { runtime.Goexit(); return nil })
	}, outcome{exited: true}},
	{"error of BeforeCommit", func(tx *stm.Tx, _ func()) error {
		tx.BeforeCommit(func(*stm.Tx) error { return errBody })
		return nil
	}, outcome{err: errBody}},
	{"panic in BeforeCommit", func(tx *stm.Tx, _ func()) error {
		tx.BeforeCommit(func(*stm.Tx) error { panic(panicked) })
		return nil
	}, outcome{panicked: panicked}},
	{"Goexit in BeforeCommit", func(tx *stm.Tx, _ func()) error {
		tx.BeforeCommit(func(*stm.Tx) error { runtime.Goexit(); return nil })
		return nil
	}, outcome{exited: true}},
	{"panic in OnRollback", func(tx *stm.Tx, _ func()) error {
		tx.OnRollback(func() { panic(panicked) })
		return errBody
	}, outcome{panicked: panicked}},
	{"panic, and another in OnRollback", func(tx *stm.Tx, _ func()) error {
		tx.OnRollback(func() { panic("of the hook") })
		panic(panicked)
	}, outcome{panicked: panicked}},
	{"Retry, cancelled", func(tx *stm.Tx, cancel func()) error {
		cancel()
		tx.Retry()
		return nil
	}, outcome{err: context.Canceled}},
	{"error of the context", func(tx *stm.Tx, cancel func()) error {
		cancel()
		return tx.Context().Err()
	}, outcome{err: context.Canceled}},
}

// Circumstances in which an attempt comes to its end. Each lets the body go on
// in the attempt that is to end.
var circumstances = []struct {
	name string
	opts []stm.Option
	go_  func(tx *stm.Tx, w *world)
}{
	{name: "first attempt", go_: func(*stm.Tx, *world) {}},
	{name: "after a wait", go_: func(tx *stm.Tx, w *world) {
		if w.attempts == 1 {
			go func() {
				until(func() bool { return engine.Waiters(cell(w.signal)) > 0 })
				w.signal.Store(1)
			}()
		}
		tx.Check(w.signal.Get(tx) > 0)
	}},
	{name: "after a conflict", go_: func(tx *stm.Tx, w *world) {
		w.signal.Get(tx)
		if w.attempts == 1 {
			elsewhere(func() { w.both(1) })
		}
		w.other.Get(tx) // too new, and signal has changed: the attempt is lost
	}},
	{name: "in the first alternative", go_: func(tx *stm.Tx, w *world) {
		_ = tx.OrElse(func(tx *stm.Tx) error {
			w.other.Set(tx, 7)
			tx.Retry()
			return nil
		}, func(*stm.Tx) error { return nil })
	}},
	{name: "irrevocable", opts: []stm.Option{stm.Irrevocable()}, go_: func(*stm.Tx, *world) {}},
	{name: "irrevocable half-way", go_: func(tx *stm.Tx, _ *world) { tx.Irrevocable() }},
	{name: "under the token", go_: func(tx *stm.Tx, w *world) {
		w.signal.Get(tx)
		if w.attempts <= 16 {
			elsewhere(func() { w.both(w.attempts) })
		}
		w.other.Get(tx)
	}},
}

type world struct {
	x, y, signal, other *tvar.Var[int]
	attempts            int
}

func newWorld() *world {
	return &world{x: tvar.New(1), y: tvar.New(2), signal: tvar.New(0), other: tvar.New(0)}
}

func (w *world) both(n int) {
	_ = stm.Atomically(ctx, func(tx *stm.Tx) error {
		w.signal.Set(tx, n)
		w.other.Set(tx, n)
		return nil
	})
}

// TestEndings runs every row of the failure matrix in every circumstance.
// Nothing may be visible, and nothing held.
func TestEndings(t *testing.T) {
	for _, c := range circumstances {
		for _, e := range endings {
			t.Run(fmt.Sprintf("%s/%s", c.name, e.name), func(t *testing.T) {
				want := e.want
				if len(c.opts) > 0 || c.name == "irrevocable half-way" {
					if e.name == "Retry, cancelled" {
						want = outcome{err: stm.ErrIrrevocableRetry}
					}
				}
				w := newWorld()
				own, cancel := context.WithCancel(ctx)
				defer cancel()
				var undone, done int
				got := outcomeOf(func() error {
					return stm.Atomically(own, func(tx *stm.Tx) error {
						w.attempts++
						tx.OnRollback(func() { undone++ })
						tx.OnCommit(func() { done++ })
						c.go_(tx, w)
						w.x.Set(tx, w.y.Get(tx)+10)
						w.y.Set(tx, w.x.Get(tx)+10)
						return e.end(tx, cancel)
					}, c.opts...)
				})
				require.Equal(t, want, got)
				require.Equal(t, w.attempts, undone, "OnRollback runs once for each attempt")
				require.Zero(t, done)
				require.Equal(t, 1, w.x.Load())
				require.Equal(t, 2, w.y.Load())
				requireClean(t, cell(w.x), cell(w.y), cell(w.signal), cell(w.other))
				update(t, func(tx *stm.Tx) { w.x.Set(tx, w.y.Get(tx)) })
				require.Equal(t, 2, w.x.Load())
			})
		}
	}
}

// TestCommitHooksEnd: a hook that breaks off neither undoes the commit nor
// stops the other hooks, and holds nothing.
func TestCommitHooksEnd(t *testing.T) {
	for _, h := range []struct {
		name string
		hook func()
		want outcome
	}{
		{"panic", func() { panic(panicked) }, outcome{panicked: panicked}},
		{"Goexit", func() { runtime.Goexit() }, outcome{exited: true}},
	} {
		for _, opts := range [][]stm.Option{nil, {stm.Irrevocable()}} {
			t.Run(fmt.Sprintf("%s/%d options", h.name, len(opts)), func(t *testing.T) {
				w := newWorld()
				var order []int
				got := outcomeOf(func() error {
					return stm.Atomically(ctx, func(tx *stm.Tx) error {
						w.x.Set(tx, 5)
						tx.OnCommit(func() { order = append(order, 1) })
						tx.OnCommit(func() {
							order = append(order, 2)
							update(t, func(tx *stm.Tx) { w.y.Set(tx, w.x.Get(tx)) }) // nothing is held
							h.hook()
						})
						tx.OnCommit(func() { order = append(order, 3); panic("the second panic is not seen") })
						tx.OnCommit(func() { order = append(order, 4) })
						return nil
					}, opts...)
				})
				require.Equal(t, h.want, got)
				require.Equal(t, []int{1, 2, 3, 4}, order)
				require.Equal(t, 5, w.x.Load())
				require.Equal(t, 5, w.y.Load())
				requireClean(t, cell(w.x), cell(w.y))
			})
		}
	}
}

// TestPanicsGiveTheirSlotsBack at once. They once waited for the garbage
// collector, and every scan of the slots took longer until then.
func TestPanicsGiveTheirSlotsBack(t *testing.T) {
	panics := func() {
		require.Panics(t, func() {
			_, _ = stm.View(ctx, func(*stm.Tx) (int, error) { panic("out") })
		})
	}
	panics()
	before := engine.Slots()
	for range 100 {
		panics()
	}
	require.Equal(t, before, engine.Slots())
}
