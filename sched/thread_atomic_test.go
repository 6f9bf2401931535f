package sched_test

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/sched/heap"
	"github.com/weft-stm/weft/stm"
)

// TestRegionsAreNotBroken: others see nothing of a region before its end, three
// regions deep and however many breaks there are.
func TestRegionsAreNotBroken(t *testing.T) {
	m := transacting(sched.Lengths(1, 1))
	var c heap.Cell[int]
	p := newPuppet(t, m)
	p.Enter()
	for range 3 {
		p.EnterAtomic()
		c.Set(p.Thread, c.Get(p.Thread)+1)
		for range 10 {
			p.tick()
			require.Equal(t, sched.Proceed, p.Break(1))
		}
		require.True(t, p.InAtomic())
	}
	for range 3 {
		require.Zero(t, peek(t, m, &c))
		p.LeaveAtomic()
	}
	require.False(t, p.InAtomic())
	p.tick()
	require.Equal(t, sched.Proceed, p.Break(1))
	require.Equal(t, 3, peek(t, m, &c))
}

// TestUndoAtomic takes back what the region did, and nothing else.
func TestUndoAtomic(t *testing.T) {
	inModes(t, func(t *testing.T, m *sched.Machine) {
		var a, b heap.Cell[int]
		var d heap.Dict[string, int]
		var l heap.Array[int]
		var n heap.Counter
		local := heap.NewLocal(m, 1)
		p := newPuppet(t, m)
		p.Enter()
		a.Set(p.Thread, 1)
		d.Set(p.Thread, "before", 1)
		p.EnterAtomic()
		a.Set(p.Thread, 2)
		p.EnterAtomic()
		a.Set(p.Thread, 3)
		b.Set(p.Thread, 3)
		d.Set(p.Thread, "inside", 3)
		d.Delete(p.Thread, "before")
		l.Append(p.Thread, 3)
		n.Add(p.Thread, 3)
		local.Set(p.Thread, 3)
		made := heap.NewCell(p.Thread, 3)
		made.Set(p.Thread, 4)
		p.UndoAtomic()
		require.Equal(t, 2, a.Get(p.Thread))
		require.Zero(t, b.Get(p.Thread))
		require.Equal(t, []string{"before"}, d.Keys(p.Thread))
		require.Equal(t, 1, d.Len(p.Thread))
		require.Zero(t, l.Len(p.Thread))
		require.Zero(t, n.Get(p.Thread))
		require.Equal(t, 1, local.Get(p.Thread))
		b.Set(p.Thread, 5)
		p.LeaveAtomic()
		require.Equal(t, sched.Proceed, p.Leave(""))
		require.Equal(t, 2, peek(t, m, &a))
		require.Equal(t, 5, peek(t, m, &b))
	})
}

// TestUndoOfWhatWasMadeBefore the region, in the same transaction.
func TestUndoOfWhatWasMadeBefore(t *testing.T) {
	inModes(t, func(t *testing.T, m *sched.Machine) {
		p := newPuppet(t, m)
		p.Enter()
		o := heap.NewObject[string](p.Thread, 2)
		o.Set(p.Thread, 0, "before")
		p.EnterAtomic()
		o.Set(p.Thread, 0, "inside")
		o.Set(p.Thread, 1, "inside")
		p.UndoAtomic()
		require.Equal(t, "before", o.Get(p.Thread, 0))
		require.Empty(t, o.Get(p.Thread, 1))
		o.Set(p.Thread, 1, "after")
		require.Equal(t, "after", o.Get(p.Thread, 1))
	})
}

// TestSingle: the region is one transaction, and nothing else is in it.
func TestSingle(t *testing.T) {
	m := transacting()
	var before, inside heap.Cell[int]
	p := newPuppet(t, m)
	p.Enter()
	before.Set(p.Thread, 1)
	status, err := p.EnterSingle()
	require.NoError(t, err)
	require.Equal(t, sched.Proceed, status)
	require.Equal(t, 1, peek(t, m, &before), "what was before is committed")

	_, err = p.EnterSingle()
	require.ErrorIs(t, err, sched.ErrInAtomic)

	inside.Set(p.Thread, inside.Get(p.Thread)+1)
	require.Equal(t, sched.Proceed, p.LeaveSingle())
	require.Equal(t, 1, peek(t, m, &inside), "and what is inside, at its end")
	require.Equal(t, sched.Proceed, p.Leave(""))
	p.Close()
	require.EqualValues(t, 3, m.Stats().Commits-2, "one before, one inside, one after; and two of peek")
}

