package stm_test

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// Bugs that other transactional memories have had, each as the program that
// shows it. The name says where it was found; the comment what went wrong.

// An attempt that was going to abort computed on two variables from different
// commits, and threw: opacity. zio #6168 and #1587, cats-stm #393, kyo #1158
// and #1411.
func TestOpacity_CatsSTM393_Zio6168_Kyo1411(t *testing.T) {
	for _, read := range []string{"Atomically", "View"} {
		r := newRival()
		divide := func(tx *stm.Tx) (int, error) {
			a := r.x.Get(tx)
			if tx.Attempt() <= 3 {
				elsewhere(func() { r.commit() })
			}
			return 1 / (1 - (a - r.y.Get(tx))), nil // divides by zero if torn
		}
		var err error
		if read == "View" {
			_, err = stm.View(ctx, divide)
		} else {
			_, err = stm.Do(ctx, divide)
		}
		require.NoError(t, err)
	}
}

// A lookup followed pointers of a tree that was being changed, round and round:
// an endless loop that no validation at commit can end. zio #6239.
func TestZombieLoop_Zio6239(t *testing.T) {
	type node struct{ next *tvar.Var[*node] }
	a, b := &node{tvar.New[*node](nil)}, &node{tvar.New[*node](nil)}
	head := tvar.New(a)
	a.next.Store(b) // head → a → b
	steps := 0
	update(t, func(tx *stm.Tx) {
		n := head.Get(tx)
		for n != nil && steps < 100 {
			steps++
			if steps == 1 {
				elsewhere(func() { // head → b → a: from a on, the old list and the new one make a circle
					update(t, func(tx *stm.Tx) { head.Set(tx, b); b.next.Set(tx, a); a.next.Set(tx, nil) })
				})
			}
			n = n.next.Get(tx)
		}
	})
	require.LessOrEqual(t, steps, 3)
}

// A transaction that only read was not validated, and returned a pair that had
// never been. concurrent-ruby #887.
func TestReadOnlyPair_ConcurrentRuby887(t *testing.T) {
	r := newRival()
	pair, err := stm.Do(ctx, func(tx *stm.Tx) ([2]int, error) {
		a := r.x.Get(tx)
		if tx.Attempt() == 1 {
			elsewhere(func() { r.commit() })
		}
		return [2]int{a, r.y.Get(tx)}, nil
	})
	require.NoError(t, err)
	require.Equal(t, [2]int{1, 1}, pair)
}

// Locks stayed behind an exception that was no StandardError, and a thread that
// was killed. concurrent-ruby #885, #1116.
func TestLocksAreReleased_ConcurrentRuby1116(t *testing.T) {
	v := tvar.New(0)
	elsewhere(func() {
		_ = stm.Atomically(ctx, func(tx *stm.Tx) error { v.Set(tx, 1); runtime.Goexit(); return nil })
	})
	elsewhere(func() {
		quietly(func() { v.Modify(func(int) int { panic("x") }) })
	})
	update(t, func(tx *stm.Tx) { v.Set(tx, 2) }, stm.Irrevocable())
	require.Equal(t, 2, v.Load())
}

// The variable changed between the read and the registration of the sleeper,
// who then slept for ever. scala-stm #9, Effect-TS #8372, stmx. The write
// comes from the OnRollback hook: after the attempt, before the sleep.
func TestNoLostWakeup_ScalaSTM9_EffectTS8372(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // a lost wake-up is a deadlock of the bubble
		v, w := tvar.New(0), tvar.New(0)
		for name, write := range map[string]func(){
			"the same variable": func() { v.Modify(inc) },
			"by a transaction":  func() { update(t, func(tx *stm.Tx) { w.Set(tx, 1); v.Update(tx, inc) }) },
		} {
			attempts := 0
			before := v.Load()
			update(t, func(tx *stm.Tx) {
				attempts++
				tx.OnRollback(write)
				w.Get(tx)
				tx.Check(v.Get(tx) > before)
			})
			require.Equal(t, 2, attempts, name)
		}
	})
}

// OrElse threw away what the left alternative had read, so that nobody woke.
// zio #8696, dejafu #55, cats-stm #15.
func TestLeftReadsAreWaitedFor_Dejafu55_Zio8696_CatsSTM15(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		left, right := tvar.New(0), tvar.New(0)
		done := false
		go func() {
			update(t, func(tx *stm.Tx) {
				_ = tx.OrElse(
					func(tx *stm.Tx) error {
						return tx.OrElse(
							func(tx *stm.Tx) error { tx.Check(left.Get(tx) == 1); return nil },
							func(tx *stm.Tx) error { tx.Retry(); return nil })
					},
					func(tx *stm.Tx) error { tx.Check(right.Get(tx) == 1); return nil })
			})
			done = true
		}()
		synctest.Wait()
		left.Store(1)
		synctest.Wait()
		require.True(t, done)
	})
}

// Sleepers killed while a writer woke them took the wake-up of others with
// them, or hung. GHC T15136: many threads, killed as they are woken.
func TestKillVersusWake_GHC15136(t *testing.T) {
	for range 20 {
		v := tvar.New(0)
		own, cancel := context.WithCancel(ctx)
		var wg sync.WaitGroup
		wait := func(ctx context.Context) {
			_ = stm.Atomically(ctx, func(tx *stm.Tx) error { tx.Check(v.Get(tx) > 0); return nil })
		}
		for range 50 {
			wg.Go(func() { wait(own) })
			wg.Go(func() { wait(ctx) })
		}
		wg.Go(cancel)
		wg.Go(func() { v.Store(1) })
		wg.Wait()
	}
}

