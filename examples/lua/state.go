package luastm

import (
	"context"
	"math/rand/v2"

	lua "github.com/yuin/gopher-lua"

	"github.com/weft-stm/weft/sched"
)

// The sizes of a Lua state: frames of calls, and values.
const (
	maxCalls  = 200
	stackSize = 1 << 10
	maxStack  = 1 << 17
)

// A state is a Lua state with a thread of the machine. One goroutine uses it at
// a time. It outlives scripts, and keeps nothing of them.
type state struct {
	rt    *Runtime
	t     *sched.Thread
	l     *lua.LState
	clock clock

	base     *lua.LTable // what every environment inherits
	envMeta  *lua.LTable // how
	libs     map[string]*lua.LTable
	libMeta  map[string]*lua.LTable // of an attempt's own table for each
	meta     *lua.LTable            // of shared tables
	counters *lua.LTable            // metatable of counters
	original originals

	// Of the attempt that runs.
	run     *run
	env     *lua.LTable
	wrapped map[*Table]*lua.LUserData
	random  *rand.Rand
	parts   []*lua.LState // that are inside of or_else and try
	depth   int           // of coroutines

	// How it ends: once over is set, whatever the script does raises an error
	// until there is nothing left of it.
	over    bool
	status  sched.Status   // what to do then, unless waiting
	waiting bool           // for or_else to try the next alternative
	thrown  any            // by a native function
	last    sched.Position // where it ended, for messages
	spoilt  bool           // the state is not to be used again
}

func (rt *Runtime) newState() (*state, error) {
	s := &state{rt: rt}
	t, err := rt.machine.NewThread(context.Background(), s)
	if err != nil {
		return nil, err
	}
	s.t = t
	s.l = lua.NewState(lua.Options{SkipOpenLibs: true, CallStackSize: maxCalls, RegistrySize: stackSize, RegistryMaxSize: maxStack})
	s.clock.s = s
	s.l.SetContext(&s.clock)
	s.open()
	return s, nil
}

// begin readies the state for an attempt.
func (s *state) begin(r *run) {
	s.forget()
	s.over, s.waiting, s.status, s.thrown = false, false, sched.Proceed, nil
	s.run = r
	s.l.G.CurrentThread = s.l
	s.env = s.l.CreateTable(0, 8)
	s.env.Metatable = s.envMeta
	s.env.RawSetString("_G", s.env)
	s.env.RawSetString("shared", s.wrap(s.rt.root))
}

// forget drops what belongs to an attempt.
func (s *state) forget() {
	s.run, s.env, s.random, s.depth = nil, nil, nil, 0
	s.parts = s.parts[:0]
	clear(s.wrapped)
}

// Save does nothing: scripts begin again from the start.
func (s *state) Save() {}

// Restore does nothing.
func (s *state) Restore() {}

// Position returns where the script is.
func (s *state) Position() sched.Position {
	if s.run == nil {
		return sched.Position{}
	}
	l := s.l.G.CurrentThread
	for level := 0; ; level++ {
		dbg, ok := l.GetStack(level)
		if !ok {
			return sched.Position{File: s.run.script.name}
		}
		if _, err := l.GetInfo("Sln", dbg, nil); err == nil && dbg.What != "G" {
			return sched.Position{File: dbg.Source, Line: dbg.CurrentLine, Func: dbg.Name}
		}
	}
}

// check raises an error if the attempt is over. Whatever a script can do
// in Go begins with it.
func (s *state) check(l *lua.LState) {
	if s.over {
		s.unwind(l)
	}
}

// unwind leaves Lua. It does not return.
func (s *state) unwind(l *lua.LState) {
	l.Error(lua.LString("luastm: this attempt is over"), 0)
}

// must goes on if ok, and otherwise rolls the attempt back, which is lost.
func (s *state) must(l *lua.LState, ok bool) {
	if !ok {
		s.end(l, s.t.Rollback())
	}
}

// end leaves the attempt unless status is Proceed.
func (s *state) end(l *lua.LState, status sched.Status) {
	if status == sched.Proceed {
		return
	}
	s.stop(status)
	s.unwind(l)
}

func (s *state) stop(status sched.Status) {
	s.over, s.status = true, status
	if status == sched.Ended {
		s.last = s.Position()
	}
}
