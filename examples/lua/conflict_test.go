package luastm

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/sched"
)

// What a script does, what another one does meanwhile, and whether the first must
// run again.
func TestConflicts(t *testing.T) {
	for _, test := range []struct {
		body, meddle string
		aborts       uint64
	}{
		{`shared.k = shared.k + 1`, `shared.k = shared.k + 1`, 1},
		{`local x = shared.k`, `shared.j = 2`, 0},
		{`local x = shared.new`, `shared.new = 1`, 1},
		{`local x = shared.new`, `shared.other = 1`, 0},
		{`shared.k = 5`, `shared.k = 6`, 0}, // the later one stays
		{`shared.new = 5`, `shared.other = 6`, 0},
		{`local x = shared.t.a`, `shared.t.b = 1`, 0},
		{`local x = shared.t.a`, `shared.t.a = 1`, 1},
		{`local x = shared.t.a`, `shared.t = {a = 2}`, 1},
		{`for k in pairs(shared.t) do end`, `shared.t.new = 1`, 1},
		{`for k in pairs(shared.t) do end`, `shared.new = 1`, 0},
		{`local n = #shared.l`, `table.insert(shared.l, 1)`, 1},
		{`local n = #shared.l`, `shared.l[1] = 7`, 0}, // still there
		{`local n = #shared.l`, `shared.l.name = "x"`, 0},
		{`counter("c"):add(1)`, `counter("c"):add(1)`, 0},
		{`counter("c"):get()`, `counter("c"):add(1)`, 1},
		{`or_else(function() if shared.k ~= 9 then retry() end end, function() end)`, `shared.k = 9`, 1},
	} {
		t.Run(test.body+" beside "+test.meddle, func(t *testing.T) {
			var h *host
			h = newHost(t, Options{Transact: true}, bump(&h, 1, test.meddle))
			h.call(`shared.k, shared.j, shared.t, shared.l = 1, 1, {a = 1}, {1, 2, 3}`)
			before := h.Stats()
			h.call(test.body + ` meddle() shared.out = 1`)
			require.Equal(t, test.aborts, h.Stats().Aborts-before.Aborts)
			require.Zero(t, h.Stats().Internal)
		})
	}
}

// A report says where the loser was, in which function, and whose script won.
func TestConflictsHavePositions(t *testing.T) {
	var h *host
	h = newHost(t, Options{Transact: true}, bump(&h, 2, `shared.n = (shared.n or 0) + 1`))
	loser, err := h.Compile("loser.lua", `
local function read()
    return shared.n
end
local function work()
    local n = read()
    meddle()
    local m = read() -- the third line of work
    return m
end
local m = work()
shared.out = m`)
	require.NoError(t, err)
	_, err = h.Run(t.Context(), loser)
	require.NoError(t, err)
	sites := h.Conflicts()
	require.Len(t, sites, 1)
	require.Equal(t, sched.Position{File: "loser.lua", Line: 3, Func: "read"}, sites[0].Mine)
	require.Equal(t, sched.Position{File: "test.lua"}, sites[0].Other)
	require.Equal(t, uint64(2), sites[0].Count)
	require.Positive(t, sites[0].Wasted)
	require.Contains(t, sites[0].String(), "at loser.lua:3 in read")
}