// A nested orElse that retried hung the whole program. GHC T16707.
func TestNestedOrElseDoesNotHang_GHC16707(t *testing.T) {
	v := tvar.New(0)
	waits := func(tx *stm.Tx) error { tx.Check(v.Get(tx) == 1); return nil }
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			update(t, func(tx *stm.Tx) {
				_ = tx.OrElse(func(tx *stm.Tx) error { return tx.OrElse(waits, waits) },
					func(tx *stm.Tx) error { return tx.OrElse(waits, waits) })
			})
		})
	}
	v.Store(1)
	wg.Wait()
}

// Right-nested orElse copied its log at each level: quadratic. ghc #26028. The
// cost is counted in allocations, which do not depend on the machine.
func TestDeepOrElseIsLinear_GHC26028(t *testing.T) {
	vars := make([]tvar.Var[int], 64)
	var deep func(tx *stm.Tx, n int) error
	deep = func(tx *stm.Tx, n int) error {
		if n == 0 {
			return nil
		}
		return tx.OrElse(
			func(tx *stm.Tx) error { vars[n%64].Set(tx, n); tx.Retry(); return nil },
			func(tx *stm.Tx) error { return deep(tx, n-1) })
	}
	bytes := func(n int) uint64 {
		run := func() { update(t, func(tx *stm.Tx) { _ = deep(tx, n) }) }
		run()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		run()
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	short, long := bytes(500), bytes(2000)
	require.LessOrEqual(t, long, 8*short+1<<16, "4 times the depth, %d and %d bytes", short, long)
}

// A sleeper stayed in the lists of variables that had not changed, and was
// woken from there later. ghcjs #288.
func TestNoStaleWaiter_Ghcjs288(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, still := tvar.New(0), tvar.New(0)
		before := stm.ReadStats()
		for i := range 10 {
			go update(t, func(tx *stm.Tx) { still.Get(tx); tx.Check(v.Get(tx) > i) })
			synctest.Wait()
			v.Modify(inc)
			synctest.Wait()
		}
		for range 10 {
			still.Modify(inc)
		}
		require.EqualValues(t, 10, stm.ReadStats().Sub(before).Wakes)
	})
}

// A transaction that was woken ran behind those that kept coming: it starved.
// cats-stm #51. Here it loses a bounded number of times, and then wins.
func TestWokenIsNotStarved_CatsSTM51(t *testing.T) {
	r, v := newRival(), tvar.New(0)
	attempts := 0
	update(t, func(tx *stm.Tx) {
		attempts++
		if attempts == 1 {
			v.Get(tx)
			tx.OnRollback(func() { v.Store(1) })
			tx.Retry()
		}
		if attempts <= 17 {
			r.beat(tx)
		}
		r.x.Get(tx)
		// Under the token: this rival waits until this transaction is through.
		go r.commit()
		r.y.Get(tx)
	})
	require.Equal(t, 18, attempts)
	_, err := r.x.Await(ctx, func(n int) bool { return n == 17 })
	require.NoError(t, err)
}

// The lock covered the validation but not the write-back. SOMns #331.
func TestWriteBackIsLocked_SOMns331(t *testing.T) {
	vars := make([]tvar.Var[int], 50)
	crowd(t, 4, func(g int, _ chance) {
		for i := range 200 {
			update(t, func(tx *stm.Tx) {
				first := vars[0].Get(tx)
				for j := range vars {
					if vars[j].Get(tx) != first {
						t.Error("half of a commit")
					}
					if g < 2 {
						vars[j].Set(tx, g*1000+i)
					}
				}
			})
		}
	})
}

// Post-commit actions of a rolled-back part ran after the commit. kcas 0.5.3.
func TestHooksAreRolledBack_Kcas053(t *testing.T) {
	ran := 0
	update(t, func(tx *stm.Tx) {
		_ = tx.OrElse(
			func(tx *stm.Tx) error { tx.OnCommit(func() { ran += 100 }); tx.Retry(); return nil },
			func(tx *stm.Tx) error { tx.OnCommit(func() { ran++ }); return nil })
		_ = tx.Nested(func(tx *stm.Tx) error { tx.OnCommit(func() { ran += 100 }); return errBody })
	})
	require.Equal(t, 1, ran)
}

// A commit was reported as interrupted because the caller was, a moment later.
// zio #6192.
func TestCommitIsNotReportedAsCancelled_Zio6192(t *testing.T) {
	v := tvar.New(0)
	own, cancel := context.WithCancel(ctx)
	defer cancel()
	n, err := stm.Do(own, func(tx *stm.Tx) (int, error) { v.Set(tx, 1); cancel(); return 7, nil })
	require.NoError(t, err)
	require.Equal(t, 7, n)
	require.Equal(t, 1, v.Load())
}

// Readers without a writer lost to one another. ghc#24142.
func TestReadersDoNotAbort_GHC24142(t *testing.T) {
	vars := make([]tvar.Var[int], 20)
	before := stm.ReadStats()
	crowd(t, 4, func(int, chance) {
		for range 200 {
			update(t, func(tx *stm.Tx) {
				for i := range vars {
					vars[i].Get(tx)
				}
			})
		}
	})
	d := stm.ReadStats().Sub(before)
	require.Zero(t, d.Conflicts)
	require.EqualValues(t, 800, d.Attempts)
}

// Variables made in an attempt that was lost, or in one that waits, gave endless
// conflicts or sleeps. kyo #949, zio #889.
func TestFreshVariables_Kyo949(t *testing.T) {
	r := newRival()
	update(t, func(tx *stm.Tx) {
		fresh := tvar.New(0)
		fresh.Set(tx, fresh.Get(tx)+1)
		if tx.Attempt() == 1 {
			r.beat(tx)
		}
		require.Equal(t, 1, fresh.Get(tx))
	})
}
