package sched_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/weft-stm/weft/internal/engine"
	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/sched/heap"
	"github.com/weft-stm/weft/stm"
)

// Random programs of guest threads, run in all modes.

// A world is a heap that a program works on.
type world struct {
	cells  [3]heap.Cell[int]
	object *heap.Object[string]
	dict   heap.Dict[int, int]
	array  heap.Array[int]
	sum    heap.Counter
	queue  heap.Queue[int]
	local  *heap.Local[int]
	refs   heap.Cell[*heap.Object[int]]

	mu  sync.Mutex
	log []int // of deferred natives
}

func newWorld(m *sched.Machine) *world {
	return &world{object: heap.NewObject[string](nil, 3), local: heap.NewLocal(m, 5)}
}

// A guestOp is one guest instruction with two arguments.
type guestOp struct {
	name string
	a, b int
}

// guestOps are the instructions by name. Each may change the register and returns
// what is to be noted.
var guestOps = map[string]func(w *world, th *sched.Thread, reg *int, a, b int) string{
	"load":  func(w *world, th *sched.Thread, r *int, a, b int) string { *r += w.cells[a%3].Get(th); return "" },
	"store": func(w *world, th *sched.Thread, r *int, a, b int) string { w.cells[a%3].Set(th, *r+b); return "" },
	"add":   func(w *world, th *sched.Thread, r *int, a, b int) string { heap.Add(th, &w.cells[a%3], b); return "" },
	"setIfNew": func(w *world, th *sched.Thread, r *int, a, b int) string {
		return fmt.Sprint(heap.SetIfNew(th, &w.cells[a%3], b))
	},
	"get": func(w *world, th *sched.Thread, r *int, a, b int) string { return w.object.Get(th, a%3) },
	"set": func(w *world, th *sched.Thread, r *int, a, b int) string {
		w.object.Set(th, a%3, fmt.Sprint(*r, b))
		return ""
	},
	"key": func(w *world, th *sched.Thread, r *int, a, b int) string {
		x, found := w.dict.Get(th, a)
		*r += x
		return fmt.Sprint(found)
	},
	"has":    func(w *world, th *sched.Thread, r *int, a, b int) string { return fmt.Sprint(w.dict.Has(th, a)) },
	"setKey": func(w *world, th *sched.Thread, r *int, a, b int) string { w.dict.Set(th, a, *r+b); return "" },
	"addKey": func(w *world, th *sched.Thread, r *int, a, b int) string { heap.AddTo(th, &w.dict, a, b); return "" },
	"delKey": func(w *world, th *sched.Thread, r *int, a, b int) string { return fmt.Sprint(w.dict.Delete(th, a)) },
	"keys":   func(w *world, th *sched.Thread, r *int, a, b int) string { return fmt.Sprint(w.dict.Keys(th)) },
	"items": func(w *world, th *sched.Thread, r *int, a, b int) string {
		var s []string
		for k, v := range w.dict.All(th) {
			s = append(s, fmt.Sprint(k, v))
		}
		return strings.Join(s, ";")
	},
	"lenDict": func(w *world, th *sched.Thread, r *int, a, b int) string { return fmt.Sprint(w.dict.Len(th)) },
	"append":  func(w *world, th *sched.Thread, r *int, a, b int) string { w.array.Append(th, *r+a); return "" },
	"pop": func(w *world, th *sched.Thread, r *int, a, b int) string {
		x, found := w.array.Pop(th)
		return fmt.Sprint(x, found)
	},
	"at": func(w *world, th *sched.Thread, r *int, a, b int) string {
		x, found := w.array.Get(th, a-1)
		return fmt.Sprint(x, found)
	},
	"setAt":    func(w *world, th *sched.Thread, r *int, a, b int) string { return fmt.Sprint(w.array.Set(th, a-1, b)) },
	"lenArray": func(w *world, th *sched.Thread, r *int, a, b int) string { return fmt.Sprint(w.array.Len(th)) },
	"count":    func(w *world, th *sched.Thread, r *int, a, b int) string { w.sum.Add(th, int64(b-3)); return "" },
	"sum":      func(w *world, th *sched.Thread, r *int, a, b int) string { return fmt.Sprint(w.sum.Get(th)) },
	"put":      func(w *world, th *sched.Thread, r *int, a, b int) string { w.queue.Put(th, a); return "" },
	"take": func(w *world, th *sched.Thread, r *int, a, b int) string {
		x, found := w.queue.Take(th)
		return fmt.Sprint(x, found)
	},
	"local": func(w *world, th *sched.Thread, r *int, a, b int) string {
		w.local.Set(th, w.local.Get(th)+a)
		return fmt.Sprint(w.local.Get(th))
	},
	"new": func(w *world, th *sched.Thread, r *int, a, b int) string {
		o := heap.NewObject[int](th, 2)
		o.Set(th, 0, a)
		w.refs.Set(th, o)
		o.Set(th, 1, b)
		return ""
	},
	"ref": func(w *world, th *sched.Thread, r *int, a, b int) string {
		o := w.refs.Get(th)
		if o == nil {
			return "nil"
		}
		s := fmt.Sprint(o.Get(th, 0), o.Get(th, 1))
		o.Set(th, 0, *r)
		return s
	},
	"defer": func(w *world, th *sched.Thread, r *int, a, b int) string {
		x := *r
		th.Defer(func() {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.log = append(w.log, x)
		})
		return ""
	},
	"atomic": func(w *world, th *sched.Thread, r *int, a, b int) string { th.EnterAtomic(); return "" },
	"end": func(w *world, th *sched.Thread, r *int, a, b int) string {
		if th.InAtomic() {
			th.LeaveAtomic()
		}
		return ""
	},
	"undo": func(w *world, th *sched.Thread, r *int, a, b int) string {
		if th.InAtomic() {
			th.UndoAtomic()
		}
		return ""
	},
	"soon":  func(w *world, th *sched.Thread, r *int, a, b int) string { th.CommitSoon(); return "" },
	"leave": func(w *world, th *sched.Thread, r *int, a, b int) string { th.Must(th.Leave("leave")); return "" },
}

