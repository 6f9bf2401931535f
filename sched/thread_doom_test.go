package sched_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/sched/heap"
)

var errKilled = errors.New("killed")

// TestKillInEndlessRegion: the region is undone, what was before it is kept.
func TestKillInEndlessRegion(t *testing.T) {
	inModes(t, func(t *testing.T, m *sched.Machine) {
		var before, inside heap.Cell[int]
		p := newPuppet(t, m)
		ended := make(chan sched.Status)
		ready := make(chan bool)
		go func() {
			p.Enter()
			before.Set(p.Thread, 1)
			p.EnterAtomic()
			inside.Set(p.Thread, 1)
			close(ready)
			for n := 1; ; n++ {
				if p.Tick(1) {
					if s := p.Break(1); s != sched.Proceed {
						ended <- s
						return
					}
				}
			}
		}()
		<-ready
		p.Doom(errKilled)
		p.Doom(errors.New("too late"))
		require.Equal(t, sched.Ended, <-ended)
		require.Equal(t, errKilled, p.Err())
		require.False(t, p.InAtomic())
		require.Equal(t, 1, peek(t, m, &before))
		require.Zero(t, peek(t, m, &inside))
		require.Equal(t, sched.Ended, p.Enter(), "it stays ended")
	})
}

// TestKillWhileWaiting, for a change, for a lock, and outside of transactions.
func TestKillWhileWaiting(t *testing.T) {
	for _, mode := range machineModes {
		t.Run(mode.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := sched.NewMachine(mode.opts...)
				var c heap.Cell[int]
				waits := newPuppet(t, m)
				done := make(chan sched.Status, 1)
				go func() {
					waits.Enter()
					waits.EnterAtomic()
					c.Get(waits.Thread)
					s, _ := waits.Retry()
					done <- s
				}()
				synctest.Wait()
				waits.Doom(errKilled)
				require.Equal(t, sched.Ended, <-done)
				require.Equal(t, errKilled, waits.Err())
				require.Equal(t, 1, waits.restores)

				outside := newPuppet(t, m)
				outside.Doom(errKilled)
				require.Equal(t, sched.Ended, outside.Enter())
			})
		})
	}
}

// TestKillWhileWaitingForTheLock leaves the lock to others.
func TestKillWhileWaitingForTheLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := sched.NewMachine(sched.In(sched.GIL))
		holder := newPuppet(t, m)
		holder.Enter()
		waits := newPuppet(t, m)
		done := make(chan sched.Status, 1)
		go func() { done <- waits.Enter() }()
		synctest.Wait()
		waits.Doom(errKilled)
		require.Equal(t, sched.Ended, <-done)
		require.Equal(t, sched.Proceed, holder.Leave(""))
		require.Equal(t, sched.Proceed, holder.Enter())
	})
}

// TestTimeout: the end of the context dooms the thread, with its cause.
func TestTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := transacting()
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		p := new(puppet)
		th, err := m.NewThread(ctx, p)
		require.NoError(t, err)
		p.Thread = th
		defer p.Close()
		var c heap.Cell[int]
		p.Enter()
		p.EnterAtomic()
		c.Set(th, 1)
		c.Get(th)
		var other heap.Cell[int]
		other.Get(th)
		start := time.Now()
		s, err := p.Retry()
		require.NoError(t, err)
		require.Equal(t, sched.Ended, s)
		require.ErrorIs(t, p.Err(), context.DeadlineExceeded)
		require.Equal(t, time.Second, time.Since(start))
		require.Equal(t, context.DeadlineExceeded, p.Pardon())
		require.Equal(t, sched.Ended, p.Enter(), "there is no pardon for a context that has ended")
	})
}

// TestPardon: a guest may catch what ended it, and goes on from where it was.
func TestPardon(t *testing.T) {
	inModes(t, func(t *testing.T, m *sched.Machine) {
		var c heap.Cell[int]
		p := newPuppet(t, m)
		p.Enter()
		c.Set(p.Thread, 1)
		p.EnterAtomic()
		c.Set(p.Thread, 2)
		p.Doom(errKilled)
		p.tick()
		require.Equal(t, sched.Ended, p.Break(1))
		require.Equal(t, errKilled, p.Pardon())
		require.NoError(t, p.Err())
		require.Equal(t, sched.Proceed, p.Enter())
		require.Equal(t, 1, c.Get(p.Thread))
		p.Doom(errKilled)
		require.Equal(t, sched.Ended, p.Leave(""), "it can be doomed again")
	})
}

// TestStepLimit is exact up to a look around, and the same in all modes.
func TestStepLimit(t *testing.T) {
	inModes(t, func(t *testing.T, m *sched.Machine) {
		p := newPuppet(t, m)
		p.LimitSteps(100_000)
		p.Enter()
		for n := 1; ; n++ {
			if p.Tick(1) && p.Break(1) == sched.Ended {
				require.Equal(t, 100_000, n)
				break
			}
		}
		require.ErrorIs(t, p.Err(), sched.ErrStepLimit)
		require.Equal(t, 100_000, p.Steps())
	})
}

// TestStepsOfLostAttemptsDoNotCount, so that a limit does not depend on
// conflicts.
func TestStepsOfLostAttemptsDoNotCount(t *testing.T) {
	m := transacting()
	var x, y heap.Cell[int]
	p := newPuppet(t, m)
	p.Enter()
	for try := range 3 {
		for range 10 {
			p.Tick(1)
		}
		require.Equal(t, 10, p.Steps())
		y.Set(p.Thread, x.Get(p.Thread))
		if try < 2 {
			atOnce(t, m, func(th *sched.Thread) { x.Set(th, try+1) })
			require.Equal(t, sched.Again, p.Leave(""))
		}
	}
	require.Equal(t, sched.Proceed, p.Leave(""))
	require.Equal(t, 10, p.Steps())
}

// TestKilledAfterItLost: what is lost is undone, and the guest restored, so that
// its state fits that of the heap.
func TestKilledAfterItLost(t *testing.T) {
	m := transacting()
	var x, y heap.Cell[int]
	p := newPuppet(t, m)
	p.pc = 1
	p.Enter()
	p.pc = 2
	y.Set(p.Thread, x.Get(p.Thread)+1)
	atOnce(t, m, func(th *sched.Thread) { x.Set(th, 1) })
	p.Doom(errKilled)
	require.Equal(t, sched.Ended, p.Leave(""))
	require.Equal(t, 1, p.pc)
	require.Zero(t, peek(t, m, &y))
}
