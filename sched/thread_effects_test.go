package sched_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/sched/heap"
	"github.com/weft-stm/weft/stm"
)

// A stage is a table of natives that write down what they do.
type stage struct {
	sched.Natives[int]
	mu  sync.Mutex
	log []string
}

func (s *stage) note(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = append(s.log, fmt.Sprintf(format, args...))
}

func newStage() *stage {
	s := new(stage)
	for _, e := range []sched.Effect{sched.Pure, sched.Deferred, sched.Compensated, sched.Outside, sched.Irrevocable} {
		f := sched.Native[int]{Name: e.String(), Effect: e, Call: func(_ *sched.Thread, args []int) (int, error) {
			s.note("%s %d", e, args[0])
			return args[0] + 1, nil
		}}
		if e == sched.Compensated {
			f.Undo = func(_ *sched.Thread, args []int, result int) { s.note("undo %d=%d", args[0], result) }
		}
		s.Register(f)
	}
	return s
}

// call calls a native that must be called.
func (s *stage) call(t *testing.T, p *puppet, e sched.Effect, arg int) int {
	t.Helper()
	n, found := s.Lookup(e.String())
	require.True(t, found)
	x, status, err := s.Call(p.Thread, n, []int{arg})
	require.NoError(t, err)
	require.Equal(t, sched.Proceed, status)
	require.Equal(t, sched.Proceed, p.Enter())
	return x
}

// TestEffects in a transaction that commits, and in an atomic region.
func TestEffects(t *testing.T) {
	inModes(t, func(t *testing.T, m *sched.Machine) {
		s := newStage()
		p := newPuppet(t, m)
		p.Enter()
		p.EnterAtomic()
		require.Zero(t, s.call(t, p, sched.Deferred, 1), "it has no result")
		require.Equal(t, 3, s.call(t, p, sched.Pure, 2))
		require.Equal(t, 4, s.call(t, p, sched.Compensated, 3))
		s.call(t, p, sched.Deferred, 4)
		require.Equal(t, []string{"pure 2", "compensated 3"}, s.log)
		p.LeaveAtomic()
		require.Equal(t, sched.Proceed, p.Leave(""))
		require.Equal(t, []string{"pure 2", "compensated 3", "deferred 1", "deferred 4"}, s.log)
	})
}

// TestEffectsOfWhatIsUndone: deferred natives vanish, compensated ones are
// compensated, last first.
func TestEffectsOfWhatIsUndone(t *testing.T) {
	inModes(t, func(t *testing.T, m *sched.Machine) {
		s := newStage()
		p := newPuppet(t, m)
		p.Enter()
		p.EnterAtomic()
		s.call(t, p, sched.Deferred, 0)
		p.EnterAtomic()
		s.call(t, p, sched.Compensated, 1)
		s.call(t, p, sched.Compensated, 2)
		s.call(t, p, sched.Deferred, 3)
		p.UndoAtomic()
		p.LeaveAtomic()
		require.Equal(t, sched.Proceed, p.Leave(""))
		require.Equal(t, []string{"compensated 1", "compensated 2", "undo 2=3", "undo 1=2", "deferred 0"}, s.log)
	})
}

// TestEffectsOfRegionsAfterTheIrrevocable: that the transaction cannot be lost
// does not mean that a region of it cannot be undone.
func TestEffectsOfRegionsAfterTheIrrevocable(t *testing.T) {
	inModes(t, func(t *testing.T, m *sched.Machine) {
		s := newStage()
		p := newPuppet(t, m)
		p.Enter()
		s.call(t, p, sched.Deferred, 0)
		p.EnterAtomic()
		require.Equal(t, sched.Proceed, p.Irrevocable("test"))
		s.call(t, p, sched.Deferred, 1)
		p.UndoAtomic()
		p.EnterAtomic()
		s.call(t, p, sched.Deferred, 2)
		require.Equal(t, []string{"deferred 0"}, s.log)
		p.LeaveAtomic()
		s.call(t, p, sched.Deferred, 3)
		require.Equal(t, sched.Proceed, p.Leave(""))
		require.Equal(t, []string{"deferred 0", "deferred 2", "deferred 3"}, s.log)
	})
}

