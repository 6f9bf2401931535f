package sched_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/sched/heap"
)

// A puppet is an interpreter whose dispatch loop is the test. Its state is one
// number.
type puppet struct {
	*sched.Thread
	pc              int
	saved           int
	saves, restores int
}

func (p *puppet) Save()                    { p.saved = p.pc; p.saves++ }
func (p *puppet) Restore()                 { p.pc = p.saved; p.restores++ }
func (p *puppet) Position() sched.Position { return sched.Position{File: "puppet", Line: p.pc} }

// newPuppet makes a thread of m that is closed with the test.
func newPuppet(t testing.TB, m *sched.Machine) *puppet {
	p := new(puppet)
	th, err := m.NewThread(ctx, p)
	require.NoError(t, err)
	p.Thread = th
	t.Cleanup(th.Close)
	return p
}

// machineModes are all, and STM with transactions also for a single thread.
var machineModes = []struct {
	name string
	opts []sched.MachineOption
}{
	{"gil", []sched.MachineOption{sched.In(sched.GIL)}},
	{"serial", []sched.MachineOption{sched.In(sched.Serial)}},
	{"stm", nil},
	{"transact", []sched.MachineOption{sched.AlwaysTransact()}},
}

func inModes(t *testing.T, f func(t *testing.T, m *sched.Machine)) {
	for _, mode := range machineModes {
		t.Run(mode.name, func(t *testing.T) { f(t, sched.NewMachine(mode.opts...)) })
	}
}

// transacting returns a Machine that runs transactions, each of some length.
func transacting(opts ...sched.MachineOption) *sched.Machine {
	return sched.NewMachine(append([]sched.MachineOption{sched.AlwaysTransact()}, opts...)...)
}

// atOnce runs body as a region of another thread, on another goroutine, to its
// end.
func atOnce(t *testing.T, m *sched.Machine, body func(th *sched.Thread)) {
	t.Helper()
	elsewhere(func() {
		th, err := m.NewThread(ctx, nil)
		if err != nil {
			panic(err)
		}
		defer th.Close()
		if err := th.Atomically(func() error { body(th); return nil }); err != nil {
			panic(err)
		}
	})
}

// peek returns what c holds for another thread.
func peek[T any](t *testing.T, m *sched.Machine, c *heap.Cell[T]) (x T) {
	t.Helper()
	atOnce(t, m, func(th *sched.Thread) { x = c.Get(th) })
	return x
}

// tick counts instructions until it is time for Break.
func (p *puppet) tick() {
	for !p.Tick(1) {
	}
}

// through goes through the whole transaction, as a loop does that does nothing.
func (p *puppet) through(t *testing.T) {
	t.Helper()
	p.CommitSoon()
	p.tick()
	require.Equal(t, sched.Proceed, p.Break(1))
}

// TestBreakCommits: what a transaction has done is seen by others after it, and
// not before.
func TestBreakCommits(t *testing.T) {
	m := transacting()
	var c heap.Cell[int]
	p := newPuppet(t, m)
	require.Equal(t, sched.Proceed, p.Enter())
	require.Equal(t, 1, p.saves)
	c.Set(p.Thread, 7)
	require.Zero(t, peek(t, m, &c))
	p.through(t)
	require.Equal(t, 7, peek(t, m, &c))
	require.Equal(t, 2, p.saves)
	require.Zero(t, p.restores)
	require.Equal(t, sched.Proceed, p.Leave(""))
}

// TestBreakGoesOn as long as the transaction may become longer.
func TestBreakGoesOn(t *testing.T) {
	if sched.Exploring {
		t.Skip("the explorer's build has other limits")
	}
	m := transacting(sched.Lengths(10_000, 10_000), sched.MaxTime(time.Hour))
	p := newPuppet(t, m)
	p.Enter()
	breaks := 0
	for n := 1; p.saves == 1; n++ {
		if p.Tick(1) {
			require.Equal(t, sched.Proceed, p.Break(1))
			breaks++
		}
		require.LessOrEqual(t, n, 10_000)
	}
	require.Equal(t, 10_000, p.Steps())
	require.Equal(t, 10, breaks, "it looks around every 1,024 instructions")
}

// TestRollback: a transaction that finds out by a read that it is lost begins
// again from its checkpoint.
func TestRollback(t *testing.T) {
	m := transacting()
	var x, y heap.Cell[int]
	p := newPuppet(t, m)
	p.pc = 1
	p.Enter()
	tries := 0
	for {
		require.Equal(t, 1, p.pc)
		tries++
		p.pc = 2
		a, ok := x.TryGet(p.Thread)
		require.True(t, ok)
		if tries == 1 {
			atOnce(t, m, func(th *sched.Thread) {
				x.Set(th, 1)
				y.Set(th, 1)
			})
		}
		b, ok := y.TryGet(p.Thread)
		if !ok {
			require.Equal(t, sched.Again, p.Rollback())
			continue
		}
		require.Equal(t, a, b)
		break
	}
	require.Equal(t, 2, tries)
	require.Equal(t, 1, p.restores)
	require.Equal(t, 1, p.saves)
	require.Equal(t, sched.Proceed, p.Leave(""))
	require.EqualValues(t, 1, m.Stats().Aborts)
}

