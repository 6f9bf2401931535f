package engine_test

import (
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// overwrites is how often a variable is written beside a View.
const overwrites = 100_000

// TestHistoryWithoutViews: nobody wants old versions, so none is kept.
func TestHistoryWithoutViews(t *testing.T) {
	v := tvar.New(0)
	for range overwrites {
		v.Modify(inc)
	}
	require.Zero(t, engine.PastNodes(cell(v)))
	require.False(t, engine.Annexed(cell(v)))
}

// TestHistoryOfAPinnedView: one older version, however many there were, and
// none once the View has ended.
func TestHistoryOfAPinnedView(t *testing.T) {
	v, w := tvar.New(-1), tvar.New(-1)
	n, err := stm.View(ctx, func(tx *stm.Tx) (int, error) {
		most := 0
		elsewhere(func() {
			for i := range overwrites {
				if i%2 == 0 {
					v.Store(i)
				} else {
					update(t, func(tx *stm.Tx) { v.Set(tx, i) })
				}
				most = max(most, engine.PastNodes(cell(v)))
			}
			w.Store(0) // never written again
		})
		require.Equal(t, 1, most)
		require.Equal(t, 1, engine.PastNodes(cell(w)))
		return v.Get(tx) + w.Get(tx), nil
	})
	require.NoError(t, err)
	require.Equal(t, -2, n)
	for _, c := range []*engine.Cell{cell(v), cell(w)} {
		require.Zero(t, engine.PastNodes(c))
		require.False(t, engine.Annexed(c))
	}
	require.Zero(t, engine.ListedPasts())
}

// TestHistoryIsBoundedByViews: at most one older version per View that needs
// one, and each gets its own.
func TestHistoryIsBoundedByViews(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const views = 12 // more than a horizon keeps without allocating
		v := tvar.New(0)
		release := make([]chan struct{}, views)
		var wg sync.WaitGroup
		for i := range views {
			release[i] = make(chan struct{})
			wg.Go(func() {
				n, err := stm.View(ctx, func(tx *stm.Tx) (int, error) { <-release[i]; return v.Get(tx), nil })
				if n != 10*i || err != nil {
					t.Errorf("View %d saw %d, %v", i, n, err)
				}
			})
			synctest.Wait()
			for range 10 {
				v.Modify(inc)
			}
			require.Equal(t, i+1, engine.PastNodes(cell(v)))
		}
		for i := range views { // from the oldest on, and from the middle
			close(release[(i+views/2)%views])
			synctest.Wait()
			v.Modify(func(n int) int { return n })
			require.Equal(t, views-1-i, engine.PastNodes(cell(v)), "trimmed by the next write")
		}
		wg.Wait()
		require.False(t, engine.Annexed(cell(v)))
	})
}

// TestManyShortViewsBesideALongOne: what the short ones wanted goes although
// the long one stays.
func TestManyShortViewsBesideALongOne(t *testing.T) {
	vars := make([]*tvar.Var[int], 100)
	for i := range vars {
		vars[i] = tvar.New(0)
	}
	total := func() (n int) {
		for _, v := range vars {
			n += engine.PastNodes(cell(v))
		}
		return n
	}
	_, err := stm.View(ctx, func(long *stm.Tx) (int, error) {
		elsewhere(func() {
			for i := range 3000 {
				v := vars[i%len(vars)]
				_, err := stm.View(ctx, func(tx *stm.Tx) (int, error) {
					elsewhere(func() { v.Store(i + 1) })
					return v.Get(tx), nil
				})
				if err != nil {
					t.Error(err)
				}
				if n := engine.PastNodes(cell(v)); n > 2 {
					t.Errorf("%d older versions", n)
				}
			}
		})
		require.LessOrEqual(t, total(), 2*len(vars))
		for _, v := range vars {
			require.Zero(t, v.Get(long))
		}
		return 0, nil
	})
	require.NoError(t, err)
	require.Zero(t, total())
	require.Zero(t, engine.ListedPasts())
}

// TestPresenceOfSnapshotsGoesAway: when Views have been away for a while
// writers stop looking for them.
func TestPresenceOfSnapshotsGoesAway(t *testing.T) {
	v := tvar.New(0)
	_, err := stm.View(ctx, func(tx *stm.Tx) (int, error) { return v.Get(tx), nil })
	require.NoError(t, err)
	require.True(t, engine.SnapshotsPresent())
	for range 200 {
		v.Modify(inc)
	}
	require.False(t, engine.SnapshotsPresent())
	n, err := stm.View(ctx, func(tx *stm.Tx) (int, error) {
		elsewhere(func() { v.Store(-1) })
		return v.Get(tx), nil
	})
	require.NoError(t, err)
	require.Equal(t, 200, n)
}

// TestHistoryGoesUnderLoad: Views of all lengths beside writers. When the dust
// settles nothing is left.
func TestHistoryGoesUnderLoad(t *testing.T) {
	engine.SetNoise(3000, 1)
	defer engine.SetNoise(0, 0)
	var vars [32]*tvar.Var[int]
	for i := range vars {
		vars[i] = tvar.New(0)
	}
	var wg sync.WaitGroup
	for g := range 2 {
		wg.Go(func() {
			for i := range 2000 {
				update(t, func(tx *stm.Tx) {
					vars[i%32].Update(tx, inc)
					vars[(i*7+g+1)%32].Update(tx, func(n int) int { return n - 1 })
				})
			}
		})
		wg.Go(func() {
			for i := range 500 {
				sum, err := stm.View(ctx, func(tx *stm.Tx) (sum int, _ error) {
					for _, v := range vars[:32] {
						sum += v.Get(tx)
					}
					return sum, nil
				})
				if sum != 0 || err != nil {
					t.Error(i, sum, err)
				}
			}
		})
	}
	wg.Wait()
	for range 2 { // a View that ends last sweeps
		_, _ = stm.View(ctx, func(*stm.Tx) (int, error) { return 0, nil })
	}
	for _, v := range vars {
		require.Zero(t, engine.PastNodes(cell(v)))
		require.False(t, engine.Annexed(cell(v)))
	}
	require.Zero(t, engine.ListedPasts())
	require.NoError(t, engine.Leftover())
}
