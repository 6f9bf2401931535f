package luastm

import (
	"context"
	"errors"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/sched"
)

// Scripts that go wrong after they have written: an error of the script with a
// position, nothing written, and the next script finds everything in order.
func TestScriptsThatMisbehave(t *testing.T) {
	for name, test := range map[string]struct{ src, want string }{
		"endless loop":         {`while true do end`, "test.lua:3 in main chunk: sched: the thread has executed as many instructions as it may"},
		"endless repeat":       {`repeat shared.x = 1 until false`, "as many instructions"},
		"endless goto pcall":   {`while true do pcall(error) end`, "as many instructions"},
		"endless in pcall":     {`pcall(function() while true do end end)`, "as many instructions"},
		"endless in xpcall":    {`xpcall(function() error("x") end, function() while true do end end)`, "as many instructions"},
		"endless in coroutine": {`coroutine.wrap(function() while true do end end)()`, "as many instructions"},
		"endless coroutines":   {`while true do coroutine.resume(coroutine.create(function() end)) end`, "as many instructions"},
		"endless in try":       {`try(function() while true do end end)`, "as many instructions"},
		"endless in or_else":   {`or_else(function() while true do end end)`, "as many instructions"},
		"endless iterator":     {`for x in function() return 1 end do end`, "as many instructions"},
		"recursion":            {`local function f() return 1 + f() end f()`, "test.lua:3: stack overflow"},
		"recursion of pcall":   {`local function f() pcall(f) error("deep") end f()`, "test.lua:3: deep"},
		"recursion, metatable": {`local t = setmetatable({}, {}) getmetatable(t).__index = function(_, k) return t[k] end return t.x`, "stack overflow"},
		"coroutine recursion":  {`local function f() coroutine.wrap(f)() end f()`, "coroutines are nested 100 deep"},
		"divided string":       {`return ("a") / 2`, "test.lua:3: cannot perform div operation between string and number"},
		"called nil":           {`nothing()`, "test.lua:3: attempt to call a non-function object"},
		"modulo in fields":     {`return shared.a.b`, "test.lua:3: attempt to index a non-table object(nil)"},
		"compared":             {`return {} < 1`, "test.lua:3: attempt to compare table with number"},
		"many values":          {`return unpack({}, 1, 1e8)`, "unpack: too many results"},
		"error in handler":     {`xpcall(function() error("a") end, error) error("b")`, "test.lua:3: b"},
		"no position":          {`error("bare", 0)`, "bare"},
	} {
		t.Run(name, func(t *testing.T) {
			eachLimited(t, func(t *testing.T, h *host) {
				h.call("shared.good = {1}")
				_, err := h.try("shared.bad = 1 shared.good[1] = 2 shared.good = nil print('bad')\n counter('c'):add(1)\n" + test.src)
				require.ErrorContains(t, err, test.want)
				require.Equal(t, table{"good": []any{1.0}}, h.state())
				require.Empty(t, h.output)
				require.Equal(t, []any{0.0}, h.call(`shared.next = true return counter("c"):get()`))
			})
		})
	}
}

func eachLimited(t *testing.T, f func(t *testing.T, h *host)) {
	for name, opts := range map[string]Options{"stm": {Steps: 3000}, "transact": {Steps: 3000, Transact: true}, "gil": {Mode: sched.GIL, Steps: 3000}} {
		t.Run(name, func(t *testing.T) { f(t, newHost(t, opts)) })
	}
}

// Dividing by zero is no error in Lua.
func TestDivisionByZero(t *testing.T) {
	eachMode(t, func(t *testing.T, h *host) {
		require.Equal(t, []any{true, true}, h.call(`return 1 / 0 > math.huge, 0 / 0 ~= 0 / 0`))
	})
}

// The limit of steps is that of the attempt that counts: whether a script exceeds it
// does not depend on conflicts, and each script has its own.
func TestStepLimitIgnoresConflicts(t *testing.T) {
	run := func(conflicts, limit int) error {
		var h *host
		h = newHost(t, Options{Transact: true, Steps: limit}, bump(&h, conflicts, `shared.n = 1`))
		for range 2 {
			_, err := h.try(`local n = shared.n for i = 1, 20 do end meddle() shared.out = shared.n`)
			if err != nil {
				return err
			}
			conflicts = 0
		}
		return nil
	}
	need := 1
	for ; run(0, need) != nil; need++ {
		require.Less(t, need, 1000)
	}
	require.Greater(t, need, 20)
	require.NoError(t, run(3, need))
	require.ErrorIs(t, run(3, need-1), sched.ErrStepLimit)
}

// A script is killed after it has written, wherever it is.
func TestCancelEndsAScript(t *testing.T) {
	for name, loop := range map[string]string{
		"loop": `while true do started() end`, "pcall": `while true do pcall(started) pcall(error) end`,
		"coroutine": `coroutine.wrap(function() while true do started() end end)()`,
	} {
		t.Run(name, func(t *testing.T) {
			for _, opts := range []Options{{}, {Transact: true}, {Mode: sched.GIL}} {
				ctx, cancel := context.WithCancelCause(t.Context())
				why := errors.New("closing time")
				h := newHost(t, opts, sched.Native[lua.LValue]{Name: "started", Call: func(*sched.Thread, []lua.LValue) (lua.LValue, error) {
					cancel(why)
					return nil, nil
				}})
				_, err := h.Run(ctx, h.compile("shared.x = 1\n"+loop))
				require.ErrorIs(t, err, why)
				require.ErrorContains(t, err, "test.lua:2")
				require.Empty(t, h.state())
				_, err = h.Run(ctx, h.compile("shared.x = 1"))
				require.ErrorIs(t, err, why)
				require.Empty(t, h.state())
			}
		})
	}
}

// A context that ends just when the script does leaves either all or nothing,
// and says which.
func TestCancelAtTheEnd(t *testing.T) {
	eachMode(t, func(t *testing.T, h *host) {
		committed := 0
		for range 50 {
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan struct{})
			go func() {
				cancel()
				close(done)
			}()
			if _, err := h.Run(ctx, h.compile(`counter("c"):add(1)`)); err == nil {
				committed++
			}
			<-done
		}
		n, err := h.Runtime.Counter(t.Context(), "c")
		require.NoError(t, err)
		require.Equal(t, int64(committed), n)
	})
}
