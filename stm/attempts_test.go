package stm_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// TestMaxAttemptsIsExact: n bodies, then the error.
func TestMaxAttemptsIsExact(t *testing.T) {
	for _, n := range []int{1, 2, 5, 16, 17, 40} {
		r := newRival()
		bodies := 0
		err := stm.Atomically(ctx, func(tx *stm.Tx) error {
			bodies++
			require.Equal(t, bodies, tx.Attempt())
			if bodies > 16 {
				// Under the token nobody can make it lose but itself.
				r.x.Get(tx)
				return nil
			}
			r.beat(tx)
			return nil
		}, stm.MaxAttempts(n))
		if n <= 16 {
			require.Equal(t, n, bodies)
			var c *stm.ContentionError
			require.ErrorAs(t, err, &c)
			require.Equal(t, n, c.Attempts)
		} else {
			require.NoError(t, err)
			require.Equal(t, 17, bodies, "the attempt after the sixteenth loss cannot lose")
		}
	}
}

// TestMaxAttemptsDoesNotCountWaits.
func TestMaxAttemptsDoesNotCountWaits(t *testing.T) {
	r, v := newRival(), tvar.New(0)
	bodies := 0
	err := stm.Atomically(ctx, func(tx *stm.Tx) error {
		bodies++
		if n := v.Get(tx); n < 5 {
			go v.Store(n + 1)
			tx.Retry()
		}
		r.beat(tx)
		return nil
	}, stm.MaxAttempts(2))
	var c *stm.ContentionError
	require.ErrorAs(t, err, &c)
	require.Equal(t, 2, c.Attempts)
	require.Equal(t, 5+2, bodies)
}

// TestMaxAttemptsWins if one attempt gets through.
func TestMaxAttemptsWins(t *testing.T) {
	r := newRival()
	require.NoError(t, stm.Atomically(ctx, func(tx *stm.Tx) error {
		if tx.Attempt() < 3 {
			r.beat(tx)
		}
		return nil
	}, stm.MaxAttempts(3)))
}

// TestContentionErrorNames the transaction, the variables and the rivals.
func TestContentionErrorNames(t *testing.T) {
	r := newRival(tvar.Label("inventory"))
	err := stm.Atomically(ctx, func(tx *stm.Tx) error { r.beat(tx, stm.Name("restock")); return nil },
		stm.Name("order"), stm.MaxAttempts(2))
	require.Equal(t, &stm.ContentionError{
		Name: "order", Attempts: 2, Vars: []string{"inventory"}, Rivals: []string{"restock"},
	}, err)
	require.EqualError(t, err, `stm: transaction "order" lost all of its 2 attempts, on inventory, to restock: allow more by MaxAttempts, or make it smaller`)
}

// TestContentionErrorWithoutNames still says how often, and that names lack.
func TestContentionErrorWithoutNames(t *testing.T) {
	r := newRival()
	err := stm.Atomically(ctx, func(tx *stm.Tx) error { r.beat(tx); return nil }, stm.MaxAttempts(1))
	var c *stm.ContentionError
	require.ErrorAs(t, err, &c)
	require.Empty(t, c.Name)
	require.Equal(t, 1, c.Attempts)
	require.Len(t, c.Vars, 1)
	require.Contains(t, c.Vars[0], "unlabelled")
	require.Equal(t, []string{"unnamed"}, c.Rivals)
	require.Contains(t, err.Error(), "1 attempts")
}

// TestContentionErrorAtCommit: a loss found when everything is locked is
// reported like one found by a read.
func TestContentionErrorAtCommit(t *testing.T) {
	v, w := tvar.New(0, tvar.Label("v")), tvar.New(0)
	err := stm.Atomically(ctx, func(tx *stm.Tx) error {
		w.Set(tx, v.Get(tx))
		elsewhere(func() { update(t, func(tx *stm.Tx) { v.Update(tx, inc) }, stm.Name("winner")) })
		return nil
	}, stm.MaxAttempts(1))
	var c *stm.ContentionError
	require.ErrorAs(t, err, &c)
	require.Equal(t, []string{"v"}, c.Vars)
	require.Equal(t, []string{"winner"}, c.Rivals)
	require.Zero(t, w.Load())
}

