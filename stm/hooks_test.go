package stm_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// TestHookOrder: commit hooks first come first, rollback hooks last come
// first, and only the ones that fit the ending.
func TestHookOrder(t *testing.T) {
	var log []int
	register := func(tx *stm.Tx) {
		for i := range 5 {
			tx.OnCommit(func() { log = append(log, i) })
			tx.OnRollback(func() { log = append(log, 10+i) })
		}
	}
	update(t, register)
	require.Equal(t, []int{0, 1, 2, 3, 4}, log)
	log = nil
	_ = stm.Atomically(ctx, func(tx *stm.Tx) error { register(tx); return errBody })
	require.Equal(t, []int{14, 13, 12, 11, 10}, log)
}

// TestOnCommitSeesTheCommit: everything is published and released by then.
func TestOnCommitSeesTheCommit(t *testing.T) {
	v := tvar.New(0)
	var seen int
	update(t, func(tx *stm.Tx) {
		v.Set(tx, 1)
		tx.OnCommit(func() {
			seen = v.Load()
			update(t, func(tx *stm.Tx) { v.Set(tx, 2) }, stm.Irrevocable())
		})
	}, stm.Irrevocable())
	require.Equal(t, 1, seen)
	require.Equal(t, 2, v.Load())
}

// TestRollbackOncePerAttempt: for conflicts, for waits, and for the end, and
// only with the hooks of that attempt.
func TestRollbackOncePerAttempt(t *testing.T) {
	r, signal := newRival(), tvar.New(0)
	var undone, done []int
	attempts := 0
	update(t, func(tx *stm.Tx) {
		attempts++
		n := attempts
		tx.OnRollback(func() { undone = append(undone, n) })
		tx.OnCommit(func() { done = append(done, n) })
		switch n {
		case 1, 2:
			r.beat(tx)
		case 3:
			signal.Get(tx)
			go signal.Store(1)
			tx.Retry()
		case 4:
			// Lost at commit rather than in the body.
			signal.Update(tx, inc)
			elsewhere(func() { signal.Store(5) })
		}
	})
	require.Equal(t, []int{1, 2, 3, 4}, undone)
	require.Equal(t, []int{5}, done)
}

// TestRollbackHookRunsBeforeTheWait of a Retry, outside of the transaction.
func TestRollbackHookRunsBeforeTheWait(t *testing.T) {
	v := tvar.New(0)
	update(t, func(tx *stm.Tx) {
		tx.OnRollback(func() { v.Store(1) }) // else nobody would wake this
		tx.Check(v.Get(tx) == 1)
	})
	require.Equal(t, 1, v.Load())
}

// TestBeforeCommitChain: hooks run in order inside the transaction, see and
// make writes, and may register more.
func TestBeforeCommitChain(t *testing.T) {
	v, out := tvar.New(1), tvar.New(0)
	var log []string
	update(t, func(tx *stm.Tx) {
		tx.BeforeCommit(func(tx *stm.Tx) error {
			log = append(log, "first")
			v.Update(tx, inc)
			tx.BeforeCommit(func(tx *stm.Tx) error {
				log = append(log, "registered by the first")
				out.Set(tx, v.Get(tx))
				tx.OnCommit(func() { log = append(log, "commit") })
				return nil
			})
			return nil
		})
		tx.BeforeCommit(func(tx *stm.Tx) error {
			log = append(log, "second")
			return tx.Nested(func(tx *stm.Tx) error { v.Update(tx, inc); return nil })
		})
		v.Set(tx, 10)
		log = append(log, "body")
	})
	require.Equal(t, []string{"body", "first", "second", "registered by the first", "commit"}, log)
	require.Equal(t, []int{12, 12}, []int{v.Load(), out.Load()})
}

// TestBeforeCommitError rolls everything back, and stops the chain.
func TestBeforeCommitError(t *testing.T) {
	v := tvar.New(0)
	var log []string
	err := stm.Atomically(ctx, func(tx *stm.Tx) error {
		v.Set(tx, 1)
		tx.OnRollback(func() { log = append(log, "rollback") })
		tx.BeforeCommit(func(*stm.Tx) error { return errBody })
		tx.BeforeCommit(func(*stm.Tx) error { log = append(log, "never"); return nil })
		return nil
	})
	require.Same(t, errBody, err)
	require.Zero(t, v.Load())
	require.Equal(t, []string{"rollback"}, log)
}

// TestBeforeCommitNotAfterAnError of the body.
func TestBeforeCommitNotAfterAnError(t *testing.T) {
	_ = stm.Atomically(ctx, func(tx *stm.Tx) error {
		tx.BeforeCommit(func(*stm.Tx) error { t.Error("ran"); return nil })
		return errBody
	})
}

// TestBeforeCommitRetriesAndConflicts like a body, swallowed or not.
func TestBeforeCommitRetriesAndConflicts(t *testing.T) {
	for _, swallowing := range []bool{false, true} {
		run := func(f func()) { f() }
		if swallowing {
			run = quietly
		}
		r, v := newRival(), tvar.New(0)
		attempts := 0
		update(t, func(tx *stm.Tx) {
			attempts++
			tx.BeforeCommit(func(tx *stm.Tx) error {
				switch attempts {
				case 1:
					run(func() { r.beat(tx) })
				case 2:
					v.Get(tx)
					go v.Store(1)
					run(tx.Retry)
				}
				return nil
			})
			tx.BeforeCommit(func(tx *stm.Tx) error {
				require.Equal(t, 3, attempts, "no hook after a doomed one")
				return nil
			})
		})
		require.Equal(t, 3, attempts)
	}
}

// TestEveryRollbackHookRuns although some panic; the first panic comes out,
// unless the transaction has a panic of its own.
func TestEveryRollbackHookRuns(t *testing.T) {
	var log []int
	hooks := func(tx *stm.Tx) {
		for i := range 4 {
			tx.OnRollback(func() {
				log = append(log, i)
				if i%2 == 1 {
					panic(i)
				}
			})
		}
	}
	require.PanicsWithValue(t, 3, func() {
		_ = stm.Atomically(ctx, func(tx *stm.Tx) error { hooks(tx); return errBody })
	})
	require.PanicsWithValue(t, "body", func() {
		_ = stm.Atomically(ctx, func(tx *stm.Tx) error { hooks(tx); panic("body") })
	})
	require.Equal(t, []int{3, 2, 1, 0, 3, 2, 1, 0}, log)
}

// TestHooksOfReadOnlyTransactions run too.
func TestHooksOfReadOnlyTransactions(t *testing.T) {
	var log []string
	body := func(name string) func(tx *stm.Tx) (int, error) {
		return func(tx *stm.Tx) (int, error) {
			tx.BeforeCommit(func(*stm.Tx) error { log = append(log, name+" before"); return nil })
			tx.OnCommit(func() { log = append(log, name+" commit") })
			return 0, nil
		}
	}
	_, err := stm.Do(ctx, body("do"))
	require.NoError(t, err)
	_, err = stm.View(ctx, body("view"))
	require.NoError(t, err)
	for range stm.Watch(ctx, body("watch")) {
		break
	}
	require.Equal(t, []string{"do before", "do commit", "view before", "view commit", "watch before", "watch commit"}, log)
}

// TestManyHooks keeps them apart from those of the next transaction.
func TestManyHooks(t *testing.T) {
	var log []int
	for range 3 {
		update(t, func(tx *stm.Tx) {
			for i := range 100 {
				tx.OnCommit(func() { log = append(log, i) })
			}
		})
	}
	require.Len(t, log, 300)
	require.True(t, slices.IsSorted(log[100:200]))
}