// TestEffectsOncePerCommit: attempts that are lost leave nothing behind.
func TestEffectsOncePerCommit(t *testing.T) {
	m := transacting()
	s := newStage()
	var x, y heap.Cell[int]
	p := newPuppet(t, m)
	p.Enter()
	for try := 1; try <= 3; try++ {
		s.call(t, p, sched.Deferred, try)
		s.call(t, p, sched.Compensated, try)
		y.Set(p.Thread, x.Get(p.Thread))
		if try < 3 {
			atOnce(t, m, func(th *sched.Thread) { x.Set(th, try) })
			require.Equal(t, sched.Again, p.Leave(""))
		}
	}
	require.Equal(t, sched.Proceed, p.Leave(""))
	require.Equal(t, []string{
		"compensated 1", "undo 1=2", "compensated 2", "undo 2=3", "compensated 3", "deferred 3",
	}, s.log)
}

// TestOutside: what came before is committed first, and what was put off has
// been done.
func TestOutside(t *testing.T) {
	inModes(t, func(t *testing.T, m *sched.Machine) {
		s := newStage()
		var c heap.Cell[int]
		p := newPuppet(t, m)
		p.Enter()
		c.Set(p.Thread, 1)
		s.call(t, p, sched.Deferred, 1)
		n := s.Register(sched.Native[int]{Name: "look", Effect: sched.Outside, Call: func(*sched.Thread, []int) (int, error) {
			s.note("outside")
			return peek(t, m, &c), nil
		}})
		x, status, err := s.Call(p.Thread, n, nil)
		require.NoError(t, err)
		require.Equal(t, sched.Proceed, status)
		require.Equal(t, 1, x)
		require.Equal(t, sched.Proceed, p.Enter())
		require.Equal(t, []string{"deferred 1", "outside"}, s.log)
	})
}

// TestOutsideInRegion: it is called with the region irrevocable, so that the
// region cannot be lost any more and its natives are called once.
func TestOutsideInRegion(t *testing.T) {
	m := transacting()
	s := newStage()
	var x, y heap.Cell[int]
	p := newPuppet(t, m)
	p.Enter()
	p.EnterAtomic()
	s.call(t, p, sched.Deferred, 1)
	y.Set(p.Thread, x.Get(p.Thread)+1)
	s.call(t, p, sched.Outside, 2)
	require.True(t, p.InAtomic())
	s.call(t, p, sched.Deferred, 3)
	require.Equal(t, []string{"deferred 1", "outside 2"}, s.log, "the region may yet be undone by UndoAtomic")
	p.LeaveAtomic()
	require.Equal(t, []string{"deferred 1", "outside 2", "deferred 3"}, s.log, "in order")
	require.Equal(t, sched.Proceed, p.Leave(""))
	require.Equal(t, 1, peek(t, m, &y))
	p.Close()
	require.EqualValues(t, 1, m.Stats().Irrevocables)
	require.True(t, slices.ContainsFunc(stm.Irrevocables(), func(s stm.IrrevocableSite) bool { return s.Name == "outside" }))
}

// TestIrrevocableIsLostBefore: what has been read must still hold.
func TestIrrevocableIsLostBefore(t *testing.T) {
	m := transacting()
	s := newStage()
	var x heap.Cell[int]
	p := newPuppet(t, m)
	p.Enter()
	x.Get(p.Thread)
	atOnce(t, m, func(th *sched.Thread) { x.Set(th, 1) })
	n, _ := s.Lookup("irrevocable")
	_, status, err := s.Call(p.Thread, n, []int{1})
	require.NoError(t, err)
	require.Equal(t, sched.Again, status)
	require.Empty(t, s.log)
	x.Get(p.Thread)
	require.Equal(t, 2, s.call(t, p, sched.Irrevocable, 1))
	require.Panics(t, func() { p.Rollback() })
	require.Equal(t, sched.Proceed, p.Leave(""))
}

// TestDeferredInOrderOfCommits: a thread that has seen what another did prints
// after it, whoever comes to printing first.
func TestDeferredInOrderOfCommits(t *testing.T) {
	const threads, rounds = 4, 200
	inModes(t, func(t *testing.T, m *sched.Machine) {
		var next heap.Cell[int]
		var mu sync.Mutex
		var printed []int
		var wg sync.WaitGroup
		for range threads {
			wg.Go(func() {
				th, err := m.NewThread(ctx, nil)
				if err != nil {
					panic(err)
				}
				defer th.Close()
				for range rounds {
					_ = th.Atomically(func() error {
						n := next.Get(th)
						next.Set(th, n+1)
						th.Defer(func() {
							mu.Lock()
							defer mu.Unlock()
							printed = append(printed, n)
						})
						return nil
					})
				}
			})
		}
		wg.Wait()
		require.Len(t, printed, threads*rounds)
		require.True(t, slices.IsSorted(printed))
	})
}

