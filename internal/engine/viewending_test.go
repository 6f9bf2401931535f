package engine_test

import (
	"context"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// TestViewEndings: however a View ends, its snapshot is given up and the
// history kept for it goes.
func TestViewEndings(t *testing.T) {
	const refused = "stm: Retry in a View, which runs once and never waits: use stm.Atomically, stm.Watch or Var.Await"
	for _, e := range []struct {
		name string
		end  func(tx *stm.Tx, v *tvar.Var[int]) error
		want any
	}{
		{"nil", func(*stm.Tx, *tvar.Var[int]) error { return nil }, nil},
		{"error", func(*stm.Tx, *tvar.Var[int]) error { return errBody }, errBody},
		{"panic", func(*stm.Tx, *tvar.Var[int]) error { panic(panicked) }, panicked},
		{"Goexit", func(*stm.Tx, *tvar.Var[int]) error { runtime.Goexit(); return nil }, "exited"},
		{"Retry", func(tx *stm.Tx, v *tvar.Var[int]) error { tx.Retry(); return nil }, refused},
		{"Retry, recovered", func(tx *stm.Tx, v *tvar.Var[int]) error {
			defer func() { _ = recover() }()
			tx.Retry()
			return nil
		}, refused},
		{"Set", func(tx *stm.Tx, v *tvar.Var[int]) error { v.Set(tx, 1); return nil },
			"stm: write in a View, which is read-only: use stm.Atomically or stm.Do"},
	} {
		t.Run(e.name, func(t *testing.T) {
			v := tvar.New(0)
			bodies := 0
			got := outcomeOf(func() error {
				_, err := stm.View(ctx, func(tx *stm.Tx) (int, error) {
					bodies++
					elsewhere(func() { v.Store(9) })
					require.Equal(t, 0, v.Get(tx))
					return 1, e.end(tx, v)
				})
				return err
			})
			switch want := e.want.(type) {
			case nil:
				require.Equal(t, outcome{}, got)
			case error:
				require.Equal(t, outcome{err: want}, got)
			case string:
				if want == "exited" {
					require.Equal(t, outcome{exited: true}, got)
				} else {
					require.Equal(t, outcome{panicked: want}, got)
				}
			default:
				require.Equal(t, outcome{panicked: want}, got)
			}
			require.Equal(t, 1, bodies)
			require.Zero(t, engine.PastNodes(cell(v)))
			require.Zero(t, engine.ListedPasts())
			requireClean(t, cell(v))
		})
	}
}

// TestWatchEndings: a loop over a Watch that breaks off holds nothing.
func TestWatchEndings(t *testing.T) {
	for _, e := range []struct {
		name string
		end  func(cancel func()) (goOn bool)
		want outcome
	}{
		{"break", func(func()) bool { return false }, outcome{}},
		{"panic", func(func()) bool { panic(panicked) }, outcome{panicked: panicked}},
		{"Goexit", func(func()) bool { runtime.Goexit(); return true }, outcome{exited: true}},
		{"cancel", func(cancel func()) bool { cancel(); return true }, outcome{err: context.Canceled}},
	} {
		t.Run(e.name, func(t *testing.T) {
			v := tvar.New(0)
			own, cancel := context.WithCancel(ctx)
			defer cancel()
			got := outcomeOf(func() error {
				seen := 0
				for n, err := range stm.Watch(own, func(tx *stm.Tx) (int, error) { return v.Get(tx), nil }) {
					if err != nil {
						return err
					}
					if n != seen {
						t.Errorf("value %d after %d changes", n, seen)
					}
					if seen++; seen <= 2 {
						go func() {
							until(func() bool { return engine.Waiters(cell(v)) > 0 })
							v.Store(seen)
						}()
						continue
					}
					if !e.end(cancel) {
						return nil
					}
				}
				return nil
			})
			require.Equal(t, e.want, got)
			requireClean(t, cell(v))
			require.False(t, engine.Annexed(cell(v)))
		})
	}
}
