package run_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/examples/vm/run"
	"github.com/weft-stm/weft/sched"
)

// modes are all, and STM with short transactions also while there is one thread.
var modes = map[string][]sched.MachineOption{
	"stm":      {},
	"transact": {sched.AlwaysTransact(), sched.Lengths(4, 128)},
	"gil":      {sched.In(sched.GIL), sched.SwitchInterval(20 * time.Microsecond)},
	"serial":   {sched.In(sched.Serial), sched.SwitchInterval(20 * time.Microsecond)},
}

func inModes(t *testing.T, f func(t *testing.T, machine []sched.MachineOption)) {
	for name, opts := range modes {
		t.Run(name, func(t *testing.T) { f(t, opts) })
	}
}

// load loads a program that prints to out.
func load(t require.TestingT, text string, out *bytes.Buffer, o run.Options) *run.Interp {
	o.Out = out
	in, err := run.New("test.w", text, o)
	require.NoError(t, err)
	return in
}

// printed runs a program that ends well, and returns what it prints.
func printed(t require.TestingT, text string, machine []sched.MachineOption) string {
	var out bytes.Buffer
	in := load(t, text, &out, run.Options{Threads: 3, Machine: machine})
	require.NoError(t, in.Run(context.Background()))
	require.Zero(t, in.Machine().Threads())
	require.Zero(t, in.Machine().Stats().Internal, "conflicts over what is no guest's")
	return out.String()
}

// TestPrograms: the programs in testdata, which describe the language, print what
// is in the files beside them.
func TestPrograms(t *testing.T) {
	files, err := filepath.Glob("../testdata/*.w")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		want, err := os.ReadFile(strings.TrimSuffix(file, ".w") + ".out")
		require.NoError(t, err)
		t.Run(filepath.Base(file), func(t *testing.T) {
			inModes(t, func(t *testing.T, machine []sched.MachineOption) {
				var out bytes.Buffer
				in, err := run.New(filepath.Base(file), string(text), run.Options{Out: &out, Threads: 3, Machine: machine})
				require.NoError(t, err)
				require.NoError(t, in.Run(context.Background()))
				require.Equal(t, string(want), out.String())
			})
		})
	}
}

// TestCall: the host calls functions that the program declares.
func TestCall(t *testing.T) {
	inModes(t, func(t *testing.T, machine []sched.MachineOption) {
		var out bytes.Buffer
		in := load(t, "let n = 0\nfn add(x) { n += x; return n }\nfn fail() { throw \"no\" }", &out, run.Options{Machine: machine})
		ctx := context.Background()
		require.NoError(t, in.Run(ctx))
		for i := int64(1); i < 4; i++ {
			v, err := in.Call(ctx, "add", run.Int(2))
			require.NoError(t, err)
			n, ok := v.Int()
			require.True(t, ok)
			require.Equal(t, 2*i, n)
		}
		_, err := in.Call(ctx, "add")
		require.ErrorIs(t, err, run.ErrNoFunction)
		_, err = in.Call(ctx, "fail")
		require.EqualError(t, err, "test.w:3 in fail: uncaught: no")
	})
}

// TestNatives of the host have the effect that they are registered with.
func TestNatives(t *testing.T) {
	errHost := errors.New("host")
	inModes(t, func(t *testing.T, machine []sched.MachineOption) {
		var out bytes.Buffer
		calls := map[string]int{}
		native := func(name string, e sched.Effect) sched.Native[run.Value] {
			f := sched.Native[run.Value]{Name: "host." + name, Effect: e, Call: func(*sched.Thread, []run.Value) (run.Value, error) {
				calls[name]++
				return run.String(name), nil
			}}
			if e == sched.Compensated {
				f.Undo = func(*sched.Thread, []run.Value, run.Value) { calls["undone"]++ }
			}
			return f
		}
		in := load(t, `
let x = 0
fn all() { return [host.deferred(), host.compensated(), host.outside(), host.irrevocable()] }
print(all())
atomic { print(all()) }
try { atomic { host.deferred(); host.compensated(); throw 1 } } catch e { print(e) }
try { host.fails() } catch e { print(e, e.where) }
`, &out, run.Options{Machine: machine, Natives: []sched.Native[run.Value]{
			native("deferred", sched.Deferred), native("compensated", sched.Compensated),
			native("outside", sched.Outside), native("irrevocable", sched.Irrevocable),
			{Name: "host.fails", Effect: sched.Outside, Call: func(*sched.Thread, []run.Value) (run.Value, error) { return run.Nil, errHost }},
		}})
		require.NoError(t, in.Run(context.Background()))
		require.Equal(t, `[nil, "compensated", "outside", "irrevocable"]
[nil, "compensated", "outside", "irrevocable"]
1
host.fails: host test.w:7 in main
`, out.String())
		require.Equal(t, 2, calls["deferred"])
		require.Equal(t, 2, calls["outside"])
		require.Equal(t, 2, calls["irrevocable"])
		require.GreaterOrEqual(t, calls["compensated"], 3)
		require.Equal(t, 2, calls["compensated"]-calls["undone"])
	})
}

// TestLargeIndex: no index is taken for another one.
func TestLargeIndex(t *testing.T) {
	require.Equal(t, "4\n", printed(t, `
let l = [1]
let n = 0
for i in [1 << 32, -(1 << 32), 1 << 62, 9223372036854775807] {
	try { l[i] } catch e { n += 1 }
}
print(n)`, nil))
}
