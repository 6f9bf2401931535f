package stm_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// TestSwallowedSignal: a body that recovers the panic by which an attempt is
// left, whatever it does then, cannot turn the attempt into a result.
func TestSwallowedSignal(t *testing.T) {
	for name, after := range map[string]func(tx *stm.Tx, r rival) error{
		"returns nil":      func(*stm.Tx, rival) error { return nil },
		"returns an error": func(*stm.Tx, rival) error { return errBody },
		"panics":           func(*stm.Tx, rival) error { panic("wrapped: the attempt is lost all the same") },
		"reads on":         func(tx *stm.Tx, r rival) error { r.y.Get(tx); return nil },
		"writes on":        func(tx *stm.Tx, r rival) error { r.y.Set(tx, 99); return nil },
		"writes on, twice": func(tx *stm.Tx, r rival) error { quietly(func() { r.x.Set(tx, 99) }); r.y.Set(tx, 99); return nil },
		"adds on":          func(tx *stm.Tx, r rival) error { tvar.Add(tx, r.y, 99); return nil },
		"peeks on":         func(tx *stm.Tx, r rival) error { r.y.Peek(tx); return nil },
		"retries":          func(tx *stm.Tx, r rival) error { tx.Retry(); return nil },
		"nests":            func(tx *stm.Tx, r rival) error { return tx.Nested(func(*stm.Tx) error { return errBody }) },
		"asks for an alternative": func(tx *stm.Tx, r rival) error {
			return tx.OrElse(func(*stm.Tx) error { return nil })
		},
		"becomes irrevocable": func(tx *stm.Tx, r rival) error { tx.Irrevocable(); return nil },
		"registers hooks": func(tx *stm.Tx, r rival) error {
			tx.OnCommit(func() { panic("a hook of a lost attempt") })
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			r, z := newRival(), tvar.New(0)
			before := stm.ReadStats()
			attempts := 0
			update(t, func(tx *stm.Tx) {
				attempts++
				z.Set(tx, attempts)
				if attempts > 1 {
					return
				}
				swallow(func() { r.beat(tx) }, func() {
					if err := after(tx, r); err != nil {
						require.Equal(t, errBody, err)
					}
				})
			})
			require.Equal(t, 2, attempts)
			require.Equal(t, 2, z.Load())
			require.Equal(t, 1, r.y.Load())
			d := stm.ReadStats().Sub(before)
			require.EqualValues(t, 1, d.Conflicts, "%v", d)
		})
	}
}

// swallow runs f, recovers its panic, and runs after, whose panics pass.
func swallow(f, after func()) {
	quietly(f)
	after()
}

func quietly(f func()) {
	defer func() { _ = recover() }()
	f()
}

// TestSwallowedIsCounted counts bodies that return although their attempt is
// lost.
func TestSwallowedIsCounted(t *testing.T) {
	r := newRival()
	before := stm.ReadStats()
	update(t, func(tx *stm.Tx) {
		if tx.Attempt() <= 3 {
			quietly(func() { r.beat(tx) })
		}
	})
	require.EqualValues(t, 3, stm.ReadStats().Sub(before).Swallowed)
}

// TestRepanickedSignal: a body that wraps our panic in its own does not break
// the attempt's fate: it starts over, and the wrapped panic goes nowhere.
func TestRepanickedSignal(t *testing.T) {
	r := newRival()
	attempts := 0
	update(t, func(tx *stm.Tx) {
		attempts++
		if attempts == 1 {
			defer func() { panic(fmt.Errorf("wrapped: %v", recover())) }()
			r.beat(tx)
		}
	})
	require.Equal(t, 2, attempts)
}

// TestSwallowedRetry: a recovered Retry waits all the same.
func TestSwallowedRetry(t *testing.T) {
	v, z := tvar.New(0), tvar.New(0)
	attempts := 0
	update(t, func(tx *stm.Tx) {
		attempts++
		if v.Get(tx) == 0 {
			go v.Store(1)
			quietly(tx.Retry)
			quietly(func() { z.Set(tx, 99) })
		}
	})
	require.Zero(t, z.Load())
	require.Equal(t, 2, attempts)
}

// TestSwallowedRetryInAlternative: the second alternative is tried, on top of
// nothing that the first one did.
func TestSwallowedRetryInAlternative(t *testing.T) {
	v, z := tvar.New(0), tvar.New(0)
	var hooks []string
	update(t, func(tx *stm.Tx) {
		require.NoError(t, tx.OrElse(
			func(tx *stm.Tx) error {
				v.Set(tx, 1)
				tx.OnCommit(func() { hooks = append(hooks, "first") })
				quietly(tx.Retry)
				return nil
			},
			func(tx *stm.Tx) error {
				require.Zero(t, v.Get(tx))
				tx.OnCommit(func() { hooks = append(hooks, "second") })
				z.Set(tx, 1)
				return nil
			}))
	})
	require.Zero(t, v.Load())
	require.Equal(t, 1, z.Load())
	require.Equal(t, []string{"second"}, hooks)
}

// TestSwallowedConflictInAlternative: a conflict is not a Retry, so it does
// not choose the other alternative.
func TestSwallowedConflictInAlternative(t *testing.T) {
	r := newRival()
	attempts, second := 0, 0
	update(t, func(tx *stm.Tx) {
		attempts++
		_ = tx.OrElse(
			func(tx *stm.Tx) error {
				if attempts == 1 {
					quietly(func() { r.beat(tx) })
				}
				return nil
			},
			func(*stm.Tx) error { second++; return nil })
	})
	require.Equal(t, 2, attempts)
	require.Zero(t, second)
}

// TestGoexitAfterSwallowing: a goroutine that ends after it has recovered our
// panic goes on ending.
func TestGoexitAfterSwallowing(t *testing.T) {
	r := newRival()
	undone := 0
	elsewhere(func() {
		_ = stm.Atomically(ctx, func(tx *stm.Tx) error {
			tx.OnRollback(func() { undone++ })
			quietly(func() { r.beat(tx) })
			runtime.Goexit()
			return nil
		})
		t.Error("Goexit returned")
	})
	require.Equal(t, 1, undone)
	update(t, func(tx *stm.Tx) { r.x.Set(tx, 7) }, stm.Irrevocable())
}

// TestUserPanicRecoveredByBody: a panic of its own that a body recovers is its
// own affair, also from within Nested and OrElse.
func TestUserPanicRecoveredByBody(t *testing.T) {
	v := tvar.New(0)
	update(t, func(tx *stm.Tx) {
		quietly(func() {
			_ = tx.Nested(func(tx *stm.Tx) error { v.Set(tx, 99); panic("inner") })
		})
		require.Zero(t, v.Get(tx), "the panic undid what Nested wrote")
		quietly(func() {
			_ = tx.OrElse(func(tx *stm.Tx) error { v.Set(tx, 99); panic("inner") })
		})
		require.Zero(t, v.Get(tx))
		quietly(func() { v.Set(tx, 3); panic("plain") })
		require.Equal(t, 3, v.Get(tx), "what the body itself wrote stays")
	})
	require.Equal(t, 3, v.Load())
}
