package stm_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/internal/invariants"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

const (
	ended  = "stm: transaction used after its body returned: a *stm.Tx is valid only inside the body that received it"
	other  = "stm: transaction used by a goroutine that does not run it: start a transaction of its own there"
	nested = "stm: transaction started inside the body of another: pass tx on, and use tx.Nested for a part that can fail"
	inView = "stm: write in a View, which is read-only: use stm.Atomically or stm.Do"
	inLoop = "stm: write in the body of a Watch, which is read-only: write in a transaction of its own"
	noWait = "stm: Retry in a View, which runs once and never waits: use stm.Atomically, stm.Watch or Var.Await"
	noCtx  = "stm: nil context: pass context.Background() if nothing cancels the transaction"
	noBody = "stm: nil body"
	noTx   = "stm: nil *Tx: use the one that the body received"
	noVar  = "tvar: nil Var: make it with tvar.New, or use a Var value instead of a pointer"
)

// uses are what can be done with a transaction and a variable.
var uses = map[string]func(tx *stm.Tx, v *tvar.Var[int]){
	"Get":            func(tx *stm.Tx, v *tvar.Var[int]) { v.Get(tx) },
	"Set":            func(tx *stm.Tx, v *tvar.Var[int]) { v.Set(tx, 1) },
	"Update":         func(tx *stm.Tx, v *tvar.Var[int]) { v.Update(tx, inc) },
	"Swap":           func(tx *stm.Tx, v *tvar.Var[int]) { v.Swap(tx, 1) },
	"Peek":           func(tx *stm.Tx, v *tvar.Var[int]) { v.Peek(tx) },
	"Commute":        func(tx *stm.Tx, v *tvar.Var[int]) { v.Commute(tx, inc) },
	"Add":            func(tx *stm.Tx, v *tvar.Var[int]) { tvar.Add(tx, v, 1) },
	"CompareAndSwap": func(tx *stm.Tx, v *tvar.Var[int]) { tvar.CompareAndSwap(tx, v, 1, 2) },
}

// operations are what can be done with a transaction alone.
var operations = map[string]func(tx *stm.Tx){
	"Retry":        func(tx *stm.Tx) { tx.Retry() },
	"Check":        func(tx *stm.Tx) { tx.Check(false) },
	"Irrevocable":  func(tx *stm.Tx) { tx.Irrevocable() },
	"OrElse":       func(tx *stm.Tx) { _ = tx.OrElse(func(*stm.Tx) error { return nil }) },
	"Nested":       func(tx *stm.Tx) { _ = tx.Nested(func(*stm.Tx) error { return nil }) },
	"OnCommit":     func(tx *stm.Tx) { tx.OnCommit(func() {}) },
	"OnRollback":   func(tx *stm.Tx) { tx.OnRollback(func() {}) },
	"BeforeCommit": func(tx *stm.Tx) { tx.BeforeCommit(func(*stm.Tx) error { return nil }) },
}

// leak returns the handle of a transaction that has ended as how says.
func leak(t *testing.T, how string) (tx *stm.Tx) {
	keep := func(x *stm.Tx) error { tx = x; return nil }
	switch how {
	case "committed":
		require.NoError(t, stm.Atomically(ctx, keep))
	case "failed":
		_ = stm.Atomically(ctx, func(x *stm.Tx) error { tx = x; return errBody })
	case "panicked":
		quietly(func() { _ = stm.Atomically(ctx, func(x *stm.Tx) error { tx = x; panic("x") }) })
	case "viewed":
		_, err := stm.View(ctx, func(x *stm.Tx) (int, error) { return 0, keep(x) })
		require.NoError(t, err)
	case "watched":
		for range stm.Watch(ctx, func(x *stm.Tx) (int, error) { return 0, keep(x) }) {
			break
		}
	}
	return tx
}

func TestUseAfterEnd(t *testing.T) {
	for _, how := range []string{"committed", "failed", "panicked", "viewed", "watched"} {
		v := tvar.New(5)
		for name, use := range uses {
			tx := leak(t, how)
			require.PanicsWithValue(t, ended, func() { use(tx, v) }, "%s after %s", name, how)
		}
		for name, use := range operations {
			tx := leak(t, how)
			require.PanicsWithValue(t, ended, func() { use(tx) }, "%s after %s", name, how)
		}
		require.Equal(t, 5, v.Load())
	}
}

// TestUseInHook: hooks run when the transaction is over.
func TestUseInHook(t *testing.T) {
	v := tvar.New(0)
	require.PanicsWithValue(t, ended, func() {
		update(t, func(tx *stm.Tx) { tx.OnCommit(func() { v.Set(tx, 1) }) })
	})
	require.PanicsWithValue(t, ended, func() {
		_ = stm.Atomically(ctx, func(tx *stm.Tx) error {
			tx.OnRollback(func() { v.Get(tx) })
			return errBody
		})
	})
	require.Zero(t, v.Load())
}