// TestSingleIsLost: the guest comes back inside the region.
func TestSingleIsLost(t *testing.T) {
	m := transacting()
	var x, y heap.Cell[int]
	p := newPuppet(t, m)
	p.Enter()
	p.pc = 1
	_, err := p.EnterSingle()
	require.NoError(t, err)
	y.Set(p.Thread, x.Get(p.Thread)+1)
	p.pc = 2
	atOnce(t, m, func(th *sched.Thread) { x.Set(th, 10) })
	require.Equal(t, sched.Again, p.LeaveSingle())
	require.Equal(t, 1, p.pc)
	require.True(t, p.InAtomic())
	y.Set(p.Thread, x.Get(p.Thread)+1)
	require.Equal(t, sched.Proceed, p.LeaveSingle())
	require.Equal(t, 11, peek(t, m, &y))
}

// TestRetryWaits for a change of what was read, in all modes, and goes back to
// the beginning of the region, or of the transaction.
func TestRetryWaits(t *testing.T) {
	for _, mode := range machineModes {
		t.Run(mode.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := sched.NewMachine(mode.opts...)
				var c, unrelated heap.Cell[int]
				tries, got := 0, 0
				done := false
				go func() {
					p := newPuppet(t, m)
					defer p.Close()
					p.Enter()
					p.EnterAtomic()
					for got == 0 {
						tries++
						unrelated.Set(p.Thread, tries)
						if got = c.Get(p.Thread); got == 0 {
							status, err := p.Retry()
							require.NoError(t, err)
							require.Equal(t, sched.Again, status)
							if !p.InAtomic() {
								p.EnterAtomic() // where Restore has brought us
							}
						}
					}
					p.LeaveAtomic()
					require.Equal(t, sched.Proceed, p.Leave(""))
					done = true
				}()
				synctest.Wait()
				require.Equal(t, 1, tries)
				require.Zero(t, peek(t, m, &unrelated), "the region is undone while it waits")
				atOnce(t, m, func(th *sched.Thread) { c.Set(th, 7) })
				synctest.Wait()
				require.True(t, done)
				require.Equal(t, 7, got)
				require.Equal(t, tries, peek(t, m, &unrelated))
			})
		})
	}
}

// TestRetryShowsWhatCameBefore: who makes the condition true may have to see
// first what the thread did before the region, be it a write, or something that
// waits for the commit.
func TestRetryShowsWhatCameBefore(t *testing.T) {
	for name, before := range map[string]func(p *puppet, asked *heap.Cell[int], ask func()){
		"write": func(p *puppet, asked *heap.Cell[int], _ func()) { asked.Set(p.Thread, 1) },
		"region": func(p *puppet, asked *heap.Cell[int], _ func()) {
			if !p.InAtomic() && p.EnterAtomic() != sched.Proceed {
				return
			}
			asked.Set(p.Thread, 1)
			p.LeaveAtomic()
		},
		"defer": func(p *puppet, _ *heap.Cell[int], ask func()) { p.Defer(ask) },
		"hook":  func(p *puppet, _ *heap.Cell[int], ask func()) { p.OnCommit(ask) },
	} {
		for _, mode := range machineModes {
			t.Run(name+"/"+mode.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					m := sched.NewMachine(mode.opts...)
					var asked, answer heap.Cell[int]
					asks := 0
					ask := func() {
						asks++
						go atOnce(t, m, func(th *sched.Thread) { asked.Set(th, 1) })
					}
					go atOnce(t, m, func(th *sched.Thread) {
						if asked.Get(th) == 0 {
							s, err := th.Retry()
							require.NoError(t, err)
							th.Must(s)
						}
						answer.Set(th, 42)
					})
					p := newPuppet(t, m)
					defer p.Close()
					got := 0
					status := p.Enter()
					for got == 0 {
						switch {
						case p.pc == 0:
							before(p, &asked, ask)
							p.pc = 1 // a checkpoint in the region is before that
						case !p.InAtomic():
							status = p.EnterAtomic()
						default:
							if got = answer.Get(p.Thread); got == 0 {
								var err error
								status, err = p.Retry()
								require.NoError(t, err)
							}
						}
						require.NotEqual(t, sched.Ended, status)
					}
					p.LeaveAtomic()
					require.Equal(t, sched.Proceed, p.Leave(""))
					require.Equal(t, 42, got)
					if name == "defer" || name == "hook" {
						require.Equal(t, 1, asks)
					}
				})
			})
		}
	}
}

