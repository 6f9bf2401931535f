package sched_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/sched/heap"
	"github.com/weft-stm/weft/stm"
)

// TestAlone: a single thread has the heap to itself; when a second comes both
// run transactions, and when it has gone the first is alone again.
func TestAlone(t *testing.T) {
	m := sched.NewMachine()
	var c heap.Cell[int]
	first := newPuppet(t, m)
	first.Enter()
	c.Set(first.Thread, 1)
	require.Zero(t, first.saves, "nothing can be lost, so nothing is saved")

	entered, leave := make(chan bool), make(chan bool)
	go func() {
		second := newPuppet(t, m)
		second.Enter()
		entered <- c.Get(second.Thread) == 1
		<-leave
		must(second.Leave(""))
		second.Close()
		entered <- true
	}()
	breaks := 0
	for arrived := false; !arrived; {
		first.tick()
		require.Equal(t, sched.Proceed, first.Break(1))
		breaks++
		select {
		case arrived = <-entered:
			require.True(t, arrived, "what was done in place is there")
		default:
			runtime.Gosched()
		}
	}
	require.NotZero(t, first.saves, "transactions")
	close(leave)
	<-entered
	for saves := 0; saves != first.saves; {
		saves = first.saves
		first.through(t)
		require.Less(t, saves, 100, "alone again, after a while")
	}
	require.Equal(t, sched.Proceed, first.Leave(""))
	first.Close()
	require.GreaterOrEqual(t, m.Stats().Alone, uint64(2))
	t.Logf("%d breaks until the second was there", breaks)
}

// TestAloneInRegion: who comes second waits until the region has ended.
func TestAloneInRegion(t *testing.T) {
	m := sched.NewMachine()
	var a, b heap.Cell[int]
	first := newPuppet(t, m)
	first.Enter()
	first.EnterAtomic()
	a.Set(first.Thread, 1)
	second := newPuppet(t, m)
	sum := make(chan int)
	go func() {
		second.Enter()
		n := a.Get(second.Thread) + b.Get(second.Thread)
		must(second.Leave(""))
		sum <- n
	}()
	for range 5 {
		first.tick()
		require.Equal(t, sched.Proceed, first.Break(1))
	}
	b.Set(first.Thread, 1)
	first.LeaveAtomic()
	for {
		first.tick()
		require.Equal(t, sched.Proceed, first.Break(1))
		select {
		case n := <-sum:
			require.Equal(t, 2, n)
			return
		default:
			runtime.Gosched()
		}
	}
}

// TestLockIsShared: threads that compute take turns under the lock, and those
// that leave let others in at once.
func TestLockIsShared(t *testing.T) {
	for _, mode := range []sched.Mode{sched.GIL, sched.Serial} {
		m := sched.NewMachine(sched.In(mode), sched.SwitchInterval(100*time.Microsecond))
		var turn heap.Cell[int]
		var wg sync.WaitGroup
		for i := range 3 {
			p := newPuppet(t, m)
			wg.Go(func() {
				p.Enter()
				turns := 0
				for turns < 5 { // each waits for the others
					if turn.Get(p.Thread) == i {
						turn.Set(p.Thread, (i+1)%3)
						turns++
					}
					if p.Tick(1) {
						must(p.Break(1))
					}
				}
				must(p.Leave(""))
				p.Close()
			})
		}
		wg.Wait()
		require.NotZero(t, m.Stats().Switches)
	}
}

// TestConflictsHavePositions of both sides, in guest code.
func TestConflictsHavePositions(t *testing.T) {
	var seen []sched.Conflict
	m := transacting(
		sched.OnConflict(func(c sched.Conflict) { seen = append(seen, c) }),
		sched.SitePositions(func(site uint32) sched.Position { return sched.Position{File: "site", Line: int(site)} }),
	)
	var x, y heap.Cell[int]
	x.Label("x")
	p := newPuppet(t, m)
	p.Enter()
	p.through(t) // the next begins at site 1
	x.Get(p.Thread)
	for range 7 {
		p.Tick(1)
	}
	var rival uint64
	elsewhere(func() {
		q := newPuppet(t, m)
		rival = q.ID()
		q.Enter()
		q.CommitSoon()
		q.tick()
		must(q.Break(42))
		x.Set(q.Thread, 1)
		y.Set(q.Thread, 1)
		must(q.Leave(""))
		q.Close()
	})
	p.pc = 17
	_, ok := y.TryGet(p.Thread)
	require.False(t, ok)
	require.Equal(t, sched.Again, p.Rollback())
	require.Equal(t, []sched.Conflict{{
		Thread: p.ID(), Kind: sched.AtAccess, Mine: sched.Position{File: "puppet", Line: 17},
		Began: sched.Position{File: "site", Line: 1},
		Rival: rival, Other: sched.Position{File: "site", Line: 42}, Object: "x", Wasted: 7,
	}}, seen)
	require.Equal(t, fmt.Sprintf(`thread %d at puppet:17 lost 7 instructions at an access, on "x", to thread %d from site:42`, p.ID(), rival), seen[0].String())
	sites := m.Conflicts()
	require.Len(t, sites, 1)
	require.Equal(t, sched.ConflictSite{Mine: seen[0].Mine, Other: seen[0].Other, Object: "x", Count: 1, Wasted: 7}, sites[0])
	require.Contains(t, sites[0].String(), "puppet:17")
}

