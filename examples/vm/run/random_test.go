package run_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/weft-stm/weft/examples/vm/run"
	"github.com/weft-stm/weft/sched"
)

// A writer writes random programs: of one thread, and such that they end.
type writer struct {
	r     *rapid.T
	b     strings.Builder
	depth int
	loops int
}

func (w *writer) pick(of ...string) string { return rapid.SampledFrom(of).Draw(w.r, "pick") }

func (w *writer) line(format string, args ...any) {
	fmt.Fprintf(&w.b, "%s%s\n", strings.Repeat("\t", w.depth), fmt.Sprintf(format, args...))
}

func (w *writer) expr(depth int) string {
	if depth == 0 {
		return w.pick("a", "b", "g", "h", "l[0]", "l[1]", "d[\"k\"]", "o.x", "1", "7", "-3", "2.5", "\"s\"", "nil")
	}
	x, y := w.expr(depth-1), w.expr(depth-1)
	switch w.pick("op", "op", "op", "logic", "call", "list", "closure") {
	case "logic":
		return fmt.Sprintf("(%s %s %s)", x, w.pick("and", "or", "==", "<", "!="), y)
	case "call":
		return fmt.Sprintf("%s(%s, %s)", w.pick("f", "o.add"), x, y)
	case "list":
		return fmt.Sprintf("len([%s, %s])", x, y)
	case "closure":
		return fmt.Sprintf("inc(%s)", x)
	}
	return fmt.Sprintf("(%s %s %s)", x, w.pick("+", "-", "*", "/", "%"), y)
}

func (w *writer) block(n int, what string, args ...any) {
	w.line(what+" {", args...)
	w.depth++
	for range n {
		w.statement()
	}
	w.depth--
	w.line("}")
}

func (w *writer) statement() {
	if w.depth > 4 {
		w.line("host.maybe()")
		return
	}
	kind := w.pick("set", "set", "set", "print", "maybe", "if", "for", "try", "atomic", "throw", "leave", "append", "with")
	switch kind {
	case "set":
		target := w.pick("a", "b", "g", "h", "l[0]", "l[1]", "d[\"k\"]", "o.x")
		w.line("%s = clip(%s)", target, w.expr(2))
	case "print":
		w.line("print(a, b, g, h, l, d, o.x, %s)", w.expr(0))
	case "maybe":
		w.line("host.maybe()")
	case "append":
		w.line("l.append(clip(%s))", w.expr(1))
	case "if":
		w.block(2, "if %s", w.expr(1))
	case "for":
		w.loops++
		w.block(2, "for i%d in 0..%s", w.depth, w.pick("1", "2", "3"))
		w.loops--
	case "try":
		w.block(2, "try")
		text := strings.TrimSuffix(w.b.String(), "\n")
		w.b.Reset()
		w.b.WriteString(text)
		w.block(1, w.pick(" catch e", " finally"))
	case "atomic":
		w.block(2, "atomic")
	case "with":
		w.block(1, "if true { with k")
		w.line("}")
	case "throw":
		w.line("if %s { throw %s }", w.expr(1), w.expr(0))
	case "leave":
		leave := "return b"
		if w.loops > 0 {
			leave = w.pick("break", "continue", leave)
		}
		w.line("if %s { %s }", w.expr(0), leave)
	}
}

const prologue = `
let g = 1
let h = "h"
let l = [1, 2]
let d = {"k": 5}
let k = lock()
class O {
	fn init() { self.x = 3 }
	fn add(a, b) { host.maybe(); self.x = clip(a); return b }
}
let o = O()
fn f(a, b) { host.maybe(); if a == b { return a }; return clip(b) }
fn clip(x) { if type(x) == "int" { return x % 1000 }; if type(x) == "string" { return "s" }; if type(x) == "list" { return 1 }; return x }
let n = 0
fn adder() { let m = 0; return fn(x) { host.maybe(); m += 1; n += m; return m } }
let inc = adder()
`

// TestRandomPrograms print the same in all modes, also if their transactions are
// rolled back in the middle, time and again.
func TestRandomPrograms(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		w := &writer{r: r}
		w.b.WriteString(prologue)
		w.block(rapid.IntRange(4, 10).Draw(r, "statements"), "fn program(a, b)")
		w.line("for i in 0..3 { try { print(program(i, 2)) } catch e { print(e, type(e)) } }")
		w.line("print(g, h, l, d, o.x, n)")
		outcomes := map[string]string{}
		other := rapid.SampledFrom([]string{"transact", "transact", "stm", "serial"}).Draw(r, "mode")
		for _, name := range []string{"gil", other} {
			rolls := rand.New(rand.NewPCG(1, 2))
			var out bytes.Buffer
			in := load(r, w.b.String(), &out, run.Options{Machine: modes[name], MaxDepth: 50, Natives: []sched.Native[run.Value]{{
				Name: "host.maybe", Effect: sched.Pure, Call: func(t *sched.Thread, _ []run.Value) (run.Value, error) {
					if name == "transact" && rolls.IntN(4) == 0 {
						t.Must(t.Rollback())
					}
					return run.Nil, nil
				},
			}}})
			err := in.Run(context.Background())
			outcomes[name] = fmt.Sprint(out.String(), err)
		}
		require.Equal(r, outcomes["gil"], outcomes[other], "%s, of\n%s", other, w.b.String())
	})
}

// TestReplay: what threads have done in atomic blocks comes out again if the
// blocks are executed one after the other, in the order in which they were
// committed.
func TestReplay(t *testing.T) {
	const slots, threads, blocks = 4, 3, 30
	rapid.Check(t, func(r *rapid.T) {
		var plan [threads][blocks][3]int
		for th := range plan {
			for n := range plan[th] {
				for k, limit := range []int{slots, slots, 1000} {
					plan[th][n][k] = rapid.IntRange(0, limit-1).Draw(r, "op")
				}
			}
		}
		plans := strings.ReplaceAll(fmt.Sprint(plan), " ", ",")
		name := rapid.SampledFrom([]string{"stm", "transact", "gil", "serial"}).Draw(r, "mode")
		out := printed(r, fmt.Sprintf(`
let v = list(%d, 1)
let log = []
fn work(th, plan) {
	let n = 0
	for p in plan {
		atomic {
			let x = (v[p[0]] * 3 + v[p[1]] + p[2]) %% 1000003
			v[p[0]] = x
			log.append([th, n, x].join(" "))
		}
		n += 1
	}
}
let plans = %s
let ts = []
for th in 0..%d { ts.append(spawn work(th, plans[th])) }
for t in ts { t.join() }
print(log.join("\n"))
print(v.join(" "))`, slots, plans, threads), modes[name])
		replay(r, name, out, plan[0][:], plan[1][:], plan[2][:])
	})
}

// replay executes the blocks in the order that a program has printed.
func replay(r *rapid.T, mode, out string, plans ...[][3]int) {
	lines := strings.Split(strings.TrimSpace(out), "\n")
	v := []int{1, 1, 1, 1}
	next := make([]int, len(plans))
	for i, line := range lines[:len(lines)-1] {
		var th, n, x int
		_, err := fmt.Sscan(line, &th, &n, &x)
		require.NoError(r, err)
		require.Equal(r, next[th], n, "%s: block %d", mode, i)
		next[th]++
		p := plans[th][n]
		v[p[0]] = (v[p[0]]*3 + v[p[1]] + p[2]) % 1_000_003
		require.Equal(r, v[p[0]], x, "%s: block %d", mode, i)
	}
	require.Equal(r, strings.Trim(fmt.Sprint(v), "[]"), lines[len(lines)-1], mode)
}
