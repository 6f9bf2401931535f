//go:build stmexplore

package explore_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/internal/explore"
)

func outcomes(r *explore.Report) []string { return slices.Sorted(maps.Keys(r.Outcomes)) }

// sound are the programs that never fail, with few enough schedules for all.
var sound = map[string]explore.Program{
	"dekker":      dekker,
	"counter 2":   counter(2),
	"counter 3":   counter(3),
	"counter 4":   counter(4),
	"cas 2":       casCounter(2),
	"cas 3":       casCounter(3),
	"mutex 2":     mutexed(2),
	"mutex 3":     mutexed(3),
	"mutex 4":     mutexed(4),
	"opposite":    opposite,
	"handover":    handover(false),
	"polling":     polling(false),
	"patient":     patient,
	"cancelled":   cancelled,
	"either":      either,
	"independent": independent,
}

// agree holds DPOR to the full search.
func agree(t *testing.T, p explore.Program, limit int) (full, few *explore.Report) {
	full, few = explore.Explore(p, explore.Full(limit)), explore.Explore(p, explore.DPOR(limit))
	require.Nil(t, full.Failure)
	require.Nil(t, few.Failure)
	if full.Exhausted {
		require.True(t, few.Exhausted)
		require.Equal(t, outcomes(full), outcomes(few))
		require.LessOrEqual(t, few.Runs+few.Pruned, full.Runs)
	}
	return full, few
}

func TestReductionLosesNoOutcome(t *testing.T) {
	for name, p := range sound {
		t.Run(name, func(t *testing.T) {
			full, few := agree(t, p, 0)
			t.Logf("full: %s", full)
			t.Logf("dpor: %s", few)
		})
	}
}

// TestReductionLosesNoOutcomeOfRandomPrograms is the same for programs that
// nobody thought of.
func TestReductionLosesNoOutcomeOfRandomPrograms(t *testing.T) {
	const limit = 3000
	programs := 400
	if explore.Deep() {
		programs = 20_000
	}
	var compared, full, few, deadlocks int
	for seed := range programs {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			a, b := agree(t, randomAtomics(uint64(seed)), limit)
			if a.Exhausted {
				compared++
				full += a.Runs
				few += b.Runs + b.Pruned
				deadlocks += a.Deadlocks
			}
		})
	}
	t.Logf("%d programs, %d runs by full search (%d in a deadlock), %d by DPOR", compared, full, deadlocks, few)
	require.Greater(t, compared, programs/2, "too few programs were small enough")
	require.NotZero(t, deadlocks)
}

// TestSeededBugsAreFound expects of each search the bugs that it should find.
func TestSeededBugsAreFound(t *testing.T) {
	searches := []explore.Search{
		explore.Full(100_000), explore.DPOR(10_000), explore.Preemptions(2, 10_000), explore.Preemptions(3, 10_000),
		explore.PCT(1, 3, 10_000), explore.Random(1, 10_000),
	}
	bugs := map[string]struct {
		program explore.Program
		kind    explore.Kind
	}{
		"lost update":      {lostUpdate, explore.Wrong},
		"lost wake-up":     {handover(true), explore.Deadlocked},
		"leaked lock":      {polling(true), explore.Deadlocked},
		"opposite locking": {oppositeLocks, explore.Deadlocked},
		"aba":              {aba, explore.Wrong},
		"panic":            {panicking, explore.Panicked},
		"goexit":           {exiting(false), explore.Panicked},
	}
	for name, bug := range bugs {
		for _, s := range searches {
			t.Run(name+"/"+s.String(), func(t *testing.T) {
				r := explore.Explore(bug.program, s)
				require.NotNil(t, r.Failure, r)
				require.Equal(t, bug.kind, r.Failure.Kind, r.Failure.Text)
				t.Logf("run %d, schedule %s\n%s", r.Runs, r.Failure.Schedule, r.Failure.Trace)

				again, _, err := explore.Replay(bug.program, r.Failure.Schedule)
				require.NoError(t, err)
				require.NotNil(t, again)
				require.Equal(t, bug.kind, again.Kind)
				require.Equal(t, r.Failure.Trace, again.Trace)
			})
		}
	}
}

// TestUnfairSchedulesAreLivelocks: only searches that starve a thread meet it.
func TestUnfairSchedulesAreLivelocks(t *testing.T) {
	for _, s := range []explore.Search{explore.Full(1000), explore.DPOR(1000), explore.Preemptions(0, 1000), explore.PCT(1, 3, 1000)} {
		s.MaxSteps = 200
		r := explore.Explore(livelock, s)
		require.NotNil(t, r.Failure, s)
		require.Equal(t, explore.Livelock, r.Failure.Kind)
	}
}

func TestWhatElseDecidesIsNoticed(t *testing.T) {
	for _, s := range []explore.Search{explore.Full(0), explore.DPOR(0), explore.Preemptions(2, 0), explore.PCT(1, 3, 100), explore.Random(1, 100)} {
		r := explore.Explore(undetermined(), s)
		require.NotNil(t, r.Failure, s)
		require.Equal(t, explore.Nondeterministic, r.Failure.Kind, r.Failure.Text)
	}
}

func TestGoexitMayBeExpected(t *testing.T) {
	r := explore.Explore(exiting(true), explore.Full(0))
	require.Nil(t, r.Failure)
	require.True(t, r.Exhausted)
	require.Equal(t, []string{"1", "2"}, outcomes(r))
}

// TestSearchesAreReproducible runs each search twice.
func TestSearchesAreReproducible(t *testing.T) {
	for _, s := range []explore.Search{explore.DPOR(0), explore.Preemptions(2, 0), explore.PCT(7, 3, 500), explore.Random(7, 500)} {
		require.Equal(t, explore.Explore(casCounter(3), s), explore.Explore(casCounter(3), s), s)
	}
}

// TestBoundedSearchesNest: what k preemptions reach, k+1 reach too.
func TestBoundedSearchesNest(t *testing.T) {
	runs, found := 0, 0
	for bound := range 6 {
		r := explore.Explore(counter(3), explore.Preemptions(bound, 0))
		require.True(t, r.Exhausted)
		require.GreaterOrEqual(t, r.Runs, runs)
		require.GreaterOrEqual(t, len(r.Outcomes), found)
		runs, found = r.Runs, len(r.Outcomes)
	}
	require.Equal(t, explore.Explore(counter(3), explore.Full(0)).Runs, runs)
	require.Equal(t, 6, explore.Explore(counter(3), explore.Preemptions(0, 0)).Runs, "the orders of the threads")
}