// TestLostAtCommit, by Break and by Leave.
func TestLostAtCommit(t *testing.T) {
	for name, commit := range map[string]func(p *puppet) sched.Status{
		"break": func(p *puppet) sched.Status { p.CommitSoon(); p.tick(); return p.Break(1) },
		"leave": func(p *puppet) sched.Status { return p.Leave("") },
	} {
		t.Run(name, func(t *testing.T) {
			m := transacting()
			var x, y heap.Cell[int]
			p := newPuppet(t, m)
			p.pc = 1
			p.Enter()
			y.Set(p.Thread, x.Get(p.Thread)+1)
			p.pc = 2
			atOnce(t, m, func(th *sched.Thread) { x.Set(th, 10) })
			require.Equal(t, sched.Again, commit(p))
			require.Equal(t, 1, p.pc)
			y.Set(p.Thread, x.Get(p.Thread)+1)
			require.Equal(t, sched.Proceed, commit(p))
			require.Equal(t, 11, peek(t, m, &y))
		})
	}
}

// TestOpacity: a transaction that is lost never sees two states at once.
func TestOpacity(t *testing.T) {
	m := transacting()
	var x, y heap.Cell[int]
	p := newPuppet(t, m)
	p.Enter()
	require.Zero(t, x.Get(p.Thread))
	atOnce(t, m, func(th *sched.Thread) { x.Set(th, 1); y.Set(th, 1) })
	status := p.Catch(func() { t.Fatalf("read %d", y.Get(p.Thread)) })
	require.Equal(t, sched.Again, status)
	require.Equal(t, 1, x.Get(p.Thread))
	require.Equal(t, 1, y.Get(p.Thread))
}

// TestOwnWritesAreRead, many of them, in whatever order.
func TestOwnWritesAreRead(t *testing.T) {
	inModes(t, func(t *testing.T, m *sched.Machine) {
		const n = 1000
		o := heap.NewObject[int](nil, n)
		p := newPuppet(t, m)
		p.Enter()
		p.EnterAtomic()
		for round := range 3 {
			for i := range n {
				at := i * 7 % n
				require.Equal(t, round*at, o.Get(p.Thread, at))
				o.Set(p.Thread, at, (round+1)*at)
			}
		}
		p.LeaveAtomic()
		require.Equal(t, sched.Proceed, p.Leave(""))
		atOnce(t, m, func(th *sched.Thread) {
			for i := range n {
				require.Equal(t, 3*i, o.Get(th, i))
			}
		})
	})
}

// TestNewObjectsAreFree: no log entry for what the transaction has made itself.
func TestNewObjectsAreFree(t *testing.T) {
	m := transacting()
	p := newPuppet(t, m)
	p.Enter()
	var keep *heap.Object[int]
	for range 100 {
		keep = heap.NewObject[int](p.Thread, 8)
		for i := range 8 {
			keep.Set(p.Thread, i, i)
			require.Equal(t, i, keep.Get(p.Thread, i))
		}
	}
	reads, writes := sched.Logged(p.Thread)
	require.Zero(t, reads)
	require.Zero(t, writes)

	var published heap.Cell[*heap.Object[int]]
	published.Set(p.Thread, keep)
	require.Equal(t, sched.Proceed, p.Leave(""))
	atOnce(t, m, func(th *sched.Thread) {
		for i := range 8 {
			require.Equal(t, i, published.Get(th).Get(th, i))
		}
	})
}

// TestLogsAreShort: one entry for each slot, however often it is used.
func TestLogsAreShort(t *testing.T) {
	if sched.Exploring {
		t.Skip("the explorer's build has other limits")
	}
	m := transacting()
	o := heap.NewObject[int](nil, 16)
	p := newPuppet(t, m)
	p.Enter()
	for range 100 {
		for i := range 8 {
			o.Get(p.Thread, i)
			o.Set(p.Thread, 8+i, i)
			o.Get(p.Thread, 8+i)
		}
	}
	reads, writes := sched.Logged(p.Thread)
	require.Equal(t, 8, reads)
	require.Equal(t, 8, writes)
}

// TestAllocations: the life of a transaction allocates nothing.
func TestAllocations(t *testing.T) {
	inModes(t, func(t *testing.T, m *sched.Machine) {
		if sched.Watched {
			t.Skip("each descriptor is watched in this build")
		}
		var c heap.Cell[int]
		var d heap.Dict[string, int]
		d.Set(nil, "key", 0)
		p := newPuppet(t, m)
		p.Enter()
		turn := func() {
			p.EnterAtomic()
			c.Set(p.Thread, c.Get(p.Thread)+1)
			p.LeaveAtomic()
			x, _ := d.Get(p.Thread, "key")
			d.Set(p.Thread, "key", x+1)
			p.CommitSoon()
			if !p.Tick(1) || p.Break(1) != sched.Proceed {
				panic("no break")
			}
		}
		for range 100 { // the first descriptors are watched
			turn()
		}
		require.Zero(t, testing.AllocsPerRun(100, turn))
	})
}

// TestRegionsDoNotPutBreaksOff: a thread that has the heap to itself and does
// all of its work in regions looks around as often as others do, so that a
// second thread need not wait until it has finished. It once began to count anew
// after each region.
func TestRegionsDoNotPutBreaksOff(t *testing.T) {
	inModes(t, func(t *testing.T, m *sched.Machine) {
		p := newPuppet(t, m)
		p.Enter()
		breaks := 0
		tick := func(n int) {
			if p.Tick(n) {
				require.Equal(t, sched.Proceed, p.Break(1))
				breaks++
			}
		}
		for range 10_000 {
			require.Equal(t, sched.Proceed, p.EnterAtomic())
			p.Tick(10)
			p.LeaveAtomic()
			tick(1)
		}
		require.GreaterOrEqual(t, breaks, 5)
		if strings.HasSuffix(t.Name(), "transact") {
			return // transactions have lengths of their own
		}
		require.Equal(t, sched.Proceed, p.EnterAtomic())
		for range 5000 {
			tick(1)
		}
		p.LeaveAtomic()
		require.True(t, p.Tick(1))
	})
}