// checked skips a test of what only builds with invariants notice always.
func checked(t *testing.T) {
	if !invariants.Enabled {
		t.Skip("noticed always only under -race or the tag stminvariants")
	}
}

func TestUseInOtherGoroutine(t *testing.T) {
	checked(t)
	v := tvar.New(0)
	for name, use := range uses {
		update(t, func(tx *stm.Tx) {
			elsewhere(func() {
				defer func() {
					if p := recover(); p != other {
						t.Errorf("%s: %v", name, p)
					}
				}()
				use(tx, v)
			})
		})
	}
	for name, use := range operations {
		update(t, func(tx *stm.Tx) {
			elsewhere(func() {
				defer func() {
					if p := recover(); p != other {
						t.Errorf("%s: %v", name, p)
					}
				}()
				use(tx)
			})
		})
	}
}

// TestUseOfAnothersTransaction: A's handle in the body of B, while A runs and
// after it has ended.
func TestUseOfAnothersTransaction(t *testing.T) {
	v := tvar.New(0)
	a := leak(t, "panicked") // never handed out again
	update(t, func(*stm.Tx) {
		require.PanicsWithValue(t, ended, func() { v.Get(a) })
	})
	checked(t)
	update(t, func(a *stm.Tx) {
		elsewhere(func() {
			_ = stm.Atomically(ctx, func(*stm.Tx) error {
				defer func() {
					if p := recover(); p != other {
						t.Error(p)
					}
				}()
				v.Get(a)
				return nil
			})
		})
	})
}

// starts are the ways to start a transaction.
var starts = map[string]func(ctx context.Context){
	"Atomically": func(ctx context.Context) { _ = stm.Atomically(ctx, func(*stm.Tx) error { return nil }) },
	"Do":         func(ctx context.Context) { _, _ = stm.Do(ctx, func(*stm.Tx) (int, error) { return 0, nil }) },
	"View":       func(ctx context.Context) { _, _ = stm.View(ctx, func(*stm.Tx) (int, error) { return 0, nil }) },
	"Select":     func(ctx context.Context) { _, _ = stm.Select(ctx, func(*stm.Tx) error { return nil }) },
	"Irrevocable": func(ctx context.Context) {
		_ = stm.Atomically(ctx, func(*stm.Tx) error { return nil }, stm.Irrevocable())
	},
	"Quiesce": func(ctx context.Context) { _ = stm.Quiesce(ctx) },
	"Watch": func(ctx context.Context) {
		for range stm.Watch(ctx, func(*stm.Tx) (int, error) { return 0, nil }) {
			break
		}
	},
}

// bodies are the kinds of bodies in which none may be started.
var bodies = map[string]func(body func(tx *stm.Tx)){
	"Atomically": func(body func(tx *stm.Tx)) {
		_ = stm.Atomically(ctx, func(tx *stm.Tx) error { body(tx); return nil })
	},
	"Irrevocable": func(body func(tx *stm.Tx)) {
		_ = stm.Atomically(ctx, func(tx *stm.Tx) error { body(tx); return nil }, stm.Irrevocable())
	},
	"View": func(body func(tx *stm.Tx)) {
		_, _ = stm.View(ctx, func(tx *stm.Tx) (int, error) { body(tx); return 0, nil })
	},
	"BeforeCommit": func(body func(tx *stm.Tx)) {
		_ = stm.Atomically(ctx, func(tx *stm.Tx) error {
			tx.BeforeCommit(func(tx *stm.Tx) error { body(tx); return nil })
			return nil
		})
	},
}

// TestStartInsideWithItsContext: always noticed.
func TestStartInsideWithItsContext(t *testing.T) {
	for outer, run := range bodies {
		for inner, start := range starts {
			for range 100 { // also once descriptors are no longer young
				require.PanicsWithValue(t, nested, func() {
					run(func(tx *stm.Tx) { start(context.WithoutCancel(tx.Context())) })
				}, "%s inside %s", inner, outer)
			}
		}
	}
}

// TestStartInsideWithAnyContext: noticed while the descriptors are young, and
// always in builds with invariants.
func TestStartInsideWithAnyContext(t *testing.T) {
	for outer, run := range bodies {
		for inner, start := range starts {
			drainPool()
			require.PanicsWithValue(t, nested, func() {
				run(func(*stm.Tx) { start(ctx) })
			}, "%s inside %s", inner, outer)
		}
	}
	checked(t)
	for range 200 {
		update(t, func(*stm.Tx) {})
	}
	require.PanicsWithValue(t, nested, func() { update(t, func(*stm.Tx) { starts["Atomically"](ctx) }) })
}

// TestRefusedIrrevocableReleasesTheToken: one that is refused inside of a body
// had not taken the token, or has given it back.
func TestRefusedIrrevocableReleasesTheToken(t *testing.T) {
	drainPool() // young descriptors
	require.PanicsWithValue(t, nested, func() {
		update(t, func(*stm.Tx) { starts["Irrevocable"](ctx) })
	})
	v := tvar.New(0)
	elsewhere(func() { v.Store(1) })
	update(t, func(tx *stm.Tx) { v.Set(tx, 2) }, stm.Irrevocable())
}

