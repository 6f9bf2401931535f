package stm_test

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// TestSelectReportsTheChosen one, and waits while there is none.
func TestSelectReportsTheChosen(t *testing.T) {
	a, b := tvar.New(0), tvar.New(0)
	take := func(v *tvar.Var[int]) func(tx *stm.Tx) error {
		return func(tx *stm.Tx) error {
			tx.Check(v.Get(tx) > 0)
			v.Update(tx, func(n int) int { return n - 1 })
			return nil
		}
	}
	synctest.Test(t, func(t *testing.T) {
		var chosen []int
		done := make(chan struct{})
		go func() {
			defer close(done)
			for range 4 {
				i, err := stm.Select(ctx, take(a), take(b))
				if err != nil {
					t.Error(err)
				}
				chosen = append(chosen, i)
			}
		}()
		synctest.Wait()
		require.Empty(t, chosen)
		b.Store(1)
		synctest.Wait()
		a.Store(1)
		synctest.Wait()
		update(t, func(tx *stm.Tx) { a.Set(tx, 1); b.Set(tx, 1) })
		<-done
		require.Equal(t, []int{1, 0, 0, 1}, chosen)
	})
}

// TestSelectError is that of the chosen alternative, whose writes are undone.
func TestSelectError(t *testing.T) {
	v := tvar.New(0)
	chosen, err := stm.Select(ctx,
		func(tx *stm.Tx) error { tx.Retry(); return nil },
		func(tx *stm.Tx) error { v.Set(tx, 1); return errBody })
	require.Same(t, errBody, err)
	require.Equal(t, 1, chosen)
	require.Zero(t, v.Load())
}

// TestSelectOfNothing would wait for ever.
func TestSelectOfNothing(t *testing.T) {
	chosen, err := stm.Select(ctx)
	require.ErrorIs(t, err, stm.ErrNothingRead)
	require.Equal(t, -1, chosen)
	chosen, err = stm.Select(ctx, func(tx *stm.Tx) error { tx.Retry(); return nil })
	require.ErrorIs(t, err, stm.ErrNothingRead)
	require.Equal(t, -1, chosen)
}

// TestRetryWithNothingRead: at once, also when something was written, or only
// peeked at, or read from what was written.
func TestRetryWithNothingRead(t *testing.T) {
	v := tvar.New(0)
	for name, body := range map[string]func(tx *stm.Tx){
		"nothing":             func(tx *stm.Tx) {},
		"written":             func(tx *stm.Tx) { v.Set(tx, 1) },
		"own write read":      func(tx *stm.Tx) { v.Set(tx, 1); v.Get(tx) },
		"peeked":              func(tx *stm.Tx) { v.Peek(tx) },
		"added":               func(tx *stm.Tx) { tvar.Add(tx, v, 1) },
		"commuted":            func(tx *stm.Tx) { v.Commute(tx, inc) },
		"made inside":         func(tx *stm.Tx) { tvar.New(1).Set(tx, 2) },
		"in all alternatives": func(tx *stm.Tx) { _ = tx.OrElse((func(tx *stm.Tx) error { tx.Retry(); return nil })) },
	} {
		undone := 0
		err := stm.Atomically(ctx, func(tx *stm.Tx) error {
			tx.OnRollback(func() { undone++ })
			body(tx)
			tx.Retry()
			return nil
		})
		require.ErrorIs(t, err, stm.ErrNothingRead, name)
		require.Equal(t, 1, undone, name)
	}
	require.Zero(t, v.Load())
}

// TestRetryWakesOnAnyRead: on the first, on the last, on one read twice, and
// by any kind of write.
func TestRetryWakesOnAnyRead(t *testing.T) {
	for name, write := range map[string]func(v *tvar.Var[int]){
		"Store":   func(v *tvar.Var[int]) { v.Store(1) },
		"Modify":  func(v *tvar.Var[int]) { v.Modify(inc) },
		"Set":     func(v *tvar.Var[int]) { update(t, func(tx *stm.Tx) { v.Set(tx, 1) }) },
		"Add":     func(v *tvar.Var[int]) { update(t, func(tx *stm.Tx) { tvar.Add(tx, v, 1) }) },
		"Commute": func(v *tvar.Var[int]) { update(t, func(tx *stm.Tx) { v.Commute(tx, inc) }) },
		"irrevocably": func(v *tvar.Var[int]) {
			update(t, func(tx *stm.Tx) { v.Set(tx, 1) }, stm.Irrevocable())
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				for which := range 3 {
					vars := []*tvar.Var[int]{tvar.New(0), tvar.New(0), tvar.New(0)}
					attempts, done := 0, false
					go func() {
						update(t, func(tx *stm.Tx) {
							attempts++
							sum := 0
							for _, i := range []int{0, 1, 0, 2, 1} {
								sum += vars[i].Get(tx)
							}
							tx.Check(sum > 0)
						})
						done = true
					}()
					synctest.Wait()
					require.False(t, done)
					write(vars[which])
					synctest.Wait()
					require.True(t, done)
					require.Equal(t, 2, attempts, "one write, one wake")
				}
			})
		})
	}
}

