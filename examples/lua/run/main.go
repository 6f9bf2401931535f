// Run runs Lua scripts from several threads over one shared table, each run one
// transaction, and reports where they lost conflicts.
//
//	cd examples/lua/run
//	go run . -mode stm -threads 2 -n 20000 -first testdata/open.lua -last testdata/audit.lua testdata/transfer.lua
//
// A script gets the number of its run, from 1, as its argument. With several
// scripts the runs take turns among them.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"time"

	luastm "github.com/weft-stm/weft/examples/lua"
	"github.com/weft-stm/weft/sched"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// A job is what the command line asks for.
type job struct {
	mode        string
	threads, n  int
	steps       int
	first, last string
	files       []string
}

func parse(args []string, out io.Writer) (j job, err error) {
	f := flag.NewFlagSet("run", flag.ContinueOnError)
	f.SetOutput(out)
	f.StringVar(&j.mode, "mode", "stm", "what keeps scripts apart: stm, or gil for one lock")
	f.IntVar(&j.threads, "threads", 2, "threads that run scripts")
	f.IntVar(&j.n, "n", 1, "how often scripts are run, by all threads together")
	f.IntVar(&j.steps, "steps", 0, "instructions that a script may execute, 0 for no limit")
	f.StringVar(&j.first, "first", "", "script to run once before the others")
	f.StringVar(&j.last, "last", "", "script to run once after them")
	err = f.Parse(args)
	j.files = f.Args()
	if err == nil && len(j.files) == 0 {
		err = errors.New("no script: name one after the flags")
	}
	return j, err
}

func run(ctx context.Context, args []string, out io.Writer) error {
	j, err := parse(args, out)
	if err != nil {
		return err
	}
	mode, err := sched.ParseMode(j.mode)
	if err != nil {
		return err
	}
	rt := luastm.New(luastm.Options{Mode: mode, Steps: j.steps, Print: func(line string) { fmt.Fprintln(out, line) }})
	if err := once(ctx, rt, j.first); err != nil {
		return err
	}
	took, err := repeat(ctx, rt, j)
	if err != nil {
		return err
	}
	if err := once(ctx, rt, j.last); err != nil {
		return err
	}
	fmt.Fprintf(out, "%d threads: %d runs in %s, %.0f a second\n", j.threads, j.n, took.Round(time.Microsecond), float64(j.n)/took.Seconds())
	fmt.Fprintln(out, rt.Stats())
	for _, c := range rt.Conflicts()[:min(5, len(rt.Conflicts()))] {
		fmt.Fprintln(out, " ", c)
	}
	return nil
}

func load(rt *luastm.Runtime, file string) (*luastm.Script, error) {
	source, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return rt.Compile(file, string(source))
}

// once runs a file, if there is one.
func once(ctx context.Context, rt *luastm.Runtime, file string) error {
	if file == "" {
		return nil
	}
	s, err := load(rt, file)
	if err == nil {
		_, err = rt.Run(ctx, s, 1)
	}
	return err
}

// repeat runs the scripts of j on its threads. The first error ends it.
func repeat(ctx context.Context, rt *luastm.Runtime, j job) (time.Duration, error) {
	var scripts []*luastm.Script
	for _, file := range j.files {
		s, err := load(rt, file)
		if err != nil {
			return 0, err
		}
		scripts = append(scripts, s)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var threads sync.WaitGroup
	start := time.Now()
	for range j.threads {
		threads.Go(func() {
			for i := int(next.Add(1)); i <= j.n; i = int(next.Add(1)) {
				if _, err := rt.Run(ctx, scripts[(i-1)%len(scripts)], i); err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	threads.Wait()
	return time.Since(start), context.Cause(ctx)
}