// TestContextAfterEnd: the context of a body that has ended is an ordinary one,
// also while the same descriptor runs another body.
func TestContextAfterEnd(t *testing.T) {
	var kept context.Context
	update(t, func(tx *stm.Tx) { kept = tx.Context() })
	require.NoError(t, stm.Atomically(kept, func(*stm.Tx) error { return nil }))
	update(t, func(*stm.Tx) {
		elsewhere(func() {
			if err := stm.Atomically(kept, func(*stm.Tx) error { return nil }); err != nil {
				t.Error(err)
			}
		})
	})
}

// TestStartInHook: hooks may start transactions, with any context.
func TestStartInHook(t *testing.T) {
	for name, start := range starts {
		ran := 0
		update(t, func(tx *stm.Tx) {
			inside := tx.Context()
			tx.OnCommit(func() { start(ctx); start(inside); ran++ })
		})
		_ = stm.Atomically(ctx, func(tx *stm.Tx) error {
			tx.OnRollback(func() { start(ctx); ran++ })
			return errBody
		})
		require.Equal(t, 2, ran, name)
	}
}

func TestWriteWhereOnlyReadsAre(t *testing.T) {
	v := tvar.New(1)
	for _, write := range []string{"Set", "Update", "Swap", "Commute", "Add", "CompareAndSwap"} {
		require.PanicsWithValue(t, inView, func() {
			_, _ = stm.View(ctx, func(tx *stm.Tx) (int, error) { uses[write](tx, v); return 0, nil })
		}, write)
		require.PanicsWithValue(t, inLoop, func() {
			for range stm.Watch(ctx, func(tx *stm.Tx) (int, error) { uses[write](tx, v); return 0, nil }) {
			}
		}, write)
	}
	require.Equal(t, 1, v.Load())
}

func TestRetryInView(t *testing.T) {
	v := tvar.New(1)
	for _, body := range []func(tx *stm.Tx){
		func(tx *stm.Tx) { tx.Retry() },
		func(tx *stm.Tx) { tx.Check(v.Get(tx) == 2) },
		func(tx *stm.Tx) { _ = tx.OrElse(func(tx *stm.Tx) error { tx.Retry(); return nil }) },
	} {
		require.PanicsWithValue(t, noWait, func() {
			_, _ = stm.View(ctx, func(tx *stm.Tx) (int, error) { body(tx); return 0, nil })
		})
	}
	n, err := stm.View(ctx, func(tx *stm.Tx) (n int, err error) {
		err = tx.OrElse(
			func(tx *stm.Tx) error { tx.Check(v.Get(tx) == 2); return nil },
			func(tx *stm.Tx) error { n = v.Get(tx); return nil })
		return n, err
	})
	require.NoError(t, err)
	require.Equal(t, 1, n)
}

func TestNilArguments(t *testing.T) {
	none := func(*stm.Tx) error { return nil }
	value := func(*stm.Tx) (int, error) { return 0, nil }
	var nowhere context.Context
	for _, call := range []func(){
		func() { _ = stm.Atomically(nowhere, none) },
		func() { _, _ = stm.Do(nowhere, value) },
		func() { _, _ = stm.View(nowhere, value) },
		func() { _, _ = stm.Select(nowhere, none) },
		func() { _ = stm.Quiesce(nowhere) },
		func() {
			for range stm.Watch(nowhere, value) {
			}
		},
	} {
		require.PanicsWithValue(t, noCtx, call)
	}
	for _, call := range []func(){
		func() { _ = stm.Atomically(ctx, nil) },
		func() { _, _ = stm.Do[int](ctx, nil) },
		func() { _, _ = stm.View[int](ctx, nil) },
		func() { stm.Watch[int](ctx, nil) },
	} {
		require.PanicsWithValue(t, noBody, call)
	}
	v := tvar.New(0)
	for name, use := range uses {
		require.PanicsWithValue(t, noTx, func() { use(nil, v) }, name)
		require.PanicsWithValue(t, noVar, func() {
			update(t, func(tx *stm.Tx) { use(tx, nil) })
		}, name)
	}
	require.PanicsWithValue(t, "stm: MaxAttempts needs a positive number of attempts", func() { stm.MaxAttempts(0) })
}

// TestNilAlternative: a nil alternative is a plain nil function, and breaks
// nothing.
func TestNilAlternative(t *testing.T) {
	require.Panics(t, func() { update(t, func(tx *stm.Tx) { _ = tx.OrElse(nil) }) })
	require.Panics(t, func() { update(t, func(tx *stm.Tx) { _ = tx.Nested(nil) }) })
	require.Panics(t, func() { _, _ = stm.Select(ctx, nil) })
	update(t, func(*stm.Tx) {}, stm.Irrevocable())
}
