package luastm

import (
	"testing"

	"github.com/stretchr/testify/require"
)

type table = map[any]any

func TestSharedTable(t *testing.T) {
	eachMode(t, func(t *testing.T, h *host) {
		got := h.call(`
			shared.n, shared.s, shared.b, shared[1], shared[true] = 1.5, "x", false, "one", "yes"
			shared.gone = 1
			shared.gone = nil
			shared.list = {10, 20, {30}}
			local list = shared.list
			list[#list + 1] = 40
			return shared.n, shared.s, shared.b, shared[1], shared[true], shared.gone, shared.never, shared[{}], shared[nil],
				#list, list[3][1], list == shared.list, list ~= shared.list[3], type(list), #shared`)
		require.Equal(t, []any{1.5, "x", false, "one", "yes", nil, nil, nil, nil, 4.0, 30.0, true, true, "table", 1.0}, got)
		want := table{"n": 1.5, "s": "x", "b": false, 1.0: "one", true: "yes", "list": []any{10.0, 20.0, []any{30.0}, 40.0}}
		require.Equal(t, want, h.state())
		require.Equal(t, []any{10.0, 20.0, []any{30.0}, 40.0}, h.call("return shared.list")[0])
	})
}

// A plain table is copied when it is stored, in its shape; a shared one is
// stored as it is.
func TestStoringATable(t *testing.T) {
	eachMode(t, func(t *testing.T, h *host) {
		require.Equal(t, []any{1.0, true, true, 2.0}, h.call(`
			local inner = {}
			local t = {a = inner, b = inner, x = 1}
			t.self = t
			shared.t = t
			t.x = 5
			inner.y = 6
			shared.alias = shared.t.a
			shared.alias.z = 2
			return shared.t.x, shared.t.a == shared.t.b, shared.t.self == shared.t, shared.t.b.z`))
	})
}

func TestIteration(t *testing.T) {
	eachMode(t, func(t *testing.T, h *host) {
		require.Equal(t, []any{"b=1 a=2 3=x ", "1:p 2:q ", "b", "a", 3.0, nil, true}, h.call(`
			shared.t = {}
			local t = shared.t
			t.b = 1; t.a = 2; t[3] = "x"
			local pairs_, ipairs_ = "", ""
			for k, v in pairs(t) do pairs_ = pairs_ .. k .. "=" .. v .. " " end
			shared.l = {"p", "q"}
			shared.l[4] = "s"
			for i, v in ipairs(shared.l) do ipairs_ = ipairs_ .. i .. ":" .. v .. " " end
			shared.empty = {}
			return pairs_, ipairs_, next(t), next(t, "b"), next(t, "a"), next(t, 3), next(shared.empty) == nil`)[:7])
		// A loop may change the table that it goes over.
		require.Equal(t, []any{2.0, table{"b": 1.0, "c": 9.0, "new": 1.0}}, h.call(`
			shared.t = {}
			local t, n = shared.t, 0
			t.b = 0; t.a = 5; t.c = 8
			for k, v in pairs(t) do
				n = n + 1
				t.a = nil
				t[k] = v + 1
				t.new = 1
			end
			return n, snapshot(t)`))
	})
}

func TestTableLibrary(t *testing.T) {
	eachMode(t, func(t *testing.T, h *host) {
		require.Equal(t, []any{"1,2,3,4", 4.0, 1.0, nil, "2;3", 2.0, 3.0, []any{2.0, 3.0}, "c,b"}, h.call(`
			shared.l = {2, 4}
			local l = shared.l
			table.insert(l, 2, 3)
			table.insert(l, 1, 1)
			local all = table.concat(l, ",")
			local last, first = table.remove(l), table.remove(l, 1)
			local a, b = unpack(l)
			local plain = {"b"}
			table.insert(plain, 1, "c")
			return all, last, first, table.remove(l, 9), table.concat(l, ";"), a, b, snapshot(l), table.concat(plain, ",")`))
		_, err := h.try(`table.sort(shared.l)`)
		require.ErrorContains(t, err, "test.lua:1: table.sort: not for shared tables: use it on snapshot(t)")
		_, err = h.try(`table.insert(shared.l, 7, 1)`)
		require.ErrorContains(t, err, "position 7 out of range: the table has 2 elements")
	})
}