// TestContentionErrorIsBounded and lists each name once.
func TestContentionErrorIsBounded(t *testing.T) {
	r := newRival(tvar.Label("hot"))
	err := stm.Atomically(ctx, func(tx *stm.Tx) error { r.beat(tx, stm.Name("a"), stm.Name("b")); return nil },
		stm.MaxAttempts(10))
	var c *stm.ContentionError
	require.True(t, errors.As(err, &c))
	require.Equal(t, []string{"hot"}, c.Vars)
	require.Equal(t, []string{"b"}, c.Rivals, "the last Name counts")
}

// TestReportIsForgotten: one transaction's losses are not told of the next.
func TestReportIsForgotten(t *testing.T) {
	for _, label := range []string{"first", "second"} {
		r := newRival(tvar.Label(label))
		err := stm.Atomically(ctx, func(tx *stm.Tx) error { r.beat(tx); return nil }, stm.MaxAttempts(2))
		var c *stm.ContentionError
		require.ErrorAs(t, err, &c)
		require.Equal(t, []string{label}, c.Vars)
	}
}

// TestAttemptCountsFromOne in each transaction, over conflicts and waits.
func TestAttemptCountsFromOne(t *testing.T) {
	for range 2 {
		r, v := newRival(), tvar.New(0)
		var seen []int
		update(t, func(tx *stm.Tx) {
			seen = append(seen, tx.Attempt())
			switch len(seen) {
			case 1:
				r.beat(tx)
			case 2:
				v.Get(tx)
				go v.Store(1)
				tx.Retry()
			}
		})
		require.Equal(t, []int{1, 2, 3}, seen)
	}
}

// TestStartedUnderTheTokenAfterSixteenLosses, and after enough wasted work.
func TestEscalation(t *testing.T) {
	for name, c := range map[string]struct{ reads, losses int }{
		"many losses":   {0, 16},
		"wasted access": {1500, 3}, // 3 × 1500 > 4096
	} {
		t.Run(name, func(t *testing.T) {
			r, v := newRival(), tvar.New(0)
			before := stm.ReadStats()
			losses := 0
			update(t, func(tx *stm.Tx) {
				for range c.reads {
					v.Get(tx)
				}
				if losses < c.losses {
					losses++
					r.beat(tx)
				}
				require.Equal(t, c.losses+1, tx.Attempt())
			})
			require.EqualValues(t, 1, stm.ReadStats().Sub(before).Escalations)
		})
	}
}

// TestStatsAddUp over a known sequence.
func TestStatsAddUp(t *testing.T) {
	r, v := newRival(), tvar.New(0)
	before := stm.ReadStats()
	update(t, func(tx *stm.Tx) { // 3 attempts; the rival's is another
		switch tx.Attempt() {
		case 1:
			r.beat(tx)
		case 2:
			v.Get(tx)
			tx.OnRollback(func() { v.Store(1) })
			tx.Retry()
		}
	})
	_ = stm.Atomically(ctx, func(*stm.Tx) error { return errBody })
	quietly(func() { _ = stm.Atomically(ctx, func(*stm.Tx) error { panic("x") }) })
	_, _ = stm.View(ctx, func(tx *stm.Tx) (int, error) {
		elsewhere(func() { v.Store(2) })
		return v.Get(tx), nil
	})
	d := stm.ReadStats().Sub(before)
	require.Equal(t, stm.Stats{
		Attempts: 3 + 1 + 1 + 1 + 1, Commits: 1 + 1 + 1, Conflicts: 1, Retries: 1, Failures: 2,
		Parks: 1, HistoryReads: 1,
	}, d)
	require.Equal(t, "7 attempts: 3 commits, 1 conflicts, 1 retries, 2 failures; 0 extensions, 1 parks, 0 wakes, 0 escalations, 0 irrevocable, 1 history reads, 0 swallowed", d.String())
}