func TestOnCommitAndOnRollback(t *testing.T) {
	m := transacting()
	var x heap.Cell[int]
	var log []string
	p := newPuppet(t, m)
	p.Enter()
	p.OnCommit(func() { log = append(log, "commit 1") })
	p.OnRollback(func() { log = append(log, "rollback 1") })
	x.Set(p.Thread, x.Get(p.Thread))
	atOnce(t, m, func(th *sched.Thread) { x.Set(th, 1) })
	require.Equal(t, sched.Again, p.Leave(""))
	p.OnCommit(func() { log = append(log, "commit 2") })
	p.OnRollback(func() { log = append(log, "rollback 2") })
	p.EnterAtomic()
	p.OnCommit(func() { log = append(log, "commit 3") })
	p.OnRollback(func() { log = append(log, "rollback 3") })
	p.UndoAtomic()
	require.Equal(t, sched.Proceed, p.Leave(""))
	require.Equal(t, []string{"rollback 1", "rollback 3", "commit 2"}, log)
}

// TestNativeErrors are the guest's.
func TestNativeErrors(t *testing.T) {
	failure := errors.New("failure")
	inModes(t, func(t *testing.T, m *sched.Machine) {
		for _, e := range []sched.Effect{sched.Pure, sched.Outside, sched.Irrevocable} {
			var natives sched.Natives[int]
			n := natives.Register(sched.Native[int]{Name: "fail", Effect: e, Call: func(*sched.Thread, []int) (int, error) { return 0, failure }})
			p := newPuppet(t, m)
			p.Enter()
			_, status, err := natives.Call(p.Thread, n, nil)
			require.Equal(t, sched.Proceed, status)
			require.Equal(t, failure, err)
			p.Close()
		}
	})
}

func TestRegisterMisused(t *testing.T) {
	call := func(*sched.Thread, []int) (int, error) { return 0, nil }
	undo := func(*sched.Thread, []int, int) {}
	for _, f := range []sched.Native[int]{
		{Name: "no call"},
		{Name: "no undo", Effect: sched.Compensated, Call: call},
		{Name: "undo", Effect: sched.Pure, Call: call, Undo: undo},
		{Name: "unknown", Effect: 99, Call: call},
	} {
		require.Panics(t, func() { new(sched.Natives[int]).Register(f) }, f.Name)
	}
}

// TestPanicOfADeferredNative leaves the thread whose goroutine ran it, and does
// not stop those that come after.
func TestPanicOfADeferredNative(t *testing.T) {
	m := transacting()
	p := newPuppet(t, m)
	p.Enter()
	p.Defer(func() { panic("native") })
	require.PanicsWithValue(t, "native", func() { p.Leave("") })
	done := false
	p.Enter()
	p.Defer(func() { done = true })
	require.Equal(t, sched.Proceed, p.Leave(""))
	require.True(t, done)
}

// TestMutex: threads that hold it exclude one another, over many transactions.
func TestMutex(t *testing.T) {
	for _, mode := range machineModes {
		t.Run(mode.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := sched.NewMachine(mode.opts...)
				var mu sched.Mutex
				inside, most, entered := 0, 0, 0
				var wg sync.WaitGroup
				for range 4 {
					wg.Go(func() {
						p := newPuppet(t, m)
						defer p.Close()
						p.Enter()
						for range 20 {
							lock(p, &mu)
							must(p.Leave("")) // the lock is held across transactions
							inside++          // race-free if it excludes
							most = max(most, inside)
							entered++
							inside--
							must(p.Enter())
							unlock(p, &mu)
						}
						must(p.Leave(""))
					})
				}
				wg.Wait()
				require.Equal(t, 1, most)
				require.Equal(t, 80, entered)
			})
		})
	}
}

// lock acquires mu; a rollback only brings the thread back here.
func lock(p *puppet, mu *sched.Mutex) {
	for {
		switch s, err := mu.Acquire(p.Thread); {
		case err != nil:
			panic(err)
		case s == sched.Proceed:
			return
		case s == sched.Ended:
			panic(p.Err())
		}
	}
}

func unlock(p *puppet, mu *sched.Mutex) {
	s, err := mu.Release(p.Thread)
	if err != nil {
		panic(err)
	}
	must(s)
}

func must(s sched.Status) {
	if s != sched.Proceed {
		panic(s)
	}
}

