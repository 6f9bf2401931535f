package memory

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	ctx     = context.Background()
	errBody = errors.New("body")
)

// each runs a test on all systems that promise something.
func each(t *testing.T, needs Features, test func(t *testing.T, m Memory[int])) {
	for _, s := range Systems() {
		if !s.Broken && s.Features&needs == needs {
			t.Run(s.Name, func(t *testing.T) { test(t, New(s.Name, []int{0, 0, 0, 0})) })
		}
	}
}

func TestBlocksCount(t *testing.T) {
	each(t, 0, func(t *testing.T, m Memory[int]) {
		var wg sync.WaitGroup
		for range 4 {
			s := m.Session()
			wg.Go(func() {
				for range 200 {
					_ = s.Update(ctx, func(tx Tx[int]) error {
						x := tx.Get(0)
						tx.Set(0, x+1)
						tx.Commute(1, func(x int) int { return x + 1 })
						return nil
					})
					m.Modify(2, func(x int) int { return x + 1 })
				}
			})
		}
		wg.Wait()
		for v := range 3 {
			require.Equal(t, 800, m.Load(v))
		}
	})
}

func TestErrorAndPanicUndo(t *testing.T) {
	each(t, 0, func(t *testing.T, m Memory[int]) {
		s := m.Session()
		require.ErrorIs(t, s.Update(ctx, func(tx Tx[int]) error {
			tx.Set(0, 1)
			tx.Set(0, 2)
			return errBody
		}), errBody)
		require.PanicsWithValue(t, "boom", func() {
			_ = s.Update(ctx, func(tx Tx[int]) error {
				tx.Set(1, 1)
				panic("boom")
			})
		})
		require.NoError(t, s.View(ctx, func(tx Tx[int]) error {
			require.Zero(t, tx.Get(0)+tx.Get(1))
			return nil
		}))
	})
}

func TestRetryWaitsForChange(t *testing.T) {
	each(t, 0, func(t *testing.T, m Memory[int]) {
		s, other := m.Session(), m.Session()
		var wg sync.WaitGroup
		wg.Go(func() {
			_ = s.Update(ctx, func(tx Tx[int]) error {
				tx.Set(1, 7) // undone by Retry
				if tx.Get(0) == 0 {
					tx.Retry()
				}
				tx.Set(2, tx.Get(1))
				return nil
			})
		})
		require.NoError(t, other.Update(ctx, func(tx Tx[int]) error { tx.Set(0, 1); return nil }))
		wg.Wait()
		require.Equal(t, 7, m.Load(2))
	})
}

func TestCancelEndsRetry(t *testing.T) {
	each(t, 0, func(t *testing.T, m Memory[int]) {
		s := m.Session()
		ctx, cancel := context.WithCancel(ctx)
		err := s.Update(ctx, func(tx Tx[int]) error {
			tx.Set(1, 1)
			tx.Get(0)
			cancel()
			tx.Retry()
			return nil
		})
		require.ErrorIs(t, err, context.Canceled)
		require.Zero(t, m.Load(1))
		require.ErrorIs(t, s.View(ctx, nil), context.Canceled)
	})
}

func TestOrElseTakesTheFirstThatGoesOn(t *testing.T) {
	each(t, 0, func(t *testing.T, m Memory[int]) {
		s := m.Session()
		require.NoError(t, s.Update(ctx, func(tx Tx[int]) error {
			return tx.OrElse(
				func() error { tx.Set(0, 1); tx.Get(3); tx.Retry(); return nil },
				func() error { tx.Set(1, 1); return nil },
			)
		}))
		require.Zero(t, m.Load(0))
		require.Equal(t, 1, m.Load(1))
	})
}

