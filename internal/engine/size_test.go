package engine_test

import (
	"os"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/internal/invariants"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// TestManyWrites: a hundred thousand variables in one transaction, found again
// each, and all visible at once.
func TestManyWrites(t *testing.T) {
	const n = 100_000
	vars := make([]tvar.Var[int], n)
	var tx0 *engine.Tx
	update(t, func(tx *stm.Tx) {
		tx0 = tx.Engine()
		for i := range vars {
			vars[i].Set(tx, i)
		}
		for i := range vars {
			if vars[i].Get(tx) != i {
				t.Fatalf("variable %d holds %d", i, vars[i].Get(tx))
			}
			vars[i].Set(tx, -i)
		}
	})
	for i := range vars {
		if vars[i].Load() != -i {
			t.Fatalf("variable %d holds %d", i, vars[i].Load())
		}
	}
	reads, readCap, writes, writeCap, slots := engine.Logs(tx0)
	require.Zero(t, reads)
	require.Zero(t, writes)
	for name, kept := range map[string]int{"reads": readCap, "writes": writeCap, "slots": slots} {
		require.LessOrEqual(t, kept, 1<<14, "%s: large logs are not kept", name)
	}
}

// TestManyReads, of as many, validated when the snapshot is extended.
func TestManyReads(t *testing.T) {
	const n = 100_000
	vars := make([]tvar.Var[int], n)
	attempts, sum := 0, 0
	var tx0 *engine.Tx
	update(t, func(tx *stm.Tx) {
		tx0 = tx.Engine()
		attempts++
		sum = 0
		for i := range vars {
			if i == n/2 && attempts == 1 {
				elsewhere(func() { vars[n-1].Store(1) })
			}
			sum += vars[i].Get(tx)
		}
		vars[0].Set(tx, sum)
	})
	_, readCap, _, _, _ := engine.Logs(tx0)
	require.LessOrEqual(t, readCap, 1<<14, "large logs are not kept")
	require.Equal(t, 1, attempts)
	require.Equal(t, 1, sum)
	require.Equal(t, 1, vars[0].Load())
}

// TestWriteSetsOfAllSizes around the one at which the index is built, with
// parts undone that had outgrown it.
func TestWriteSetsOfAllSizes(t *testing.T) {
	vars := make([]tvar.Var[int], 200)
	for n := range 70 {
		for _, more := range []int{0, 1, 15, 16, 17, 130} {
			for i := range vars {
				vars[i].Store(-1)
			}
			update(t, func(tx *stm.Tx) {
				for i := range n {
					vars[i].Set(tx, i)
				}
				_ = tx.Nested(func(tx *stm.Tx) error {
					for i := range more {
						vars[n+i].Set(tx, 1000)
						vars[(n+i)/2].Set(tx, 1000)
					}
					return errBody
				})
				for i := range n {
					require.Equal(t, i, vars[i].Get(tx))
				}
				for i := range more { // in the opposite order, into the places of the undone ones
					vars[n+more-1-i].Set(tx, n+more-1-i)
				}
				for i := range n + more {
					require.Equal(t, i, vars[i].Get(tx), "%d and %d more", n, more)
				}
			})
			for i := range vars {
				want := i
				if i >= n+more {
					want = -1
				}
				require.Equal(t, want, vars[i].Load())
			}
		}
	}
}

// TestSlotsAreReused: descriptors that panics have made useless give their
// slots back, and idle ones that the collector has found.
func TestSlotsAreReused(t *testing.T) {
	storm := func() {
		for range 100 {
			func() {
				defer func() { _ = recover() }()
				_ = stm.Atomically(ctx, func(*stm.Tx) error { panic("storm") })
			}()
		}
	}
	storm()
	most := 0
	for range 50 {
		storm()
		runtime.GC()
		for range 100 { // the cleanups run on a goroutine of their own
			runtime.Gosched()
		}
		most = max(most, engine.Slots())
	}
	require.Less(t, most, 2000, "of 5,000 descriptors that were thrown away")
}

// TestTenMillionVariables reports what they cost. It needs half a gigabyte:
// set WEFT_TEST_LARGE=1.
func TestTenMillionVariables(t *testing.T) {
	if os.Getenv("WEFT_TEST_LARGE") == "" {
		t.Skip("WEFT_TEST_LARGE is not set")
	}
	const n = 10_000_000
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	vars := make([]*tvar.Var[int], n)
	for i := range vars {
		vars[i] = tvar.New(i)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	per := float64(after.HeapAlloc-before.HeapAlloc)/n - 8 // the pointers
	t.Logf("%.1f bytes a Var", per)
	require.InDelta(t, 32, per, 1)
	sum, err := stm.View(ctx, func(tx *stm.Tx) (sum int64, _ error) {
		for _, v := range vars {
			sum += int64(v.Get(tx))
		}
		return sum, nil
	})
	require.NoError(t, err)
	require.EqualValues(t, int64(n)*(n-1)/2, sum)
}

// TestDescriptorsAreReusedOrNot: a build with invariants uses each once.
func TestDescriptorsAreReusedOrNot(t *testing.T) {
	var first, second *engine.Tx
	update(t, func(tx *stm.Tx) { first = tx.Engine() })
	update(t, func(tx *stm.Tx) { second = tx.Engine() })
	if invariants.Enabled {
		require.NotSame(t, first, second, "each use of a kept handle is caught")
	} else if first != second {
		t.Log("the pool was emptied in between") // a garbage collection may do so
	}
}
