package stm_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

func TestWaitingListsSleepersByName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stock := tvar.New(0, tvar.Label("stock"))
		open := tvar.New(false, tvar.Label("open"))
		go func() {
			_ = stm.Atomically(t.Context(), func(tx *stm.Tx) error {
				tx.Check(open.Get(tx) && stock.Get(tx) > 0)
				return nil
			}, stm.Name("sell"))
		}()
		go func() { _, _ = stock.Await(t.Context(), func(n int) bool { return n > 1 }) }()
		synctest.Wait()
		mine := map[string]string{}
		for _, w := range stm.Waiting() {
			for _, v := range w.Vars {
				mine[w.Name] += v + " "
			}
			require.NotEmpty(t, w.String())
		}
		require.Equal(t, "open ", mine["sell"], "stock was not read")
		require.Contains(t, mine[""], "stock ")
		open.Store(true)
		stock.Store(2)
		synctest.Wait()
		for _, w := range stm.Waiting() {
			require.NotEqual(t, "sell", w.Name)
		}
	})
}

var errTooSlow = errors.New("too slow")

func TestAfterBoundsAWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, noise := tvar.New(0), tvar.New(0)
		began := time.Now()
		go func() { // wakes it again and again: the time goes on
			for range 9 {
				time.Sleep(time.Second)
				noise.Modify(func(n int) int { return n + 1 })
			}
		}()
		wait := func(opts ...stm.Option) error {
			return stm.Atomically(t.Context(), func(tx *stm.Tx) error {
				return tx.OrElse(
					func(tx *stm.Tx) error { noise.Get(tx); tx.Check(v.Get(tx) > 0); return nil },
					func(tx *stm.Tx) error { tx.After(5 * time.Second); return errTooSlow },
				)
			}, opts...)
		}
		require.ErrorIs(t, wait(), errTooSlow)
		require.Equal(t, 5*time.Second, time.Since(began))
		require.ErrorIs(t, wait(), errTooSlow)
		require.Equal(t, 10*time.Second, time.Since(began), "each transaction has its own time")
		v.Store(1)
		require.NoError(t, wait())
		require.Equal(t, 10*time.Second, time.Since(began))
	})
}

func TestAfterInSelectAndUntil(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := tvar.New(0)
		began := time.Now()
		take := func(tx *stm.Tx) error { tx.Check(v.Get(tx) > 0); return nil }
		chosen, err := stm.Select(t.Context(), take, stm.After(time.Minute), stm.After(time.Hour))
		require.NoError(t, err)
		require.Equal(t, 1, chosen)
		require.Equal(t, time.Minute, time.Since(began))
		at := began.Add(time.Hour)
		require.NoError(t, stm.Atomically(t.Context(), func(tx *stm.Tx) error { tx.Until(at); return nil }))
		require.Equal(t, time.Hour, time.Since(began))
		require.NoError(t, stm.Atomically(t.Context(), func(tx *stm.Tx) error { tx.Until(began); tx.After(-1); return nil }))
		require.Equal(t, time.Hour, time.Since(began), "what is past passes")
		c, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, stm.Atomically(c, func(tx *stm.Tx) error { tx.After(time.Minute); return nil }), context.DeadlineExceeded)
	})
}

func TestIrrevocablesAreCountedByNameAndPlace(t *testing.T) {
	before := stm.ReadStats()
	earlier := map[string]uint64{} // by name, when the test runs again
	for _, s := range stm.Irrevocables() {
		earlier[s.Name] = s.Count
	}
	v := tvar.New(0)
	for range 3 {
		_ = stm.Atomically(t.Context(), func(tx *stm.Tx) error { v.Set(tx, 1); return nil }, stm.Irrevocable(), stm.Name("option"))
	}
	_ = stm.Atomically(t.Context(), func(tx *stm.Tx) error {
		tx.Irrevocable()
		tx.Irrevocable() // again is nothing
		return nil
	}, stm.Name("call"))
	_ = stm.Atomically(t.Context(), func(tx *stm.Tx) error { tx.IrrevocableFor("os.write"); return nil })
	require.EqualValues(t, 5, stm.ReadStats().Sub(before).Irrevocables)
	found := map[string]stm.IrrevocableSite{}
	for _, s := range stm.Irrevocables() {
		found[s.Name] = s
	}
	for name, n := range map[string]uint64{"option": 3, "call": 1, "os.write": 1} {
		require.Equal(t, n, found[name].Count-earlier[name], name)
		require.Contains(t, found[name].Site, "TestIrrevocablesAreCountedByNameAndPlace", name)
		require.Contains(t, found[name].Site, "waiting_test.go:", name)
		require.Contains(t, found[name].String(), name)
	}
}

func TestWatchdogNamesTheHolder(t *testing.T) {
	var stalls atomic.Int32
	seen := make(chan stm.Stall, 10)
	stm.Watchdog(time.Millisecond, func(s stm.Stall) { stalls.Add(1); seen <- s })
	defer stm.Watchdog(0, nil)
	v := tvar.New(0)
	holding, done := make(chan bool), make(chan bool)
	var first stm.Stall
	go func() {
		defer close(done)
		_ = stm.Atomically(t.Context(), func(tx *stm.Tx) error {
			tx.IrrevocableFor("print")
			close(holding)
			first = <-seen
			return nil
		})
	}()
	<-holding
	v.Store(1) // waits for the gate
	<-done
	require.Equal(t, "print", first.Name)
	require.Contains(t, first.Site, "TestWatchdogNamesTheHolder")
	require.GreaterOrEqual(t, first.Held, time.Millisecond)
	require.Contains(t, first.String(), `"print"`)
	require.EqualValues(t, 1, stalls.Load(), "once for each holder")
}