// TestNoWakeWithoutAWrite of what was read: neither a write elsewhere nor a
// rolled back one wakes.
func TestNoWakeWithoutAWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, w := tvar.New(0), tvar.New(0)
		attempts := 0
		done := make(chan struct{})
		go func() {
			defer close(done)
			update(t, func(tx *stm.Tx) { attempts++; w.Peek(tx); tx.Check(v.Get(tx) == 1) })
		}()
		synctest.Wait()
		w.Store(1)
		_ = stm.Atomically(ctx, func(tx *stm.Tx) error { v.Set(tx, 1); return errBody })
		quietly(func() { _ = stm.Atomically(ctx, func(tx *stm.Tx) error { v.Set(tx, 1); panic("x") }) })
		synctest.Wait()
		require.Equal(t, 1, attempts)
		v.Store(2)
		synctest.Wait()
		require.Equal(t, 2, attempts)
		v.Store(1)
		<-done
	})
}

// TestWatchDeliversEachSettledState, passing over those that it is too late for.
func TestWatchDeliversEachSettledState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := tvar.New(0), tvar.New(0)
		var seen []int
		done := make(chan struct{})
		go func() {
			defer close(done)
			for sum, err := range stm.Watch(ctx, func(tx *stm.Tx) (int, error) { return a.Get(tx) + 10*b.Get(tx), nil }) {
				if err != nil {
					t.Error(err)
				}
				if seen = append(seen, sum); sum == 43 {
					return
				}
				if sum == 1 { // while the loop is busy, two states pass
					a.Store(2)
					a.Store(3)
				}
			}
		}()
		synctest.Wait()
		require.Equal(t, []int{0}, seen)
		a.Store(1)
		synctest.Wait()
		require.Equal(t, []int{0, 1, 3}, seen)
		b.Store(4)
		<-done
		require.Equal(t, []int{0, 1, 3, 43}, seen)
	})
}

// TestWatchRetrySelectsStates that are worth a value.
func TestWatchRetrySelectsStates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := tvar.New(0)
		var seen []int
		go func() {
			for n, err := range stm.Watch(ctx, func(tx *stm.Tx) (int, error) {
				n := v.Get(tx)
				tx.Check(n%2 == 0)
				return n, nil
			}) {
				if err != nil {
					t.Error(err)
				}
				if seen = append(seen, n); n == 4 {
					break
				}
			}
		}()
		for i := range 5 {
			synctest.Wait()
			v.Store(i)
		}
		synctest.Wait()
		require.Equal(t, []int{0, 0, 2, 4}, seen) // Store(0) is a write, too
	})
}

// TestWatchEnds after an error of the body, or with nothing to wait for.
func TestWatchEnds(t *testing.T) {
	v := tvar.New(0)
	var errs []error
	for _, err := range stm.Watch(ctx, func(tx *stm.Tx) (int, error) {
		if v.Get(tx) == 1 {
			return 7, errBody
		}
		return 0, nil
	}) {
		errs = append(errs, err)
		v.Store(1)
	}
	require.Equal(t, []error{nil, errBody}, errs)

	errs = nil
	for _, err := range stm.Watch(ctx, func(*stm.Tx) (int, error) { return 0, nil }) {
		errs = append(errs, err)
	}
	require.Len(t, errs, 2)
	require.True(t, errors.Is(errs[1], stm.ErrNothingRead))
}

// TestWatchTwice: a sequence can be run again, from the present.
func TestWatchTwice(t *testing.T) {
	v := tvar.New(1)
	watch := stm.Watch(ctx, func(tx *stm.Tx) (int, error) { return v.Get(tx), nil })
	for i := 1; i <= 2; i++ {
		for n := range watch {
			require.Equal(t, i, n)
			v.Store(2)
			break
		}
	}
}

// TestLoopMayUseTransactions: the loop's own code is outside of the Watch.
func TestLoopMayUseTransactions(t *testing.T) {
	v := tvar.New(0)
	for n, err := range stm.Watch(ctx, func(tx *stm.Tx) (int, error) { return v.Get(tx), nil }) {
		require.NoError(t, err)
		if n == 3 {
			break
		}
		update(t, func(tx *stm.Tx) { v.Update(tx, inc) })
	}
	require.Equal(t, 3, v.Load())
}

// TestWatchBreakForgetsItsReads: a loop that breaks off leaves no read set to
// the transaction that gets the descriptor next.
func TestWatchBreakForgetsItsReads(t *testing.T) {
	v := tvar.New(0)
	for range stm.Watch(ctx, func(tx *stm.Tx) (int, error) { return v.Get(tx), nil }) {
		break
	}
	require.ErrorIs(t, stm.Atomically(ctx, func(tx *stm.Tx) error { tx.Retry(); return nil }), stm.ErrNothingRead)
}
