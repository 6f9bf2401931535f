package starstm

import (
	"context"
	"fmt"
	"maps"
	"sync"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A Mode says what keeps the atomic blocks of a Runtime apart.
type Mode uint8

const (
	// STM runs each block as a transaction: blocks run in parallel, and one
	// that meets a conflict is run again.
	STM Mode = iota

	// Mutex runs one block at a time, under a lock that the whole Runtime
	// shares, as an interpreter with a global lock would.
	Mutex
)

// String returns "stm" or "mutex".
func (m Mode) String() string {
	switch m {
	case STM:
		return "stm"
	case Mutex:
		return "mutex"
	}
	return fmt.Sprintf("Mode(%d)", uint8(m))
}

// A Runtime is a heap of shared objects and the guest threads that work on
// it. The zero Runtime is ready to use, in mode STM. It must not be copied, nor its
// fields changed, after first use.
//
// Any number of goroutines may use a Runtime at once, each with a
// starlark.Thread of its own.
type Runtime struct {
	// Mode chooses between transactions and one lock. Scripts behave the
	// same under both; only their speed differs.
	Mode Mode

	// Syntax is the dialect of Exec. Nil is the standard one with sets.
	Syntax *syntax.FileOptions

	// NewThread makes the threads of parallel and each, for instance with a step
	// limit: the parent is the thread that calls these. Nil copies its name. If
	// Print is nil they print as the parent does, one at a time.
	NewThread func(parent *starlark.Thread) *starlark.Thread

	lock     lock // mode Mutex
	tally    tally
	book     book
	printing sync.Mutex // by the threads of crews
}

// options is the dialect where Syntax says nothing.
var options = &syntax.FileOptions{Set: true}

// Exec runs a Starlark file to its end on thread and returns its globals,
// frozen. src is nil, a string, a []byte or an io.Reader, as for
// starlark.ExecFile. The file sees env and the names of Predeclared; env wins.
//
// Guest threads may call the functions of the file once Exec has returned.
func (rt *Runtime) Exec(ctx context.Context, thread *starlark.Thread, filename string, src any, env starlark.StringDict) (starlark.StringDict, error) {
	m := new(module)
	names := rt.Predeclared()
	maps.Copy(names, env)
	names[moduleKey] = m
	opts := rt.Syntax
	if opts == nil {
		opts = options
	}
	_, prog, err := starlark.SourceProgramOptions(opts, filename, src, names.Has)
	if err != nil {
		return nil, err
	}
	var globals starlark.StringDict
	err = rt.enter(ctx, thread, func() (err error) {
		globals, err = prog.Init(thread, names)
		return err
	})
	globals.Freeze()
	m.ready.Store(true)
	return globals, err
}

// Call calls fn on thread, which becomes a guest thread of rt: shared objects,
// atomic and retry work in it. When ctx ends, a wait in retry ends, and so
// does the script itself at its next step; the error then also matches that of
// the context, and the thread stays cancelled, as after Thread.Cancel.
//
// An error raised by the script is a *starlark.EvalError with the backtrace of
// the guest.
func (rt *Runtime) Call(ctx context.Context, thread *starlark.Thread, fn starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if f, ok := fn.(*starlark.Function); ok {
		if m := moduleOf(f); m != nil && !m.ready.Load() {
			return nil, fmt.Errorf("starstm: %s belongs to a file that is still being executed: call it after Exec has returned", f.Name())
		}
	}
	var v starlark.Value
	err := rt.enter(ctx, thread, func() (err error) {
		v, err = starlark.Call(thread, fn, args, kwargs)
		return err
	})
	if err != nil {
		return nil, err
	}
	return v, nil
}

// Predeclared returns a new dictionary of the names that a script needs:
// atomic, view, retry, or_else, parallel, each and shared.
func (rt *Runtime) Predeclared() starlark.StringDict {
	return starlark.StringDict{
		"atomic":   starlark.NewBuiltin("atomic", atomicBuiltin),
		"view":     starlark.NewBuiltin("view", viewBuiltin),
		"retry":    starlark.NewBuiltin("retry", retryBuiltin),
		"or_else":  starlark.NewBuiltin("or_else", orElseBuiltin),
		"parallel": starlark.NewBuiltin("parallel", parallelBuiltin),
		"each":     starlark.NewBuiltin("each", eachBuiltin),
		"shared":   rt.constructors(),
	}
}