// TestMutexInRegion: a region that wants a lock which another thread holds waits
// as if it had not begun.
func TestMutexInRegion(t *testing.T) {
	for _, mode := range machineModes {
		t.Run(mode.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := sched.NewMachine(mode.opts...)
				var mu sched.Mutex
				var c heap.Cell[int]
				holder := newPuppet(t, m)
				holder.Enter()
				lock(holder, &mu)
				must(holder.Leave(""))
				done := false
				go func() {
					th, err := m.NewThread(ctx, nil)
					if err != nil {
						panic(err)
					}
					defer th.Close()
					err = th.Atomically(func() error {
						c.Set(th, c.Get(th)+1)
						s, err := mu.Acquire(th)
						th.Must(s)
						if err != nil {
							return err
						}
						s, err = mu.Release(th)
						th.Must(s)
						return err
					})
					if err != nil {
						panic(err)
					}
					done = true
				}()
				synctest.Wait()
				require.False(t, done)
				must(holder.Enter())
				require.Zero(t, c.Get(holder.Thread))
				unlock(holder, &mu)
				must(holder.Leave(""))
				synctest.Wait()
				require.True(t, done)
				require.Equal(t, 1, peek(t, m, &c))
			})
		})
	}
}

func TestMutexMisused(t *testing.T) {
	inModes(t, func(t *testing.T, m *sched.Machine) {
		var mu sched.Mutex
		p := newPuppet(t, m)
		p.Enter()
		_, err := mu.Release(p.Thread)
		require.ErrorIs(t, err, sched.ErrMutexNotHeld)
		lock(p, &mu)
		held, ok := mu.Held(p.Thread)
		require.True(t, held && ok)
		_, err = mu.Acquire(p.Thread)
		require.ErrorIs(t, err, sched.ErrMutexHeld)
		must(p.Leave(""))
		must(p.Enter())
		_, err = mu.Acquire(p.Thread)
		require.ErrorIs(t, err, sched.ErrMutexHeld)
		unlock(p, &mu)
		held, ok = mu.Held(p.Thread)
		require.True(t, !held && ok)
	})
}

// TestMutexInIrrevocableRegion cannot be waited for.
func TestMutexInIrrevocableRegion(t *testing.T) {
	m := transacting()
	var mu sched.Mutex
	holder := newPuppet(t, m)
	holder.Enter()
	lock(holder, &mu)
	must(holder.Leave(""))
	elsewhere(func() {
		p := newPuppet(t, m)
		p.Enter()
		p.EnterAtomic()
		must(p.Irrevocable("test"))
		_, err := mu.Acquire(p.Thread)
		if !errors.Is(err, sched.ErrMutexHeld) {
			panic(fmt.Sprint(err))
		}
		p.LeaveAtomic()
		must(p.Leave(""))
	})
}

// TestMutexIsElided: short critical sections that touch different objects run
// beside one another.
func TestMutexIsElided(t *testing.T) {
	m := transacting()
	var mu sched.Mutex
	var a, b heap.Cell[int]
	p := newPuppet(t, m)
	p.Enter()
	lock(p, &mu)
	a.Set(p.Thread, a.Get(p.Thread)+1)
	elsewhere(func() {
		q := newPuppet(t, m)
		q.Enter()
		lock(q, &mu)
		b.Set(q.Thread, b.Get(q.Thread)+1)
		unlock(q, &mu)
		must(q.Leave(""))
		q.Close()
	})
	unlock(p, &mu)
	require.Equal(t, sched.Proceed, p.Leave(""), "nothing was lost")
	require.Equal(t, 2, peek(t, m, &a)+peek(t, m, &b))
}

func TestStrings(t *testing.T) {
	require.Equal(t, "proceed again ended Status(9)", fmt.Sprint(sched.Proceed, sched.Again, sched.Ended, sched.Status(9)))
	require.Equal(t, "stm gil serial Mode(9)", fmt.Sprint(sched.STM, sched.GIL, sched.Serial, sched.Mode(9)))
	require.Equal(t, "f.py:3 in g", sched.Position{File: "f.py", Line: 3, Func: "g"}.String())
	require.Equal(t, "f.py:3", sched.Position{File: "f.py", Line: 3}.String())
	require.Equal(t, "somewhere", sched.Position{}.String())
	for _, m := range []sched.Mode{sched.STM, sched.GIL, sched.Serial} {
		got, err := sched.ParseMode(m.String())
		require.NoError(t, err)
		require.Equal(t, m, got)
		require.True(t, strings.Contains(sched.NewMachine(sched.In(m)).String(), m.String()))
	}
	_, err := sched.ParseMode("fast")
	require.ErrorContains(t, err, "fast")
}
