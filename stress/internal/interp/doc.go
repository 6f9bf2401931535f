// Package interp measures programs of the language of examples/vm in the modes
// gil, serial and stm, side by side: steps of fixed work take turns, so that
// whatever disturbs the machine for a while disturbs all.
//
// The programs follow the descriptions of those that PyPy-STM was measured with,
// whose published figures stand beside ours. Each has a function step, which
// does its work in so many threads, and checks or returns what comes out.
package interp

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/weft-stm/weft/examples/vm/run"
	"github.com/weft-stm/weft/sched"
)

//go:embed programs
var programs embed.FS

// A Kind says what threads have to do with one another.
type Kind string

// Kinds of benchmarks.
const (
	Apart  Kind = "no conflicts" // or hardly any
	Shared Kind = "shared"       // one structure that is read and changed
	Hot    Kind = "hot spot"     // nothing but conflicts
)

// A Benchmark is a program with arguments for its step.
type Benchmark struct {
	Name    string
	About   string
	Kind    Kind
	program string
	args    []int64
	quick   []int64   // those of a quick run
	PyPy    Published // zero: there are no figures
}

// Published are figures of PyPy-STM without a JIT, on four cores (Meier, Rigo,
// Gross, 2014), computed from its raw means.
type Published struct {
	Overhead float64 `json:"overhead"` // time of stm with one thread over gil with one
	Two      float64 `json:"two"`      // speed of stm with two threads over gil with one
	Best     float64 `json:"best"`     // speed of stm with up to four threads over gil with one
}

// All returns the benchmarks.
func All() []Benchmark {
	return []Benchmark{
		{"countdown", "each thread counts down in a register", Apart, "countdown", []int64{25_000_000}, []int64{20_000}, Published{}},
		{"mandelbrot", "rows of the Mandelbrot set", Apart, "mandelbrot", []int64{180}, []int64{12}, Published{1.58, 1.26, 2.22}},
		{"raytrace", "a shared scene; an atomic block for each pixel", Apart, "raytrace", []int64{90}, []int64{8}, Published{1.54, 1.24, 2.02}},
		{"nqueens", "ways to put 11 queens on a board", Apart, "nqueens", []int64{11}, []int64{6}, Published{}},
		{"mersenne", "exponents of Mersenne primes; few long atomic blocks", Apart, "mersenne", []int64{900}, []int64{60}, Published{1.63, 1.11, 1.12}},
		{"primes", "primes by Miller and Rabin, from a queue", Apart, "primes", []int64{60_000}, []int64{1000}, Published{1.07, 1.71, 2.53}},
		{"richards", "simulation of an operating system; an atomic block for each", Apart, "richards", []int64{10, 10_000}, []int64{2, 100}, Published{1.66, 1.09, 1.68}},
		{"deltablue", "a solver of constraints, one for each round", Apart, "deltablue", []int64{12, 400}, []int64{3, 10}, Published{}},
		{"trees", "binary trees that are made and dropped", Apart, "trees", []int64{600}, []int64{4}, Published{}},
		{"walk", "all walk along one list of 1,000 objects", Apart, "walk", []int64{6000}, []int64{20}, Published{}},
		{"objects", "all read fields and call methods of the same objects", Apart, "objects", []int64{2_500_000}, []int64{2000}, Published{}},
		{"private array", "each increments elements of its own array", Apart, "private", []int64{5_000_000}, []int64{3000}, Published{}},
		{"b-tree 98", "98% searches, 1% insertions, 1% removals", Shared, "btree", []int64{60_000, 200}, []int64{200, 200}, Published{1.29, 1.37, 2.02}},
		{"b-tree 99.9", "99.9% searches", Shared, "btree", []int64{60_000, 10}, []int64{200, 10}, Published{}},
		{"skip list 98", "98% searches, 1% insertions, 1% removals", Shared, "skiplist", []int64{50_000, 200}, []int64{200, 200}, Published{1.40, 1.14, 1.48}},
		{"skip list 99.9", "99.9% searches", Shared, "skiplist", []int64{50_000, 10}, []int64{200, 10}, Published{}},
		{"worms", "worms on a common field", Shared, "worms", []int64{150_000}, []int64{500}, Published{1.18, 1.58, 2.55}},
		{"shared array", "all increment random elements of one array", Shared, "shared", []int64{1_500_000, 0}, []int64{1000, 0}, Published{}},
		{"shared array 20", "the same, with computation in between", Shared, "shared", []int64{600_000, 20}, []int64{500, 20}, Published{}},
		{"synth 0", "private work that nobody disturbs", Apart, "synth", []int64{4000, 0}, []int64{8, 0}, Published{}},
		{"synth 1/8", "the same; an eighth of the work increments a shared variable too", Shared, "synth", []int64{4000, 1}, []int64{8, 1}, Published{}},
		{"synth 1", "the same; all of the work does", Shared, "synth", []int64{4000, 8}, []int64{8, 8}, Published{}},
		{"words", "an index of real source text", Shared, "words", []int64{120}, []int64{4}, Published{}},
		{"commutative", "all add to one counter, which is made for that", Shared, "commutative", []int64{3_000_000}, []int64{2000}, Published{}},
		{"hot counter", "all increment one variable", Hot, "counter", []int64{2_500_000}, []int64{1000}, Published{}},
		{"micro", "empty atomic blocks, each to be committed", Apart, "micro", []int64{1_000_000}, []int64{1000}, Published{}},
		{"irrevocable", "the Mandelbrot set with an irrevocable call for each pixel", Hot, "irrevocable", []int64{180}, []int64{12}, Published{}},
	}
}

// source returns the text of a program.
func (b Benchmark) source() (name, text string, err error) {
	name = b.program + ".w"
	var all strings.Builder
	for _, file := range []string{name, "prelude.w"} {
		data, err := programs.ReadFile("programs/" + file)
		if err != nil {
			return "", "", err
		}
		all.Write(data)
	}
	return name, all.String(), nil
}

// An instance is a benchmark that is loaded, in one mode.
type instance struct {
	in   *run.Interp
	args []run.Value
}

var errNoFile = errors.New("there is no such file")

// load loads a benchmark for so many threads.
func (b Benchmark) load(ctx context.Context, machine []sched.MachineOption, threads int, quick bool, corpus []string) (*instance, error) {
	name, text, err := b.source()
	if err != nil {
		return nil, err
	}
	in, err := run.New(name, text, run.Options{Out: os.Stderr, Threads: threads, Machine: machine, Natives: natives(corpus)})
	if err == nil {
		err = in.Run(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.Name, err)
	}
	x := &instance{in: in}
	args := b.args
	if quick {
		args = b.quick
	}
	for _, a := range args {
		x.args = append(x.args, run.Int(a))
	}
	return x, nil
}

// natives are what the programs need of the host: host.file(i) is the text of a
// file; host.plot is a function that nobody has said to be harmless.
func natives(corpus []string) []sched.Native[run.Value] {
	return []sched.Native[run.Value]{
		{Name: "host.plot", Effect: sched.Irrevocable, Call: func(*sched.Thread, []run.Value) (run.Value, error) {
			return run.Nil, nil
		}},
		{Name: "host.file", Effect: sched.Pure, Call: func(_ *sched.Thread, a []run.Value) (run.Value, error) {
			if i, ok := a[0].Int(); ok && len(corpus) > 0 {
				return run.String(corpus[i%int64(len(corpus))]), nil
			}
			return run.Nil, errNoFile
		}},
	}
}
