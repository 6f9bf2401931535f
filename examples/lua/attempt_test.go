package luastm

import (
	"errors"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/sched"
)

// An attempt that loses leaves nothing behind, whatever the script does to go
// on: no globals, no change of a library, no output, no steps.
func TestLostAttemptIsUnnoticed(t *testing.T) {
	for name, lose := range map[string]string{
		"plain": `local n = shared.n meddle() local m = shared.n`,
		"pcall": `local n = shared.n meddle()
			repeat local ok, err = pcall(function() return shared.n end) until not ok or true
			local function again() pcall(again2 or error) return pcall(function() return shared.n end) end again()`,
		"xpcall": `local n = shared.n meddle()
			xpcall(function() return shared.n end, function(e) handled = true while true do end end)`,
		"coroutine": `local n = shared.n meddle()
			local co = coroutine.create(function() coroutine.yield(1) return shared.n end)
			coroutine.resume(co) while coroutine.status(co) ~= "dead" do coroutine.resume(co) end`,
		"wrap": `local n = shared.n meddle()
			local f = coroutine.wrap(function() pcall(function() return shared.n end) coroutine.yield() end)
			pcall(f)`,
		"try":         `local n = shared.n meddle() try(function() return shared.n end)`,
		"or_else":     `local n = shared.n meddle() or_else(function() return shared.n end, function() end)`,
		"metamethod":  `local n = shared.n meddle() local t = setmetatable({}, {__index = function() return shared.n end}) local x = t.x`,
		"gsub":        `local n = shared.n meddle(); ("abc"):gsub(".", function() return shared.n end)`,
		"at commit":   `local n = shared.n meddle()`,
		"long loop":   `local n = shared.n meddle() for i = 1, 40000 do end`,
		"iteration":   `for k, v in pairs(shared) do meddle() end for k, v in pairs(shared) do end`,
		"own pcall":   `local n = shared.n meddle() pcall(pcall, pcall, function() return shared.n end)`,
		"write after": `local n = shared.n meddle() pcall(function() shared.x = shared.n end) shared.x = n`,
	} {
		t.Run(name, func(t *testing.T) {
			var h *host
			h = newHost(t, Options{Transact: true}, bump(&h, 2, `shared.n = (shared.n or 0) + 1`))
			h.call(`shared.n = 0`)
			before := h.Stats()
			got := h.call(`
				assert(leak == nil, "a global of a lost attempt")
				assert(string.leak == nil and table.insert ~= 1, "a changed library")
				leak, string.leak, table.insert = 1, 1, 1
				print("attempt")
				counter("runs"):add(1)
				` + lose + `
				shared.out = shared.n
				return shared.n, handled`)
			require.Equal(t, []any{2.0, nil}, got)
			require.Equal(t, []string{"attempt"}, h.output)
			require.Equal(t, table{"n": 2.0, "out": 2.0}, without(h.state(), "x"))
			require.Equal(t, uint64(2), h.Stats().Aborts-before.Aborts)
			n, err := h.Runtime.Counter(t.Context(), "runs")
			require.NoError(t, err)
			require.Equal(t, int64(1), n)
		})
	}
}

func without(all any, key any) any {
	delete(all.(table), key)
	return all
}

// A script finds nothing of a former one, and can change nothing that outlives it.
func TestScriptsAreIsolated(t *testing.T) {
	eachMode(t, func(t *testing.T, h *host) {
		for range 2 {
			got := h.call(`
				local found = not not (leak or _G.leak2 or string.leak or math.pi ~= 3.141592653589793 or ("").leak)
				leak = 1
				_G.leak2 = 1
				string.leak, math.pi = 1, 3
				print, pairs, pcall = nil, nil, nil
				return found, ("x"):rep(2), getmetatable(""), getmetatable(_G), type(pairs)`)
			require.Equal(t, []any{false, "xx", "locked", "locked", "function"}, got)
		}
		require.Equal(t, []any{nil, nil, "X"}, h.call(`return ("").__index, string.__index, ("x"):upper()`))
		for src, want := range map[string]string{
			`setmetatable("", {})`:     "table expected",
			`setmetatable(1, {})`:      "table expected",
			`setmetatable(print, {})`:  "table expected",
			`setmetatable(_G, {})`:     "cannot change a protected metatable",
			`require("x")`:             "attempt to call a non-function object",
			`load(function() end)`:     "attempt to call a non-function object",
			`loadstring("x = 1")`:      "attempt to call a non-function object",
			`setfenv(1, {})`:           "attempt to call a non-function object",
			`io.write("x")`:            "attempt to index a non-table object(nil)",
			`os.exit(1)`:               "attempt to call a non-function object",
			`debug.getregistry()`:      "attempt to index a non-table object(nil)",
			`local x = ("x"):rep(1e9)`: "string.rep: result longer than",
			`getmetatable(_G).__index.print = function() end`: "attempt to index a non-table object(nil)",
		} {
			_, err := h.try(src)
			require.ErrorContains(t, err, want, src)
		}
	})
}