// TestNoInternalConflicts: what the Machine keeps for itself is never the reason
// for which a transaction is lost.
func TestNoInternalConflicts(t *testing.T) {
	m := transacting(sched.Lengths(1, 50))
	var wg sync.WaitGroup
	cache := new(heap.Cache[int])
	local := heap.NewLocal(m, 0)
	var n heap.Counter
	for range 4 {
		p := newPuppet(t, m)
		wg.Go(func() {
			p.Enter()
			var last uint64
			var now int64
			for i := range 3000 {
				cache.Store(&i)
				local.Set(p.Thread, local.Get(p.Thread)+1)
				n.Add(p.Thread, 1)
				id, time := p.NewID(), p.Now()
				if id <= last || time < now {
					panic("numbers and times of a thread ascend")
				}
				last, now = id, time
				p.Defer(func() {})
				if p.Tick(1) {
					must(p.Break(1))
				}
			}
			must(p.Leave(""))
			p.Close()
		})
	}
	wg.Wait()
	s := m.Stats()
	require.Zero(t, s.Aborts, m.Conflicts())
	require.Zero(t, s.Internal)
	require.EqualValues(t, 12_000, s.Steps)
	require.Contains(t, s.String(), "mode stm: 12000 instructions")
}

// TestNewIDsAreUnique among threads.
func TestNewIDsAreUnique(t *testing.T) {
	m := sched.NewMachine()
	seen := map[uint64]bool{}
	for range 3 {
		p := newPuppet(t, m)
		for range 1500 {
			id := p.NewID()
			require.False(t, seen[id])
			seen[id] = true
		}
	}
}

// TestLengthsAdapt to each loop: one that conflicts has short transactions, and
// the other long ones.
func TestLengthsAdapt(t *testing.T) {
	m := transacting(sched.Lengths(16, 1<<14), sched.MaxTime(time.Hour))
	var hot heap.Cell[int]
	p := newPuppet(t, m)
	p.Enter()
	commit := func(site uint32, conflict bool) {
		if conflict {
			hot.Set(p.Thread, hot.Get(p.Thread)+1)
			atOnce(t, m, func(th *sched.Thread) { hot.Set(th, 1) })
		}
		for saves, restores := p.saves, p.restores; p.saves == saves && p.restores == restores; {
			p.tick()
			p.Break(site)
		}
	}
	for range 20 {
		commit(7, false)
		commit(8, true) // begins at 7
		commit(8, false)
		for range 10 {
			commit(9, false)
			commit(9, false)
		}
	}
	lengths := map[uint32]int{}
	for site := uint32(7); site <= 9; site++ {
		lengths[site] = sched.LengthAt(p.Thread, site)
	}
	require.Equal(t, 1<<14, lengths[9])
	require.LessOrEqual(t, lengths[7], 64, lengths)
}

// TestWritesEndTransactions, and reads and time do, whatever their length may be.
func TestWritesEndTransactions(t *testing.T) {
	if sched.Exploring {
		t.Skip("the explorer's build has other limits")
	}
	m := transacting(sched.Lengths(1<<20, 1<<20), sched.MaxWrites(100), sched.MaxTime(time.Hour))
	o := heap.NewObject[int](nil, 4096)
	p := newPuppet(t, m)
	p.Enter()
	for i := range 4096 {
		o.Set(p.Thread, i, i)
		if p.Tick(1) {
			must(p.Break(1))
		}
	}
	require.Equal(t, 5, p.saves)
	p.Close()

	m = transacting(sched.Lengths(1<<20, 1<<20), sched.MaxTime(time.Hour))
	o = heap.NewObject[int](nil, 16384)
	p = newPuppet(t, m)
	p.Enter()
	for i := range 16384 {
		o.Get(p.Thread, i)
		if p.Tick(1) {
			must(p.Break(1))
		}
	}
	require.Equal(t, 5, p.saves, "after 3072 reads each")
	p.Close()

	m = transacting(sched.Lengths(1<<20, 1<<20), sched.MaxTime(time.Nanosecond))
	p = newPuppet(t, m)
	p.Enter()
	for range 4096 {
		if p.Tick(1) {
			must(p.Break(1))
		}
	}
	require.Equal(t, 3, p.saves, "at every second look: the first begins to count")
}

func TestTooManyThreads(t *testing.T) {
	m := sched.NewMachine(sched.MaxThreads(3))
	var all []*puppet
	for range 3 {
		all = append(all, newPuppet(t, m))
	}
	_, err := m.NewThread(ctx, nil)
	require.ErrorIs(t, err, sched.ErrTooManyThreads)
	all[0].Close()
	all[0].Close()
	require.Equal(t, 2, m.Threads())
	newPuppet(t, m)
}

