package starstm

import (
	"context"
	"errors"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// eachMode runs f under both engines: scripts must not tell them apart.
func eachMode(t *testing.T, f func(t *testing.T, rt *Runtime)) {
	for _, mode := range []Mode{STM, Mutex} {
		t.Run(mode.String(), func(t *testing.T) { f(t, &Runtime{Mode: mode, Syntax: dialect}) })
	}
}

// dialect lets the scripts of tests have loops outside of functions.
var dialect = &syntax.FileOptions{Set: true, TopLevelControl: true, GlobalReassign: true}

// A script is a file that has been executed.
type script struct {
	t       testing.TB
	rt      *Runtime
	globals starlark.StringDict
	output  []string // of the file itself, and of call
}

// load executes src, which must succeed.
func load(t testing.TB, rt *Runtime, src string, env starlark.StringDict) *script {
	t.Helper()
	s, err := tryLoad(t, rt, src, env)
	require.NoError(t, err, "%s", backtrace(err))
	return s
}

func tryLoad(t testing.TB, rt *Runtime, src string, env starlark.StringDict) (s *script, err error) {
	s = &script{t: t, rt: rt}
	s.globals, err = rt.Exec(t.Context(), s.thread(), "test.star", src, env)
	return s, err
}

// thread returns a new thread whose output goes to s.
func (s *script) thread() *starlark.Thread {
	return &starlark.Thread{Print: func(_ *starlark.Thread, msg string) { s.output = append(s.output, msg) }}
}

// try calls a function of the script on a thread of its own.
func (s *script) try(ctx context.Context, fn string, args ...starlark.Value) (starlark.Value, error) {
	return s.rt.Call(ctx, s.thread(), s.globals[fn], args, nil)
}

// call is try for what must succeed.
func (s *script) call(fn string, args ...starlark.Value) starlark.Value {
	s.t.Helper()
	v, err := s.try(s.t.Context(), fn, args...)
	require.NoError(s.t, err, "%s", backtrace(err))
	return v
}

func backtrace(err error) string {
	var e *starlark.EvalError
	if errors.As(err, &e) {
		return e.Backtrace()
	}
	return ""
}

// builtin makes a function of Go for scripts.
func builtin(name string, f func() error) starlark.StringDict {
	return starlark.StringDict{name: starlark.NewBuiltin(name, func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
		return starlark.None, f()
	})}
}

// meddler returns a built-in meddle. In each of the first n attempts that call
// it, another thread calls fn of the script: with a well chosen fn this
// makes these attempts lose.
func meddler(s **script, n int, fn string) starlark.StringDict {
	return builtin("meddle", func() error {
		if n == 0 {
			return nil
		}
		n--
		done := make(chan error)
		go func() {
			_, err := (*s).try((*s).t.Context(), fn)
			done <- err
		}()
		return <-done
	})
}

// yield lets another goroutine run, so that blocks overlap on any machine.
func yield() { runtime.Gosched() }
