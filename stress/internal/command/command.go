// Package command is the program in directory stress: the main job, and the
// subcommands of the stress suite.
//
// Exit status: 0 everything held, 1 a violation, 2 bad use, 3 the run held but
// met too little to show anything, 130 interrupted before any of these. The
// command go run makes 1 of every status but 0, and prints the true one.
package command

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/weft-stm/weft/stress/internal/console"
	"github.com/weft-stm/weft/stress/internal/wordindex"
)

// Exit statuses.
const (
	Holds       = 0
	Violation   = 1
	BadUse      = 2
	Vacuous     = 3
	Interrupted = 130
)

// Main runs the program until it is done or interrupted. A second interrupt
// kills it.
func Main(args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	defer context.AfterFunc(ctx, stop)()
	return Run(ctx, args, stdout, stderr)
}

// A terminal is where a command speaks to.
type terminal struct {
	out     io.Writer
	err     io.Writer
	display *console.Display
}

func (t *terminal) printf(format string, args ...any) { fmt.Fprintf(t.out, format, args...) }

// A subcommand runs with its own arguments, and returns the exit status or an
// error for bad use.
type subcommand struct {
	name, doc string
	run       func(ctx context.Context, t *terminal, args []string) (int, error)
}

func subcommands() []subcommand {
	return []subcommand{
		{"list", "list the workloads, the engines and the flags", list},
		{"suite", "run all workloads under noise, decided by the history checker", suite},
		{"compare", "measure workloads on Weft, mutexes and anacrolix/stm, side by side", compare},
		{"policies", "measure the policies under more and more conflicts, beside one mutex", policies},
		{"interp", "measure an interpreter under a global lock and without, beside PyPy-STM's figures", interpreters},
		{"replay", "run a trial again by its code, or decide a saved history", replay},
		{"report", "measure, and write one HTML file with charts", report},
	}
}

// Run runs the program with the given arguments and returns its exit status.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	t := &terminal{stdout, stderr, console.NewDisplay(stderr)}
	run := job
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		i := find(args[0])
		if i < 0 {
			return t.refuse(usageError(fmt.Sprintf("no command %q: there are %s", args[0], names())))
		}
		run, args = subcommands()[i].run, args[1:]
	}
	status, err := run(ctx, t, args)
	t.display.End()
	switch {
	case errors.Is(err, flag.ErrHelp):
		return Holds
	case err != nil && ctx.Err() != nil:
		return Interrupted
	case err != nil:
		return t.refuse(err)
	}
	return status
}

// refuse says why nothing was done, on one line.
func (t *terminal) refuse(err error) int {
	fmt.Fprintf(t.err, "stress: %s\n", strings.ReplaceAll(err.Error(), "\n", " "))
	var usage usageError
	var corpus *wordindex.CorpusError
	if errors.As(err, &usage) || errors.As(err, &corpus) || errors.Is(err, wordindex.ErrWorkers) {
		return BadUse
	}
	return Violation
}

// A usageError is one of the user's.
type usageError string

func (e usageError) Error() string { return string(e) }

func find(name string) int {
	for i, c := range subcommands() {
		if c.name == name {
			return i
		}
	}
	return -1
}

func names() string {
	var all []string
	for _, c := range subcommands() {
		all = append(all, c.name)
	}
	return strings.Join(all, ", ")
}
