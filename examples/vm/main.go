// Package main is the program vm: it runs programs of a small dynamic language,
// whose threads run in parallel over one heap without a global lock.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/weft-stm/weft/examples/vm/run"
	"github.com/weft-stm/weft/sched"
)

// Exit statuses.
const (
	ok     = 0
	failed = 1 // the program has
	badUse = 2 // or it is no program
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(command(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

type options struct {
	file     string
	mode     sched.Mode
	threads  int
	stats    bool
	transact bool
	timeout  time.Duration
	depth    int
	most     int
}

const about = `vm program.w [flags] runs a program, whose threads share one heap without a global lock. The language is described in README.md.

`

// parse reads the arguments: the name of the program comes first or last.
func parse(args []string, stderr io.Writer) (o options, err error) {
	set := flag.NewFlagSet("vm", flag.ContinueOnError)
	set.SetOutput(stderr)
	set.Usage = func() {
		fmt.Fprint(stderr, about)
		set.PrintDefaults()
	}
	mode := set.String("mode", "stm", "how threads run: stm, gil or serial")
	set.IntVar(&o.threads, "threads", 2, "what the program is told by threads(): how many it is to use")
	set.BoolVar(&o.stats, "stats", false, "print counts at the end, and where transactions were lost")
	set.BoolVar(&o.transact, "transact", false, "in mode stm, run transactions also while there is one thread")
	set.DurationVar(&o.timeout, "timeout", 0, "end the program after this time")
	set.IntVar(&o.depth, "max-depth", 0, "how many calls there may be in one another (default 10000)")
	set.IntVar(&o.most, "max-threads", 0, "how many threads there may be at a time (default 20000)")
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		o.file, args = args[0], args[1:]
	}
	if err = set.Parse(args); err != nil {
		return o, err
	}
	if o.file == "" && set.NArg() > 0 {
		o.file, args = set.Arg(0), set.Args()[1:]
	} else {
		args = set.Args()
	}
	switch {
	case o.file == "":
		return o, errors.New("the name of a program is needed: see -h")
	case len(args) > 0:
		return o, fmt.Errorf("%q is too much: see -h", args[0])
	case o.threads < 1 || o.depth < 0 || o.most < 0 || o.timeout < 0:
		return o, errors.New("-threads needs a positive number, and no flag a negative one")
	}
	o.mode, err = sched.ParseMode(*mode)
	return o, err
}

// command does what main does, and returns the exit status.
func command(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o, err := parse(args, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return ok
	}
	var text []byte
	if err == nil {
		text, err = os.ReadFile(o.file)
	}
	if err != nil {
		fmt.Fprintln(stderr, "vm:", err)
		return badUse
	}
	machine := []sched.MachineOption{sched.In(o.mode)}
	if o.most > 0 {
		machine = append(machine, sched.MaxThreads(o.most))
	}
	if o.transact {
		machine = append(machine, sched.AlwaysTransact())
	}
	in, err := run.New(o.file, string(text), run.Options{Out: stdout, Threads: o.threads, MaxDepth: o.depth, Machine: machine})
	if err != nil {
		fmt.Fprintln(stderr, err)
		return badUse
	}
	if o.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, o.timeout, run.ErrTimeout)
		defer cancel()
	}
	err = in.Run(ctx)
	if o.stats {
		report(stderr, in.Machine())
	}
	if err != nil {
		explain(stderr, err)
		return failed
	}
	return ok
}

// explain prints what has ended threads.
func explain(w io.Writer, err error) {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		for _, err := range several.Unwrap() {
			explain(w, err)
		}
		return
	}
	fmt.Fprintln(w, err)
	var guest *run.GuestError
	if errors.As(err, &guest) {
		fmt.Fprint(w, guest.Stack())
	}
}

// topConflicts is how many places report shows.
const topConflicts = 10

// report prints counts, and where most was lost.
func report(w io.Writer, m *sched.Machine) {
	fmt.Fprintln(w, m.Stats())
	for i, c := range m.Conflicts() {
		if i == topConflicts {
			break
		}
		fmt.Fprintln(w, " ", c)
	}
}
