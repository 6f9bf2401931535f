package luastm

import (
	"errors"
	"flag"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/weft-stm/weft/sched"
)

// Scripts that run in parallel give what they give one after the other, in the
// order of their commits, which the scripts themselves note: every result, every
// error that they catch, and what is left at the end.
func TestParallelScriptsEqualASerialOrder(t *testing.T) {
	var conflicts uint64
	checks(t, "30")
	for name, opts := range map[string]Options{"stm": {}, "transact": {Transact: true}} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(r *rapid.T) {
				scripts := rapid.SliceOfN(rapid.Custom(genScript), 2, 10).Draw(r, "scripts")
				h := newHost(t, opts, pause)
				h.call(initial)
				results := make([][]any, len(scripts))
				var threads sync.WaitGroup
				for me := range 3 {
					threads.Go(func() {
						for i := me; i < len(scripts); i += 3 {
							results[i] = outcome(h, scripts[i])
						}
					})
				}
				threads.Wait()
				conflicts += h.Stats().Aborts
				left := h.state()

				model := newHost(t, Options{Mode: sched.Serial}, pause)
				model.call(initial)
				order := make([]int, len(scripts)+1)
				for i, result := range results {
					if n, ok := result[0].(float64); ok {
						order[int(n)] = i + 1
					}
				}
				for _, i := range order {
					if i > 0 {
						require.Equal(r, results[i-1], outcome(model, scripts[i-1]), "script %d of order %v", i, order)
					}
				}
				require.Equal(r, model.state(), left, "order %v", order)
			})
		})
	}
	require.Positive(t, conflicts, "no conflict: this proves nothing")
}

// checks sets how often rapid runs a property, unless the command line says so.
func checks(t *testing.T, n string) {
	f := flag.Lookup("rapid.checks")
	if f.Value.String() != f.DefValue {
		return
	}
	require.NoError(t, f.Value.Set(n))
	t.Cleanup(func() { require.NoError(t, f.Value.Set(f.DefValue)) })
}

// pause lets others run, so that scripts overlap on any machine.
var pause = sched.Native[lua.LValue]{Name: "pause", Call: func(*sched.Thread, []lua.LValue) (lua.LValue, error) {
	runtime.Gosched()
	return nil, nil
}}

const initial = `shared.order, shared.a, shared.b, shared.c, shared.t, shared.l = 0, 1, 2, 3, {x = 1}, {1, 2}`

// outcome is what a script returns: its place in the order first. A script that
// fails has no place, and its error depends on when it ran.
func outcome(h *host, src string) []any {
	s, err := h.Compile("gen.lua", src)
	if err != nil {
		panic(err)
	}
	results, err := h.Run(h.t.Context(), s)
	var e *ScriptError
	if errors.As(err, &e) {
		return []any{"failed"}
	}
	if err != nil {
		panic(err)
	}
	return results
}

// genScript draws a script of some steps that use few keys.
func genScript(r *rapid.T) string {
	var b strings.Builder
	b.WriteString("local out = {}\nlocal function note(v) out[#out + 1] = tostring(v) end\n")
	b.WriteString("local function num(v) return type(v) == 'number' and v or 0 end\n")
	for range rapid.IntRange(1, 8).Draw(r, "steps") {
		b.WriteString(genStep(r, 0) + "pause()\n")
	}
	if rapid.IntRange(0, 9).Draw(r, "fails") == 0 {
		b.WriteString("error('as drawn')\n")
	}
	b.WriteString("shared.order = shared.order + 1\nreturn shared.order, table.concat(out, ' ')")
	return b.String()
}

func genStep(r *rapid.T, depth int) string {
	k := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(r, "key")
	j := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(r, "other")
	n := rapid.IntRange(-2, 2).Draw(r, "n")
	last := 11
	if depth == 2 {
		last = 8
	}
	switch rapid.IntRange(0, last).Draw(r, "step") {
	case 0:
		return fmt.Sprintf("shared.%s = %d\n", k, n)
	case 1:
		return fmt.Sprintf("shared.%s = num(shared.%s) + %d\n", k, j, n)
	case 2:
		return fmt.Sprintf("note(shared.%s)\n", k)
	case 3:
		return fmt.Sprintf("shared.t[%d] = shared.%s\n", n, k)
	case 4:
		return fmt.Sprintf("shared.%s = nil\n", k)
	case 5:
		return "local s = 0 for k, v in pairs(shared.t) do s = s + num(v) end note(s)\n"
	case 6:
		return fmt.Sprintf("table.insert(shared.l, %d) note(#shared.l)\n", n)
	case 7:
		return "note(table.remove(shared.l)) for i, v in ipairs(shared.l) do note(v) end\n"
	case 8:
		return fmt.Sprintf("counter('c'):add(%d) if %d == 2 then note(counter('c'):get()) end\n", n, n)
	case 9:
		return fmt.Sprintf("note(pcall(function()\n%s%serror('x') end))\n", genStep(r, depth+1), genStep(r, depth+1))
	case 10:
		return fmt.Sprintf("note(try(function()\n%s if num(shared.%s) > 0 then error('x') end end))\n", genStep(r, depth+1), k)
	}
	return fmt.Sprintf("or_else(function()\n%s if num(shared.%s) < 2 then retry() end note('first') end, function()\n%s note('second') end)\n",
		genStep(r, depth+1), k, genStep(r, depth+1))
}

// Transfers between accounts beside audits: no money is made or lost, and no
// audit sees half of a transfer.
func TestBank(t *testing.T) {
	eachMode(t, func(t *testing.T, h *host) {
		const accounts, threads, rounds = 5, 3, 60
		h.call(`shared.accounts = {} for i = 1, ... do shared.accounts[i] = 100 end`, accounts)
		transfer := h.compile(`
			local from, to, amount = ...
			local accounts = shared.accounts
			if accounts[from] < amount then error("broke") end
			accounts[from] = accounts[from] - amount
			for i = 1, 50 do end
			accounts[to] = accounts[to] + amount
			counter("transfers"):add(1)`)
		audit := h.compile(`
			local sum = 0
			for _, v in pairs(shared.accounts) do sum = sum + v end
			return sum`)
		errs := make(chan error, 2*threads)
		for me := range threads {
			go func() {
				var err error
				for i := range rounds {
					if _, e := h.Run(t.Context(), transfer, (me+i)%accounts+1, (me*2+i*3)%accounts+1, i%40); e != nil && !strings.Contains(e.Error(), "broke") {
						err = e
					}
				}
				errs <- err
			}()
			go func() {
				var err error
				for range rounds {
					sum, e := h.Run(t.Context(), audit)
					if e != nil || sum[0] != float64(accounts*100) {
						err = fmt.Errorf("sum %v, error %w", sum, e)
					}
				}
				errs <- err
			}()
		}
		for range 2 * threads {
			require.NoError(t, <-errs)
		}
	})
}