var opNames = func() (names []string) {
	for name := range guestOps {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}()

func drawOps(t *rapid.T, label string, names []string, least, most int) []guestOp {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) guestOp {
		return guestOp{rapid.SampledFrom(names).Draw(t, "op"), rapid.IntRange(0, 6).Draw(t, "a"), rapid.IntRange(0, 6).Draw(t, "b")}
	}), least, most).Draw(t, label)
}

// A runner executes a program. What it has noted is part of its state, so it
// tells of attempts that were lost if they are not undone.
type runner struct {
	th    *sched.Thread
	w     *world
	code  []guestOp
	state runnerState
	saved runnerState
}

type runnerState struct {
	pc, reg int
	notes   []string
}

func (r *runner) Save()                    { r.saved = r.state; r.saved.notes = slices.Clip(r.state.notes) }
func (r *runner) Restore()                 { r.state = r.saved }
func (r *runner) Position() sched.Position { return sched.Position{File: "random", Line: r.state.pc} }

// run executes the program to its end.
func (r *runner) run() {
	defer r.th.Close()
	r.execute()
}

func (r *runner) execute() {
	status := r.th.Enter()
	for status != sched.Ended {
		if r.state.pc == len(r.code) {
			for r.th.InAtomic() {
				r.th.LeaveAtomic()
			}
			if status = r.th.Leave("end"); status == sched.Proceed {
				return
			}
			continue
		}
		in := r.code[r.state.pc]
		status = r.th.Catch(func() {
			r.state.pc++
			if note := guestOps[in.name](r.w, r.th, &r.state.reg, in.a, in.b); note != "" {
				r.state.notes = append(r.state.notes, in.name+" "+note)
			}
		})
		if status == sched.Proceed {
			status = r.th.Enter()
		}
		if status == sched.Proceed && r.th.Tick(1) {
			status = r.th.Break(uint32(r.state.pc))
		}
	}
	panic(r.th.Err())
}

// contents describes what the world holds in the end.
func (w *world) contents(m *sched.Machine) (s string) {
	th, err := m.NewThread(ctx, nil)
	if err != nil {
		panic(err)
	}
	defer th.Close()
	err = th.Atomically(func() error {
		s = ""
		for i := range w.cells {
			s += fmt.Sprint(w.cells[i].Get(th), " ")
		}
		for i := range 3 {
			s += fmt.Sprintf("%q ", w.object.Get(th, i))
		}
		for k, v := range w.dict.All(th) {
			s += fmt.Sprint(k, ":", v, " ")
		}
		s += fmt.Sprint("len ", w.dict.Len(th), " array ")
		for i := range w.array.Len(th) {
			x, _ := w.array.Get(th, i)
			s += fmt.Sprint(x, " ")
		}
		s += fmt.Sprint("sum ", w.sum.Get(th), " queue ", w.queue.Len(th))
		return nil
	})
	if err != nil {
		panic(err)
	}
	return s + fmt.Sprint(" log ", w.log)
}

// runAlone runs a program on a single thread, and describes all that it did.
func runAlone(code []guestOp, opts ...sched.MachineOption) string {
	m := sched.NewMachine(opts...)
	w := newWorld(m)
	r := &runner{w: w, code: code}
	var err error
	if r.th, err = m.NewThread(ctx, r); err != nil {
		panic(err)
	}
	r.run()
	return strings.Join(r.state.notes, "\n") + "\n" + w.contents(m)
}

