package starstm

import (
	"flag"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
	"pgregory.net/rapid"
)

// Blocks that run in parallel give what they give one after the other, in the
// order in which they committed, which they note themselves: every result, and
// what is left at the end.
func TestParallelBlocksEqualASerialOrder(t *testing.T) {
	checks(t, "30")
	pause := builtin("pause", func() error { runtime.Gosched(); return nil }) // so that they overlap on any machine
	restarts := uint64(0)
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(2, 10).Draw(r, "blocks")
		var src strings.Builder
		src.WriteString(serialPrelude)
		for i := range n {
			src.WriteString(genBlock(r, i))
		}
		fmt.Fprintf(&src, "blocks = [%s]\n", strings.Join(names(n), ", "))

		s := load(t, &Runtime{Syntax: dialect}, src.String(), pause)
		results := s.call("all").(*starlark.List)
		left := s.call("state").String()
		restarts += s.rt.Stats().Restarts

		order := make([]starlark.Value, n)
		for i := range n {
			result := results.Index(i).(starlark.Tuple)
			place, err := starlark.AsInt32(result[0])
			require.NoError(r, err)
			order[place] = starlark.MakeInt(i)
		}
		model := load(t, &Runtime{Mode: Mutex, Syntax: dialect}, src.String(), pause)
		for _, i := range order {
			n, _ := starlark.AsInt32(i)
			require.Equal(r, results.Index(n).String(), model.call("one", i).String(), "block %v of order %v", i, order)
		}
		require.Equal(r, model.call("state").String(), left, "order %v", order)
	})
	require.Positive(t, restarts, "no conflict: this proves nothing")
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

const serialPrelude = `
order, d, c, x, l, s, q = shared.cell(0), shared.dict(), shared.counter(), shared.cell(0), shared.list([0]), shared.set([0]), shared.queue([7])
d.set("a", 1)
objects = [order, d, c, x, l, s, q]
def one(i): return atomic(blocks[i], *objects)
def all(): return parallel([(one, i) for i in range(len(blocks))])
def state(): return [sorted(d.items()), c.value(), x.get(), l.snapshot(), sorted(s.snapshot()), q.snapshot()]
def place(order):
    n = order.get()
    order.set(n + 1)
    return n
`

func names(n int) (names []string) {
	for i := range n {
		names = append(names, fmt.Sprintf("block%d", i))
	}
	return names
}

func genBlock(r *rapid.T, i int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "def block%d(order, d, c, x, l, s, q):\n    out = []\n", i)
	for range rapid.IntRange(1, 8).Draw(r, "steps") {
		b.WriteString("    " + genStep(r) + "\n    pause()\n")
	}
	b.WriteString("    return place(order), out\n")
	return b.String()
}

// genStep draws a step that uses few keys.
func genStep(r *rapid.T) string {
	k := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(r, "key")
	j := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(r, "other")
	n := rapid.IntRange(-2, 2).Draw(r, "n")
	read := rapid.SampledFrom([]string{
		fmt.Sprintf("d.get(%q)", k), fmt.Sprintf("%q in d", k), "sorted(d.items())", "len(d)", "c.value()", "x.get()",
		"l.snapshot()", "l[0]", "len(l)", fmt.Sprintf("%d in s", n), "sorted(s)", "q.try_get()", "len(q.snapshot())",
	}).Draw(r, "read")
	write := rapid.SampledFrom([]string{
		fmt.Sprintf("d.set(%q, d.get(%q, 0) + %d)", k, j, n), fmt.Sprintf("d.set(%q, %d)", k, n), fmt.Sprintf("d.add(%q, %d)", k, n),
		fmt.Sprintf("d.pop(%q, None)", k), fmt.Sprintf("c.add(%d)", n), fmt.Sprintf("x.set(x.get() + %d)", n), fmt.Sprintf("l.append(%d)", n),
		fmt.Sprintf("l.set(0, l[-1] + %d)", n), fmt.Sprintf("s.add(%d)", n), fmt.Sprintf("s.discard(%d)", n), fmt.Sprintf("q.put(%d)", n),
	}).Draw(r, "write")
	switch rapid.IntRange(0, 4).Draw(r, "kind") {
	case 0, 1:
		return write
	case 2, 3:
		return fmt.Sprintf("out.append(%s)", read)
	}
	return fmt.Sprintf("or_else([lambda: (%s, out.append(%s), x.get() + d.get(%q, 0) > 1 or retry()), lambda: %s])", write, read, k,
		rapid.SampledFrom([]string{"out.append('else')", write}).Draw(r, "else"))
}
