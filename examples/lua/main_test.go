package luastm

import (
	"testing"
	"testing/synctest"

	lua "github.com/yuin/gopher-lua"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/weft-stm/weft/sched"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// eachMode runs f with transactions, with those also for one script alone, and
// under a lock: scripts must not tell them apart.
func eachMode(t *testing.T, f func(t *testing.T, h *host)) {
	for name, opts := range map[string]Options{"stm": {}, "transact": {Transact: true}, "gil": {Mode: sched.GIL}} {
		t.Run(name, func(t *testing.T) { f(t, newHost(t, opts)) })
	}
}

// A host runs scripts and keeps what they print.
type host struct {
	*Runtime
	t      *testing.T
	output []string // Print is called by one goroutine at a time
}

func newHost(t *testing.T, opts Options, natives ...sched.Native[lua.LValue]) *host {
	h := &host{t: t}
	opts.Print = func(line string) { h.output = append(h.output, line) }
	h.Runtime = New(opts)
	for _, n := range natives {
		h.Register(n)
	}
	return h
}

func (h *host) compile(src string) *Script {
	h.t.Helper()
	s, err := h.Compile("test.lua", src)
	require.NoError(h.t, err)
	return s
}

// try runs a script.
func (h *host) try(src string, args ...any) ([]any, error) {
	h.t.Helper()
	return h.Run(h.t.Context(), h.compile(src), args...)
}

// call is try for what must succeed.
func (h *host) call(src string, args ...any) []any {
	h.t.Helper()
	results, err := h.try(src, args...)
	require.NoError(h.t, err)
	return results
}

// state returns shared, as Go sees it.
func (h *host) state() any {
	h.t.Helper()
	return h.call("return snapshot(shared)")[0]
}

// bubble runs f with a clock of its own.
func (h *host) bubble(t *testing.T, f func(t *testing.T)) {
	defer func() { h.t = t }()
	synctest.Test(t, func(t *testing.T) {
		h.t = t
		f(t)
	})
}

// bump is a native that runs src as another script, in the first n attempts that
// call it.
func bump(h **host, n int, src string) sched.Native[lua.LValue] {
	return sched.Native[lua.LValue]{Name: "meddle", Call: func(*sched.Thread, []lua.LValue) (lua.LValue, error) {
		if n == 0 {
			return lua.LNil, nil
		}
		n--
		done := make(chan error)
		go func() {
			_, err := (*h).Run((*h).t.Context(), (*h).compile(src))
			done <- err
		}()
		return lua.LNil, <-done
	}}
}