func TestRetryMisused(t *testing.T) {
	inModes(t, func(t *testing.T, m *sched.Machine) {
		p := newPuppet(t, m)
		p.Enter()
		status, err := p.Retry()
		require.ErrorIs(t, err, sched.ErrNotInAtomic)
		require.Equal(t, sched.Proceed, status)
	})
	p := newPuppet(t, transacting())
	p.Enter()
	p.EnterAtomic()
	status, err := p.Retry()
	require.NoError(t, err)
	require.Equal(t, sched.Ended, status)
	require.ErrorIs(t, p.Err(), stm.ErrNothingRead)
}

// TestRetryOfTheIrrevocable is an error, and nothing is undone.
func TestRetryOfTheIrrevocable(t *testing.T) {
	var c heap.Cell[int]
	m := transacting()
	p := newPuppet(t, m)
	p.Enter()
	p.EnterAtomic()
	c.Set(p.Thread, c.Get(p.Thread)+1)
	require.Equal(t, sched.Proceed, p.Irrevocable("test"))
	status, err := p.Retry()
	require.ErrorIs(t, err, stm.ErrIrrevocableRetry)
	require.Equal(t, sched.Proceed, status)
	p.LeaveAtomic()
	require.Equal(t, sched.Proceed, p.Leave(""))
	require.Equal(t, 1, peek(t, m, &c))
}

// TestAtomically: the closure form runs a body as a region, from its beginning
// again if it is lost.
func TestAtomically(t *testing.T) {
	inModes(t, func(t *testing.T, m *sched.Machine) {
		var c heap.Cell[int]
		th, err := m.NewThread(ctx, nil)
		require.NoError(t, err)
		defer th.Close()
		require.NoError(t, th.Atomically(func() error { c.Set(th, 1); return nil }))
		require.Equal(t, 1, peek(t, m, &c))

		failure := errors.New("failure")
		require.ErrorIs(t, th.Atomically(func() error { c.Set(th, 2); return failure }), failure)
		require.Equal(t, 1, peek(t, m, &c), "an error undoes it")

		require.PanicsWithValue(t, "guest", func() {
			_ = th.Atomically(func() error { c.Set(th, 2); panic("guest") })
		})
		require.Equal(t, 1, peek(t, m, &c), "and so does a panic")

		require.NoError(t, th.Atomically(func() error {
			c.Set(th, 3)
			require.ErrorIs(t, th.Atomically(func() error { c.Set(th, 4); return failure }), failure)
			require.Equal(t, 3, c.Get(th), "a part fails by itself")
			require.PanicsWithValue(t, "part", func() {
				_ = th.Atomically(func() error { c.Set(th, 5); panic("part") })
			})
			require.Equal(t, 3, c.Get(th), "also by a panic")
			return th.Atomically(func() error { c.Set(th, 6); return nil })
		}))
		require.Equal(t, 6, peek(t, m, &c))
	})
}

// TestAtomicallyAgain: conflicts and waits inside run the body anew, through
// whatever recovers panics on the way.
func TestAtomicallyAgain(t *testing.T) {
	m := transacting()
	var x, y heap.Cell[int]
	th, err := m.NewThread(ctx, nil)
	require.NoError(t, err)
	defer th.Close()
	tries, rolledBack := 0, 0
	require.NoError(t, th.Atomically(func() error {
		tries++
		th.OnRollback(func() { rolledBack++ })
		a := x.Get(th)
		if tries == 1 {
			atOnce(t, m, func(th *sched.Thread) { x.Set(th, 1); y.Set(th, 1) })
		}
		func() {
			defer func() { _ = recover() }() // a guest's catch-all
			require.Equal(t, a, y.Get(th))
		}()
		return nil
	}))
	require.Equal(t, 2, tries)
	require.Equal(t, 1, rolledBack)
}
