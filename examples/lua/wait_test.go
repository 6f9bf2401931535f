package luastm

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stm"
)

// retry undoes the script and sleeps until something that it has read
// changes, also from inside of what catches errors.
func TestRetry(t *testing.T) {
	for name, wait := range map[string]string{
		"plain": `if not shared.item then retry() end`, "pcall": `pcall(function() if not shared.item then retry() end end)`,
		"try": `try(function() if not shared.item then retry() end end)`, "coroutine": `coroutine.wrap(function() if not shared.item then retry() end end)()`,
	} {
		t.Run(name, func(t *testing.T) {
			eachMode(t, func(t *testing.T, h *host) {
				h.bubble(t, func(t *testing.T) {
					got := make(chan []any)
					go func() {
						got <- h.call(`
							shared.looks = (shared.looks or 0) + 1
							print("looked")
							` + wait + `
							local item = shared.item
							shared.item = nil
							return item`)
					}()
					synctest.Wait()
					select {
					case <-got:
						t.Fatal("did not wait")
					default:
					}
					h.call(`shared.item = "tea"`)
					require.Equal(t, []any{"tea"}, <-got)
					require.Equal(t, table{"looks": 1.0}, h.state())
					require.Equal(t, []string{"looked"}, h.output)
				})
			})
		})
	}
}

// An alternative that retries leaves nothing behind; any of them wakes the script.
func TestOrElse(t *testing.T) {
	eachMode(t, func(t *testing.T, h *host) {
		take := `
			local function take(k) return function()
				shared.tried = k
				shared[k .. "s"] = (shared[k .. "s"] or 0) + 1
				counter(k):add(1)
				if not shared[k] then retry() end
				local v = shared[k]
				shared[k] = nil
				return k, v
			end end
			shared.before = true
			return or_else(take("a"), function() return or_else(take("b"), take("c")) end)`
		opts := h.opts
		for _, k := range []string{"c", "b", "a"} {
			h := newHost(t, opts)
			h.bubble(t, func(t *testing.T) {
				got := make(chan []any)
				go func() { got <- h.call(take) }()
				synctest.Wait()
				h.call(`shared[...] = 7`, k)
				require.Equal(t, []any{k, 7.0}, <-got)
				require.Equal(t, table{"before": true, "tried": k, k + "s": 1.0}, h.state())
				n, err := h.Runtime.Counter(t.Context(), k)
				require.NoError(t, err)
				require.Equal(t, int64(1), n)
			})
		}
		_, err := h.try(`or_else(function() shared.x = 1 error("chosen") end, function() end)`)
		require.ErrorContains(t, err, "test.lua:1: chosen")
		_, err = h.try(`or_else()`)
		require.ErrorContains(t, err, "or_else: missing functions: or_else(f, g)")
		_, err = h.try(`or_else(1)`)
		require.ErrorContains(t, err, "function expected")
	})
}

func TestRetryThatNothingCanWake(t *testing.T) {
	h := newHost(t, Options{Transact: true})
	_, err := h.try("local x = 1\nretry()")
	require.ErrorIs(t, err, stm.ErrNothingRead)
	require.ErrorContains(t, err, "test.lua:2")
	require.Empty(t, h.state())
}

func TestCancelEndsAWait(t *testing.T) {
	eachMode(t, func(t *testing.T, h *host) {
		h.bubble(t, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			got := make(chan error)
			script := h.compile(`shared.x = 1 if not shared.never then retry() end`)
			go func() {
				_, err := h.Run(ctx, script)
				got <- err
			}()
			synctest.Wait()
			why := errors.New("closing time")
			cancel(why)
			require.ErrorIs(t, <-got, why)
			require.Empty(t, h.state())
		})
	})
}

func TestYieldOutOfAPart(t *testing.T) {
	eachMode(t, func(t *testing.T, h *host) {
		for _, part := range []string{"try", "or_else"} {
			got := h.call(`return pcall(coroutine.wrap(function() return ` + part + `(function() coroutine.yield() end) end))`)
			require.NotEmpty(t, got)
			require.Contains(t, got[len(got)-1], "attempt to yield out of or_else or try")
		}
		require.Equal(t, []any{1.0, 2.0}, h.call(`
			return try(function()
				local f = coroutine.wrap(function() coroutine.yield(1) coroutine.yield(2) end)
				shared.a, shared.b = f(), f()
			end) and shared.a, shared.b`))
	})
}
