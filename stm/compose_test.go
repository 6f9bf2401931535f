package stm_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// TestNestedUndoesOnlyItself: an error takes back what the part wrote, to new
// variables, to variables written before, and again in parts of the part.
func TestNestedUndoesOnlyItself(t *testing.T) {
	a, b, c, d := tvar.New(1), tvar.New(2), tvar.New(3), tvar.New(10)
	update(t, func(tx *stm.Tx) {
		a.Set(tx, 100)
		tvar.Add(tx, d, 1)
		err := tx.Nested(func(tx *stm.Tx) error {
			require.Equal(t, 100, a.Get(tx))
			a.Set(tx, 200)
			b.Set(tx, 200)
			tvar.Add(tx, d, 100)
			require.NoError(t, tx.Nested(func(tx *stm.Tx) error {
				a.Set(tx, 300)
				c.Set(tx, 300)
				d.Commute(tx, func(n int) int { return n * 2 })
				return nil
			}))
			require.Equal(t, 300, a.Get(tx), "what an inner part wrote is there")
			return errBody
		})
		require.Same(t, errBody, err)
		require.Equal(t, []int{100, 2, 3}, []int{a.Get(tx), b.Get(tx), c.Get(tx)})
	})
	require.Equal(t, []int{100, 2, 3, 11}, []int{a.Load(), b.Load(), c.Load(), d.Load()})
}

// TestNestedKeepsInnerSuccessInsideOuterFailure and the other way round.
func TestNestedInnerFailureInsideOuterSuccess(t *testing.T) {
	a, b := tvar.New(1), tvar.New(2)
	update(t, func(tx *stm.Tx) {
		require.NoError(t, tx.Nested(func(tx *stm.Tx) error {
			a.Set(tx, 10)
			require.Same(t, errBody, tx.Nested(func(tx *stm.Tx) error {
				a.Set(tx, 20)
				b.Set(tx, 20)
				return errBody
			}))
			return nil
		}))
	})
	require.Equal(t, []int{10, 2}, []int{a.Load(), b.Load()})
}

// TestNestedReadsStayValidated: what a failed part read decided that it failed,
// so a change of it makes the whole attempt lose.
func TestNestedReadsStayValidated(t *testing.T) {
	guard, out := tvar.New(0), tvar.New(0)
	attempts := 0
	update(t, func(tx *stm.Tx) {
		attempts++
		err := tx.Nested(func(tx *stm.Tx) error {
			if guard.Get(tx) == 0 {
				return errBody
			}
			return nil
		})
		if attempts == 1 {
			elsewhere(func() { guard.Store(1) })
		}
		if err != nil {
			out.Set(tx, -1)
		} else {
			out.Set(tx, 1)
		}
	})
	require.Equal(t, 2, attempts)
	require.Equal(t, 1, out.Load())
}

// TestOrElseChoosesTheFirst that does not Retry, and runs no other after it.
func TestOrElseChoosesTheFirst(t *testing.T) {
	var ran []int
	alternative := func(i int, retry bool) func(tx *stm.Tx) error {
		return func(tx *stm.Tx) error {
			ran = append(ran, i)
			tx.Check(!retry)
			return nil
		}
	}
	update(t, func(tx *stm.Tx) {
		require.NoError(t, tx.OrElse(alternative(0, true), alternative(1, true), alternative(2, false), alternative(3, false)))
	})
	require.Equal(t, []int{0, 1, 2}, ran)
}

// TestOrElseUndoesWritesAndHooks of an alternative that retried; the next one
// starts from what was there before.
func TestOrElseUndoesWritesAndHooks(t *testing.T) {
	a, b := tvar.New(1), tvar.New(2)
	var log []string
	note := func(s string) func() { return func() { log = append(log, s) } }
	update(t, func(tx *stm.Tx) {
		a.Set(tx, 10)
		tx.OnCommit(note("commit outside"))
		tx.OnRollback(note("rollback outside"))
		require.NoError(t, tx.OrElse(
			func(tx *stm.Tx) error {
				a.Set(tx, 20)
				b.Set(tx, 20)
				tx.OnCommit(note("commit first"))
				tx.OnRollback(note("rollback first, one"))
				tx.OnRollback(note("rollback first, two"))
				tx.BeforeCommit(func(*stm.Tx) error { note("before first")(); return nil })
				tx.Retry()
				return nil
			},
			func(tx *stm.Tx) error {
				log = append(log, "second")
				require.Equal(t, []int{10, 2}, []int{a.Get(tx), b.Get(tx)})
				b.Set(tx, 30)
				tx.OnCommit(note("commit second"))
				tx.OnRollback(note("rollback second"))
				return nil
			}))
	})
	require.Equal(t, []int{10, 30}, []int{a.Load(), b.Load()})
	require.Equal(t, []string{"rollback first, two", "rollback first, one", "second", "commit outside", "commit second"}, log)
}

// TestOrElseErrorIsChosen: an error is no Retry. The alternative is undone, the
// error is the result, and the transaction may go on and commit.
func TestOrElseErrorIsChosen(t *testing.T) {
	a, b := tvar.New(1), tvar.New(2)
	update(t, func(tx *stm.Tx) {
		a.Set(tx, 10)
		err := tx.OrElse(
			func(tx *stm.Tx) error { a.Set(tx, 20); b.Set(tx, 20); return errBody },
			func(*stm.Tx) error { t.Error("an error does not fall through"); return nil })
		require.Same(t, errBody, err)
	})
	require.Equal(t, []int{10, 2}, []int{a.Load(), b.Load()})
}