// What cannot be shared is an error of the script, at its position, that
// undoes it.
func TestWhatCannotBeShared(t *testing.T) {
	eachMode(t, func(t *testing.T, h *host) {
		for src, want := range map[string]string{
			`shared.f = print`:                           "cannot share a function: shared tables hold numbers, strings, booleans and tables of these",
			`shared.f = {1, {function() end}}`:           "cannot share a function",
			`shared.c = counter("c")`:                    "cannot share a userdata",
			`shared.c = coroutine.create(function()end)`: "cannot share a thread",
			`shared.m = setmetatable({}, {})`:            "cannot share a table with a metatable: store its contents",
			`shared[shared] = 1`:                         "cannot use a table as a key of a shared table: use a number, a string or a boolean",
			`shared[{}] = 1`:                             "cannot use a table as a key of a shared table",
			`shared.t = {[{}] = 1}`:                      "cannot use a table as a key of a shared table",
			`shared[nil] = 1`:                            "table index is nil",
			`shared[0/0] = 1`:                            "table index is NaN",
			`return print`:                               "a script cannot return a function",
			`local t = {} t.t = t return t`:              "nested too deeply, or in a circle",
			`rawset(shared, 1, 1)`:                       "table expected",
			`getmetatable(shared).__index = nil`:         "attempt to index a non-table object(string)",
			`setmetatable(shared, {})`:                   "table expected",
		} {
			_, err := h.try("shared.before = 1\n" + src)
			require.ErrorContains(t, err, want, src)
			require.ErrorContains(t, err, "test.lua", src)
			require.Empty(t, h.state(), src)
		}
	})
}

func TestHost(t *testing.T) {
	eachMode(t, func(t *testing.T, h *host) {
		ctx := t.Context()
		require.NoError(t, h.Set(ctx, "config", map[string]any{"limit": 3, "tags": []string{"a", "b"}, "on": true, "none": nil}))
		got, err := h.Get(ctx, "config")
		require.NoError(t, err)
		require.Equal(t, table{"limit": 3.0, "tags": []any{"a", "b"}, "on": true}, got)
		got, err = h.Get(ctx, "never")
		require.NoError(t, err)
		require.Nil(t, got)
		require.Equal(t, []any{7.0, uint8(0) == 0, "s"}, h.call("local a, b, c = ... return a, b, c", uint16(7), true, "s"))
		require.ErrorContains(t, h.Set(ctx, "x", struct{}{}), "cannot pass a struct {} to a script")
		_, err = h.Compile("bad.lua", "x = = 1")
		require.ErrorContains(t, err, "bad.lua")
	})
}

func TestCounter(t *testing.T) {
	eachMode(t, func(t *testing.T, h *host) {
		require.Equal(t, []any{4.0, "counter: hits"}, h.call(`
			local c = counter("hits")
			c:add() c:add(5) counter("hits"):add(-2)
			return c:get(), tostring(c)`))
		_, err := h.try(`counter("hits"):add(100) error("no")`)
		require.Error(t, err)
		n, err := h.Runtime.Counter(t.Context(), "hits")
		require.NoError(t, err)
		require.Equal(t, int64(4), n)
		_, err = h.try(`counter("hits"):add(0.5)`)
		require.ErrorContains(t, err, "counters count integers")
		_, err = h.try(`counter("hits").add(1)`)
		require.ErrorContains(t, err, "counter expected")
		_, err = h.try(`counter("hits"):sub(1)`)
		require.ErrorContains(t, err, "a counter has no sub: it has add and get")
	})
}