// TestManyThreads: hundreds of them come and go.
func TestManyThreads(t *testing.T) {
	inModes(t, func(t *testing.T, m *sched.Machine) {
		var n heap.Counter
		var wg sync.WaitGroup
		for range 300 {
			wg.Go(func() {
				th, err := m.NewThread(ctx, nil)
				if err != nil {
					panic(err)
				}
				defer th.Close()
				if err := th.Atomically(func() error { n.Add(th, 1); return nil }); err != nil {
					panic(err)
				}
			})
		}
		wg.Wait()
		atOnce(t, m, func(th *sched.Thread) { require.EqualValues(t, 300, n.Get(th)) })
		require.Zero(t, m.Threads())
	})
}

// TestPanicsLeaveNothingBehind: a panic of the interpreter, in whatever state of
// the thread, undoes the transaction, and others go on.
func TestPanicsLeaveNothingBehind(t *testing.T) {
	states := map[string]func(p *puppet, c *heap.Cell[int]){
		"outside":     func(*puppet, *heap.Cell[int]) {},
		"inside":      func(p *puppet, c *heap.Cell[int]) { p.Enter() },
		"region":      func(p *puppet, c *heap.Cell[int]) { p.Enter(); p.EnterAtomic(); c.Set(p.Thread, 1) },
		"irrevocable": func(p *puppet, c *heap.Cell[int]) { p.Enter(); p.EnterAtomic(); must(p.Irrevocable("panic")) },
	}
	inModes(t, func(t *testing.T, m *sched.Machine) {
		for name, enter := range states {
			var c heap.Cell[int]
			require.PanicsWithValue(t, name, func() {
				p := newPuppet(t, m)
				defer p.Close()
				enter(p, &c)
				panic(name)
			})
			require.Zero(t, peek(t, m, &c), name)
			require.Zero(t, m.Threads())
		}
	})
}

// TestGoexit: so does the end of the goroutine.
func TestGoexit(t *testing.T) {
	inModes(t, func(t *testing.T, m *sched.Machine) {
		var c heap.Cell[int]
		elsewhere(func() {
			p := newPuppet(t, m)
			defer p.Close()
			p.Enter()
			p.EnterAtomic()
			c.Set(p.Thread, 1)
			runtime.Goexit()
		})
		elsewhere(func() {
			th, err := m.NewThread(ctx, nil)
			if err != nil {
				panic(err)
			}
			defer th.Close()
			_ = th.Atomically(func() error {
				c.Set(th, 1)
				runtime.Goexit()
				return nil
			})
		})
		require.Zero(t, peek(t, m, &c))
	})
}

// TestMisuse is told what to do instead.
func TestMisuse(t *testing.T) {
	says := func(what string, f func()) {
		t.Helper()
		defer func() {
			t.Helper()
			require.Contains(t, fmt.Sprint(recover()), what)
		}()
		f()
	}
	inModes(t, func(t *testing.T, m *sched.Machine) {
		var c heap.Cell[int]
		p := newPuppet(t, m)
		says("call Thread.Enter first", func() { c.Get(p.Thread) })
		says("call Thread.Enter first", func() { c.Set(p.Thread, 1) })
		says("call Thread.Enter first", func() { heap.Add(p.Thread, &c, 1) })
		says("call Enter first", func() { p.Break(1) })
		says("call Enter first", func() { p.EnterAtomic() })
		says("call Enter first", func() { p.Defer(func() {}) })
		p.Enter()
		says("has not begun", func() { p.LeaveAtomic() })
		says("has not begun", func() { p.UndoAtomic() })
		must(p.Leave(""))
		says("call Thread.Enter first", func() { c.Get(p.Thread) })
		p.Close()
		says("after it was closed", func() { p.Enter() })
		says("Doom needs an error", func() { p.Doom(nil) })
	})
	says("nil context", func() {
		var none context.Context
		_, _ = sched.NewMachine().NewThread(none, nil)
	})
	says("nothing to roll back", func() {
		p := newPuppet(t, sched.NewMachine())
		p.Enter()
		p.Rollback()
	})
	for _, option := range []func(){
		func() { sched.SwitchInterval(0) }, func() { sched.Lengths(0, 1) }, func() { sched.Lengths(2, 1) },
		func() { sched.MaxWrites(0) }, func() { sched.MaxTime(0) }, func() { sched.MaxThreads(0) },
		func() { sched.OnConflict(nil) }, func() { sched.SitePositions(nil) },
	} {
		require.Panics(t, option)
	}
}

// TestNestedTransactionInNative is caught: the thread's transaction cannot be
// passed on to package stm.
func TestNestedTransactionInNative(t *testing.T) {
	m := transacting()
	p := newPuppet(t, m)
	p.Enter()
	defer func() {
		require.True(t, strings.Contains(fmt.Sprint(recover()), "inside the body of another"))
	}()
	_ = stm.Atomically(ctx, func(*stm.Tx) error { return nil })
}