// TestOrElseWakesOnAnyAlternative: what the discarded ones read is waited for.
func TestOrElseWakesOnAnyAlternative(t *testing.T) {
	for chosen := range 3 {
		vars := []*tvar.Var[int]{tvar.New(0), tvar.New(0), tvar.New(0)}
		attempts := 0
		got := -1
		update(t, func(tx *stm.Tx) {
			attempts++
			if attempts == 1 {
				go vars[chosen].Store(1)
			}
			var alternatives []func(tx *stm.Tx) error
			for i, v := range vars {
				alternatives = append(alternatives, func(tx *stm.Tx) error {
					tx.Check(v.Get(tx) == 1)
					got = i
					return nil
				})
			}
			_ = tx.OrElse(alternatives...)
		})
		require.Equal(t, chosen, got)
	}
}

// TestOrElseFallsThroughOnNothingRead: Retry alone needs no read as long as
// another alternative remains.
func TestOrElseFallsThroughOnNothingRead(t *testing.T) {
	require.NoError(t, stm.Atomically(ctx, func(tx *stm.Tx) error {
		return tx.OrElse(
			func(tx *stm.Tx) error { tx.Retry(); return nil },
			func(*stm.Tx) error { return nil })
	}))
	require.ErrorIs(t, stm.Atomically(ctx, func(tx *stm.Tx) error { return tx.OrElse() }), stm.ErrNothingRead)
}

// TestRetryReachesTheInnermostAlternative only, through Nested parts.
func TestRetryReachesTheInnermostAlternative(t *testing.T) {
	a := tvar.New(0)
	var path []string
	update(t, func(tx *stm.Tx) {
		require.NoError(t, tx.OrElse(
			func(tx *stm.Tx) error {
				a.Set(tx, 1)
				err := tx.OrElse(
					func(tx *stm.Tx) error {
						return tx.Nested(func(tx *stm.Tx) error {
							a.Set(tx, 2)
							return tx.Nested(func(tx *stm.Tx) error { a.Set(tx, 3); tx.Retry(); return nil })
						})
					},
					func(tx *stm.Tx) error { path = append(path, "inner"); return nil })
				require.Equal(t, 1, a.Get(tx))
				return err
			},
			func(*stm.Tx) error { path = append(path, "outer"); return nil }))
	})
	require.Equal(t, []string{"inner"}, path)
	require.Equal(t, 1, a.Load())
}

// TestConflictPassesAlternatives: a lost conflict ends the attempt, it does
// not choose the next alternative.
func TestConflictPassesAlternatives(t *testing.T) {
	r := newRival()
	attempts, second := 0, 0
	update(t, func(tx *stm.Tx) {
		attempts++
		_ = tx.OrElse(
			func(tx *stm.Tx) error {
				return tx.Nested(func(tx *stm.Tx) error {
					if attempts == 1 {
						r.beat(tx)
					}
					return nil
				})
			},
			func(*stm.Tx) error { second++; return nil })
	})
	require.Equal(t, 2, attempts)
	require.Zero(t, second)
}

// TestNestedErrorMayBeIgnored: what the part did is undone already.
func TestNestedErrorMayBeIgnored(t *testing.T) {
	a := tvar.New(1)
	update(t, func(tx *stm.Tx) {
		_ = tx.Nested(func(tx *stm.Tx) error { a.Set(tx, 2); return errors.New("ignored") })
	})
	require.Equal(t, 1, a.Load())
}

// TestNestedHooks: those of a failed part vanish, except that its OnRollback
// hooks run at once, once.
func TestNestedHooks(t *testing.T) {
	var log []string
	note := func(s string) func() { return func() { log = append(log, s) } }
	err := stm.Atomically(ctx, func(tx *stm.Tx) error {
		tx.OnRollback(note("a"))
		_ = tx.Nested(func(tx *stm.Tx) error {
			tx.OnRollback(note("b"))
			tx.OnCommit(note("never"))
			return errBody
		})
		log = append(log, "after the part")
		_ = tx.Nested(func(tx *stm.Tx) error { tx.OnRollback(note("c")); tx.OnCommit(note("never")); return nil })
		tx.OnRollback(note("d"))
		return errBody
	})
	require.Same(t, errBody, err)
	require.Equal(t, []string{"b", "after the part", "d", "c", "a"}, log)
}

// TestDeepNesting: a thousand parts within one another, all kept, or undone at
// any depth.
func TestDeepNesting(t *testing.T) {
	const depth = 1000
	v := tvar.New(0)
	var down func(tx *stm.Tx, n, failAt int) error
	down = func(tx *stm.Tx, n, failAt int) error {
		return tx.Nested(func(tx *stm.Tx) error {
			v.Update(tx, inc)
			if n < depth {
				_ = down(tx, n+1, failAt)
			}
			if n == failAt {
				return errBody
			}
			return nil
		})
	}
	for failAt, want := range map[int]int{0: depth, 1: 0, 2: 1, 500: 499, depth: depth - 1} {
		v.Store(0)
		update(t, func(tx *stm.Tx) { _ = down(tx, 1, failAt) })
		require.Equal(t, want, v.Load(), "failing at depth %d", failAt)
	}
}
