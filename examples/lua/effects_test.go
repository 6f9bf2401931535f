package luastm

import (
	"errors"
	"fmt"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/sched"
)

// What a native function does happens as often as its effect says, while the
// script is undone twice.
func TestNativesByEffect(t *testing.T) {
	var h *host
	did := map[string]int{}
	native := func(effect sched.Effect) sched.Native[lua.LValue] {
		name := effect.String()
		n := sched.Native[lua.LValue]{Name: name, Effect: effect, Call: func(_ *sched.Thread, args []lua.LValue) (lua.LValue, error) {
			did[name]++
			return lua.LString(fmt.Sprint(name, args)), nil
		}}
		if effect == sched.Compensated {
			n.Undo = func(_ *sched.Thread, _ []lua.LValue, result lua.LValue) { did[name]-- }
		}
		return n
	}
	h = newHost(t, Options{Transact: true}, bump(&h, 2, `shared.n = (shared.n or 0) + 1`),
		native(sched.Pure), native(sched.Deferred), native(sched.Compensated), native(sched.Irrevocable), native(sched.Outside))
	got := h.call(`
		local n = shared.n
		local a, b, c = pure(1), deferred(2), compensated(3)
		meddle()
		n = shared.n
		shared.out = n
		local d, e = irrevocable(4), outside(5)
		shared.last = d
		return a, b, c, d, e`)
	require.Equal(t, []any{"pure[1]", nil, "compensated[3]", "irrevocable[4]", "outside[5]"}, got)
	require.Equal(t, map[string]int{"pure": 3, "deferred": 1, "compensated": 1, "irrevocable": 1, "outside": 1}, did)
	require.Equal(t, table{"n": 2.0, "out": 2.0, "last": "irrevocable[4]"}, h.state())

	_, err := h.try(`compensated(1) deferred(1) pure({})`)
	require.ErrorContains(t, err, "native functions take and return numbers, strings, booleans and nil, not a table")
	require.Equal(t, 1, did["compensated"])
	require.Equal(t, 1, did["deferred"])
}

func TestErrorOfANative(t *testing.T) {
	for _, opts := range []Options{{}, {Transact: true}, {Mode: sched.GIL}} {
		h := newHost(t, opts, sched.Native[lua.LValue]{Name: "fail", Effect: sched.Irrevocable, Call: func(*sched.Thread, []lua.LValue) (lua.LValue, error) {
			return nil, errors.New("no such thing")
		}})
		_, err := h.try(`shared.x = 1 fail()`)
		require.EqualError(t, err, "test.lua:1: fail: no such thing")
		require.Empty(t, h.state())
		require.Equal(t, []any{false}, h.call(`local ok = pcall(fail) shared.x = 1 return ok`))
		require.Equal(t, table{"x": 1.0}, h.state())
	}
}

func TestPrintAppearsOncePerCommitInOrder(t *testing.T) {
	eachMode(t, func(t *testing.T, h *host) {
		h.call(`print("a", 1, true, nil) print() or_else(function() print("undone") retry() end, function() print("b") end)
			try(function() print("undone too") error("x") end)`)
		h.call(`print("c")`)
		_, err := h.try(`print("d") error("no")`)
		require.Error(t, err)
		require.Equal(t, []string{"a\t1\ttrue\tnil", "", "b", "c"}, h.output)
	})
}