func TestErrorRollsBack(t *testing.T) {
	eachMode(t, func(t *testing.T, h *host) {
		h.call(`shared.kept, shared.list = 1, {1, 2}`)
		_, err := h.try(`
			shared.kept = 2
			shared.new = {}
			table.insert(shared.list, 3)
			shared.list[1] = nil
			counter("c"):add(1)
			print("never seen")
			local function inner() error("broke") end
			inner()`)
		var e *ScriptError
		require.ErrorAs(t, err, &e)
		require.Equal(t, "test.lua:8: broke", e.Error())
		require.Equal(t, "test.lua", e.Script)
		require.Contains(t, e.Traceback, "test.lua:9: in main chunk")
		require.Equal(t, table{"kept": 1.0, "list": []any{1.0, 2.0}}, h.state())
		require.Empty(t, h.output)
		n, err := h.Runtime.Counter(t.Context(), "c")
		require.NoError(t, err)
		require.Zero(t, n)
		_, err = h.try(`error({message = "a table"})`)
		require.EqualError(t, err, "a table")
		_, err = h.try(`error({code = 5, list = shared.list})`)
		require.ErrorAs(t, err, &e)
		require.Equal(t, table{"code": 5.0, "list": []any{1.0, 2.0}}, e.Value)
		_, err = h.try(`error(print)`)
		require.ErrorContains(t, err, "error value: function")
		_, err = h.try(`error(nil)`)
		require.EqualError(t, err, "error value: nil")
	})
}

// An error that the script catches undoes nothing, except in try.
func TestCaughtErrors(t *testing.T) {
	eachMode(t, func(t *testing.T, h *host) {
		got := h.call(`
			local function f(k) shared[k] = true counter("c"):add(1) print(k) error(k .. "!", 0) end
			local results = {pcall(f, "pcall")}
			results[3], results[4] = try(f, "try")
			results[5], results[6] = xpcall(function() f("xpcall") end, function(e) shared.handler = e return e .. "?" end)
			results[7], results[8], results[9] = try(function(a, b) shared.good = a return a, b end, 1, 2)
			results[10], results[11] = pcall(coroutine.wrap(function() f("wrap") end))
			results[12] = pcall(nil)
			return results`)
		require.Equal(t, []any{[]any{false, "pcall!", false, "try!", false, "xpcall!?", true, 1.0, 2.0, false, "wrap!", false}}, got)
		require.Equal(t, table{"pcall": true, "xpcall": true, "handler": "xpcall!", "good": 1.0, "wrap": true}, h.state())
		require.Equal(t, []string{"pcall", "xpcall", "wrap"}, h.output)
	})
}

// Random numbers and the time are those of the run, whatever happens to its
// attempts.
func TestChanceIsTheRuns(t *testing.T) {
	var h *host
	var drawn []lua.LValue
	h = newHost(t, Options{Transact: true}, bump(&h, 2, `shared.n = (shared.n or 0) + 1`),
		sched.Native[lua.LValue]{Name: "note", Call: func(_ *sched.Thread, args []lua.LValue) (lua.LValue, error) {
			drawn = append(drawn, args...)
			return nil, nil
		}})
	h.call(`
		note(math.random(), math.random(6), math.random(-3, 3), os.time(), os.clock())
		local n = shared.n
		meddle()
		shared.out = shared.n`)
	require.Len(t, drawn, 15)
	require.Equal(t, drawn[:5], drawn[5:10])
	require.Equal(t, drawn[:5], drawn[10:])
	got := h.call(`math.randomseed(7) local a = math.random(1000) math.randomseed(7) return a == math.random(1000)`)
	require.Equal(t, []any{true}, got)
	got = h.call(`for i = 1, 100 do local n = math.random(2, 4) assert(n >= 2 and n <= 4 and n % 1 == 0) end return pcall(math.random, 0)`)
	require.Equal(t, false, got[0])
}

func TestPanicOfANativePassesThrough(t *testing.T) {
	boom := errors.New("boom")
	for _, opts := range []Options{{}, {Transact: true}, {Mode: sched.GIL}} {
		h := newHost(t, opts, sched.Native[lua.LValue]{Name: "explode", Call: func(*sched.Thread, []lua.LValue) (lua.LValue, error) { panic(boom) }})
		require.PanicsWithValue(t, boom, func() { _, _ = h.try(`shared.x = 1 pcall(explode) pcall(pcall, explode)`) })
		require.Empty(t, h.state())
	}
}