// TestModesAgree: a program of one thread gives the same results in all modes,
// also if its transactions are lost again and again.
func TestModesAgree(t *testing.T) {
	defer engine.Noise{}.Set(0)
	lost := uint64(0)
	checks := 0
	rapid.Check(t, func(t *rapid.T) {
		if rare(&checks) {
			return
		}
		code := drawOps(t, "program", opNames, 1, 60)
		engine.Noise{}.Set(0)
		want := runAlone(code, sched.In(sched.GIL))
		require.Equal(t, want, runAlone(code, sched.In(sched.Serial)), "serial")
		require.Equal(t, want, runAlone(code), "stm, alone")
		length := rapid.IntRange(1, 20).Draw(t, "length")
		before := stm.ReadStats().Conflicts
		engine.Noise{Abort: 1 << 14}.Set(rapid.Uint64().Draw(t, "seed"))
		require.Equal(t, want, runAlone(code, sched.AlwaysTransact(), sched.Lengths(length, length)), "stm")
		lost += stm.ReadStats().Conflicts - before
	})
	require.NotZero(t, lost, "no transaction was lost")
}

// TestThreadsAreSerializable: what a few threads do in regions is what they do
// one region after the other, in some order.
func TestThreadsAreSerializable(t *testing.T) {
	names := slices.DeleteFunc(slices.Clone(opNames), func(s string) bool {
		return slices.Contains([]string{"atomic", "end", "undo", "soon", "leave", "defer", "local", "put", "take"}, s)
	})
	defer engine.Noise{}.Set(0)
	checks := 0
	rapid.Check(t, func(t *rapid.T) {
		if rare(&checks) {
			return
		}
		var code [2]blocks
		for i := range code {
			for j := range code[i] {
				code[i][j] = drawOps(t, fmt.Sprintf("block %d.%d", i, j), names, 1, 6)
			}
		}
		engine.Noise{}.Set(0)
		outcomes := map[string]bool{}
		merges(make([]int, len(code)), len(code[0]), nil, func(order []int) {
			outcomes[serially(code[:], order)] = true
		})
		engine.Noise{Yield: 1 << 13, Abort: 1 << 10}.Set(rapid.Uint64().Draw(t, "seed"))
		for range 3 {
			got := inParallel(code[:])
			require.True(t, outcomes[got], "none of %d orders gives\n%s", len(outcomes), got)
		}
	})
}

// blocks are what one thread does, one region after the other.
type blocks [2][]guestOp

// rare reports whether to leave a check out: builds with invariants are slow.
func rare(checks *int) bool {
	*checks++
	return sched.Watched && *checks%5 != 1
}

// merges calls f with each order in which threads can take turns.
func merges(done []int, each int, order []int, f func(order []int)) {
	if len(order) == len(done)*each {
		f(order)
		return
	}
	for i := range done {
		if done[i] < each {
			done[i]++
			merges(done, each, append(order, i), f)
			done[i]--
		}
	}
}

// block makes a region of some instructions.
func block(code []guestOp) []guestOp {
	return slices.Concat([]guestOp{{name: "atomic"}}, code, []guestOp{{name: "end"}})
}

func outcome(m *sched.Machine, w *world, rs []*runner) string {
	var s []string
	for _, r := range rs {
		s = append(s, strings.Join(r.state.notes, "\n"))
	}
	return strings.Join(append(s, w.contents(m)), "\n--\n")
}

func runnersOf(m *sched.Machine, w *world, n int) (rs []*runner) {
	for range n {
		r := &runner{w: w}
		var err error
		if r.th, err = m.NewThread(ctx, r); err != nil {
			panic(err)
		}
		rs = append(rs, r)
	}
	return rs
}

// serially runs one block after the other, of the threads in that order.
func serially(code []blocks, order []int) string {
	m := sched.NewMachine(sched.In(sched.GIL))
	w := newWorld(m)
	rs := runnersOf(m, w, len(code))
	next := make([]int, len(code))
	for _, i := range order {
		r := rs[i]
		r.state.pc = 0
		r.code = block(code[i][next[i]])
		next[i]++
		r.execute()
	}
	for _, r := range rs {
		r.th.Close()
	}
	return outcome(m, w, rs)
}

// inParallel runs all threads at once.
func inParallel(code []blocks) string {
	m := transacting(sched.Lengths(1, 4))
	w := newWorld(m)
	rs := runnersOf(m, w, len(code))
	var wg sync.WaitGroup
	for i, r := range rs {
		for _, b := range code[i] {
			r.code = append(r.code, block(b)...)
		}
		wg.Go(r.run)
	}
	wg.Wait()
	return outcome(m, w, rs)
}
