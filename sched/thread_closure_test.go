package sched_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/sched/heap"
)

// TestAtomicallyIsAllOrNothingWhenDoomed: a closure that is doomed while it runs
// is undone, also if it never looks around; doomed later, it has committed.
func TestAtomicallyIsAllOrNothingWhenDoomed(t *testing.T) {
	killed := errors.New("killed")
	inModes(t, func(t *testing.T, m *sched.Machine) {
		var c heap.Cell[int]
		th, err := m.NewThread(ctx, nil)
		require.NoError(t, err)
		defer th.Close()
		require.ErrorIs(t, th.Atomically(func() error {
			c.Set(th, 1)
			th.Doom(killed)
			return nil
		}), killed)
		require.Zero(t, peek(t, m, &c))
		require.ErrorIs(t, th.Atomically(func() error { c.Set(th, 2); return nil }), killed)
		require.Zero(t, peek(t, m, &c))

		require.ErrorIs(t, th.Pardon(), killed)
		require.NoError(t, th.Atomically(func() error {
			c.Set(th, 3)
			th.OnCommit(func() { th.Doom(killed) })
			return nil
		}))
		require.Equal(t, 3, peek(t, m, &c))
		require.ErrorIs(t, th.Atomically(func() error { return nil }), killed)
	})
}

// place is a guest that is at one position.
type place struct{ at sched.Position }

func (p *place) Save()                    { panic("a closure has no checkpoint") }
func (p *place) Restore()                 { panic("a closure has no checkpoint") }
func (p *place) Position() sched.Position { return p.at }

// TestConflictsOfClosuresHavePositions: where the loser was, where it began, and
// where the winner began.
func TestConflictsOfClosuresHavePositions(t *testing.T) {
	m := transacting(sched.SitePositions(func(site uint32) sched.Position {
		return sched.Position{File: "site", Line: int(site)}
	}))
	var c, out heap.Cell[int]
	c.Label("c")
	guest := &place{}
	th, err := m.NewThread(ctx, guest)
	require.NoError(t, err)
	defer th.Close()
	rival, err := m.NewThread(ctx, nil)
	require.NoError(t, err)
	defer rival.Close()
	tries := 0
	require.NoError(t, th.AtomicallyAt(3, func() error {
		tries++
		n := c.Get(th)
		guest.at = sched.Position{File: "guest", Line: 10 + tries}
		if tries == 1 {
			elsewhere(func() { _ = rival.AtomicallyAt(5, func() error { c.Set(rival, 1); return nil }) })
		}
		out.Set(th, n)
		return nil
	}))
	require.Equal(t, 2, tries)
	sites := m.Conflicts()
	require.Len(t, sites, 1)
	require.Equal(t, sched.Position{File: "guest", Line: 11}, sites[0].Mine)
	require.Equal(t, sched.Position{File: "site", Line: 5}, sites[0].Other)
	require.Equal(t, "c", sites[0].Object)
}
