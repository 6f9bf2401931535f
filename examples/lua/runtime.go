package luastm

import (
	"fmt"
	"os"
	"sync"

	lua "github.com/yuin/gopher-lua"

	"github.com/weft-stm/weft/sched"
)

// Options adjust a [Runtime]. The zero Options are ready to use.
type Options struct {
	// Mode is sched.STM for transactions that run in parallel; sched.GIL runs
	// one script at a time under a lock, with the same results.
	Mode sched.Mode

	// Steps is how many instructions of Lua a script may execute; 0 is no limit.
	// Attempts that were undone do not count.
	Steps int

	// Print gets what scripts print, line by line, one at a time. Nil writes to
	// the standard output.
	Print func(line string)

	// Transact runs transactions also while one script runs alone, to
	// measure what they cost.
	Transact bool
}

// A Runtime is a heap of shared tables and what runs scripts on it. Any number
// of goroutines may use it at once. It needs no closing.
type Runtime struct {
	opts    Options
	machine *sched.Machine
	root    *Table
	natives sched.Natives[lua.LValue]
	names   []string // of natives

	get, set, count *Script // see Get, Set and Counter

	mu       sync.Mutex
	idle     []*state
	files    []string // by site - 1
	sites    map[string]uint32
	counters map[string]*Counter
}

// New returns a Runtime with nothing in its shared table.
func New(opts Options) *Runtime {
	if opts.Print == nil {
		opts.Print = func(line string) { fmt.Fprintln(os.Stdout, line) }
	}
	rt := &Runtime{opts: opts, root: newTable(nil), sites: make(map[string]uint32), counters: make(map[string]*Counter)}
	rt.root.d.Label("shared")
	machine := []sched.MachineOption{sched.In(opts.Mode), sched.SitePositions(rt.position)}
	if opts.Transact {
		machine = append(machine, sched.AlwaysTransact())
	}
	rt.machine = sched.NewMachine(machine...)
	rt.compileOwn()
	return rt
}

// Stats returns what the machine has counted so far: instructions of Lua are its
// steps, and attempts that lost a conflict its aborts. A script that had the heap
// to itself, or the lock, was no transaction and is not among the commits.
func (rt *Runtime) Stats() sched.MachineStats { return rt.machine.Stats() }

// Conflicts lists where scripts lost conflicts, those first that cost most.
func (rt *Runtime) Conflicts() []sched.ConflictSite { return rt.machine.Conflicts() }

// Register makes f a global function of all scripts. It is to be called before
// the first script is compiled.
//
// f gets numbers, strings, booleans and nil, and what it returns must be one
// of these. It must not run scripts. What it does beside is said by f.Effect; in a script, which is one
// transaction, Outside is Irrevocable: from there on the script cannot be undone
// by conflicts, only by its own errors, and no other commits.
func (rt *Runtime) Register(f sched.Native[lua.LValue]) {
	rt.natives.Register(f)
	rt.names = append(rt.names, f.Name)
}

// borrow returns a state that nobody uses.
func (rt *Runtime) borrow() (*state, error) {
	rt.mu.Lock()
	if n := len(rt.idle); n > 0 {
		s := rt.idle[n-1]
		rt.idle = rt.idle[:n-1]
		rt.mu.Unlock()
		return s, nil
	}
	rt.mu.Unlock()
	return rt.newState()
}

func (rt *Runtime) giveBack(s *state) {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	rt.idle = append(rt.idle, s)
}
