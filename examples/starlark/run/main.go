// Run runs a Starlark file whose threads share objects, and reports where blocks
// were undone.
//
//	cd examples/starlark/run
//	go run . -mode stm testdata/index.star ../*.go
//
// The file is executed once; it starts threads by parallel and each. It finds
// the words that follow it on the command line in args, and reads files by
// read(name), outside of blocks.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"go.starlark.net/starlark"

	starstm "github.com/weft-stm/weft/examples/starlark"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		var e *starlark.EvalError
		if errors.As(err, &e) {
			fmt.Fprintln(os.Stderr, e.Backtrace())
		} else {
			fmt.Fprintln(os.Stderr, err)
		}
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	f := flag.NewFlagSet("run", flag.ContinueOnError)
	f.SetOutput(out)
	name := f.String("mode", "stm", "what keeps blocks apart: stm, or mutex for one lock")
	steps := f.Uint64("steps", 0, "steps that each thread may take, 0 for no limit")
	if err := f.Parse(args); err != nil {
		return err
	}
	if f.NArg() == 0 {
		return errors.New("no script: name one after the flags")
	}
	mode, err := parseMode(*name)
	if err != nil {
		return err
	}
	newThread := func(*starlark.Thread) *starlark.Thread {
		thread := &starlark.Thread{Print: func(_ *starlark.Thread, msg string) { fmt.Fprintln(out, msg) }}
		if *steps > 0 {
			thread.SetMaxExecutionSteps(*steps)
		}
		return thread
	}
	rt := &starstm.Runtime{Mode: mode, NewThread: func(parent *starlark.Thread) *starlark.Thread {
		thread := newThread(parent)
		thread.Print = nil // one line at a time, by the parent
		return thread
	}}
	start := time.Now()
	_, err = rt.Exec(ctx, newThread(nil), f.Arg(0), nil, starlark.StringDict{"args": words(f.Args()[1:]), "read": starlark.NewBuiltin("read", read)})
	if err != nil {
		return err
	}
	report(out, rt, time.Since(start))
	return nil
}

func parseMode(name string) (starstm.Mode, error) {
	for _, m := range []starstm.Mode{starstm.STM, starstm.Mutex} {
		if m.String() == name {
			return m, nil
		}
	}
	return 0, fmt.Errorf("no mode %q: use stm or mutex", name)
}

func words(all []string) starlark.Value {
	var list []starlark.Value
	for _, w := range all {
		list = append(list, starlark.String(w))
	}
	return starlark.NewList(list)
}

// read is read(name): the contents of a file. A block that calls it may do so
// more than once.
func read(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var name string
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "name", &name); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(name)
	return starlark.String(text), err
}

func report(out io.Writer, rt *starstm.Runtime, took time.Duration) {
	s := rt.Stats()
	fmt.Fprintf(out, "mode %s: %d blocks in %s; %d undone by conflicts, %s lost; %d waits\n",
		rt.Mode, s.Blocks, took.Round(time.Microsecond), s.Restarts, s.Lost.Round(time.Microsecond), s.Retries)
	sites := rt.Conflicts()
	for _, c := range sites[:min(5, len(sites))] {
		fmt.Fprintln(out, " ", c)
	}
}