func TestNestedAndHooks(t *testing.T) {
	each(t, Nested|Hooks, func(t *testing.T, m Memory[int]) {
		s := m.Session()
		var ran []string
		note := func(what string) func() { return func() { ran = append(ran, what) } }
		body := func(end error) func(tx Tx[int]) error {
			return func(tx Tx[int]) error {
				tx.OnCommit(note("c1"))
				tx.OnRollback(note("r1"))
				tx.OnRollback(note("r2"))
				_ = tx.Nested(func() error {
					tx.Set(0, 1)
					tx.OnCommit(note("never"))
					tx.OnRollback(note("nested"))
					return errBody
				})
				tx.OnCommit(note("c2"))
				return end
			}
		}
		require.NoError(t, s.Update(ctx, body(nil)))
		require.Equal(t, []string{"nested", "c1", "c2"}, ran)
		ran = nil
		require.ErrorIs(t, s.Update(ctx, body(errBody)), errBody)
		require.Equal(t, []string{"nested", "r2", "r1"}, ran)
		require.Zero(t, m.Load(0))
	})
}

func TestVersionsGrow(t *testing.T) {
	for _, name := range []string{Weft, Mutex, RWMutex} {
		s := New(name, []int{0}).Session()
		var versions [3]uint64
		for i := range versions {
			require.NoError(t, s.Update(ctx, func(tx Tx[int]) error {
				tx.NoteVersion(&versions[i])
				tx.Set(0, i)
				return nil
			}))
		}
		require.Less(t, versions[0], versions[1], name)
		require.Less(t, versions[1], versions[2], name)
	}
}

// TestNoneIsBroken shows by one goroutine, with a block inside another, that
// nothing is kept apart.
func TestNoneIsBroken(t *testing.T) {
	m := New(None, []int{0})
	a, b := m.Session(), m.Session()
	_ = a.Update(ctx, func(tx Tx[int]) error {
		x := tx.Get(0)
		_ = b.Update(ctx, func(tx Tx[int]) error { tx.Set(0, 5); return nil })
		tx.Set(0, x+1)
		return nil
	})
	require.Equal(t, 1, m.Load(0), "an update was lost")
}

func TestFind(t *testing.T) {
	for _, s := range Systems() {
		got, err := Find(s.Name)
		require.NoError(t, err)
		require.Equal(t, s, got)
	}
	_, err := Find("nonsense")
	require.ErrorContains(t, err, "weft, weft-policies, mutex")
	require.Panics(t, func() { New[int]("nonsense", nil) })
}

// TestLostOn: an attempt of Weft knows where the one before lost.
func TestLostOn(t *testing.T) {
	for _, name := range []string{Weft, Policies} {
		m := New(name, []int{0, 0, 0, 0})
		s, other := m.Session(), m.Session()
		var lost []int
		require.NoError(t, s.Update(ctx, func(tx Tx[int]) error {
			lost = append(lost, tx.LostOn())
			x := tx.Get(1) + tx.Get(2)
			if len(lost) == 1 {
				var wg sync.WaitGroup
				wg.Go(func() { _ = other.Update(ctx, func(tx Tx[int]) error { tx.Set(2, 1); return nil }) })
				wg.Wait()
			}
			tx.Set(3, x)
			return nil
		}))
		require.Equal(t, []int{-1, 2}, lost, name)
	}
}

// TestIrrevocably: one at a time, and once each, whatever others do.
func TestIrrevocably(t *testing.T) {
	each(t, Irrevocable, func(t *testing.T, m Memory[int]) {
		runs := 0 // plain: irrevocable bodies exclude one another
		var wg sync.WaitGroup
		for i := range 8 {
			s := m.Session()
			wg.Go(func() {
				for range 50 {
					switch i % 3 {
					case 0:
						_ = s.Irrevocably(ctx, func(tx Tx[int]) error {
							runs++
							tx.Set(0, tx.Get(0)+1)
							return nil
						})
					case 1:
						_ = s.Update(ctx, func(tx Tx[int]) error {
							n := tx.Get(0)
							tx.Irrevocable()
							runs++
							tx.Set(0, n+1)
							return nil
						})
					default:
						_ = s.Update(ctx, func(tx Tx[int]) error {
							tx.Set(1, tx.Get(0))
							return nil
						})
					}
				}
			})
		}
		wg.Wait()
		require.Equal(t, 300, runs)
		require.Equal(t, 300, m.Load(0))
	})
}
