package command

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/weft-stm/weft/stress/internal/trial"
)

// common are the flags that several commands have.
type common struct {
	set     *flag.FlagSet
	seed    uint64
	workers int
	gogc    int
	noise   trial.Noise
	json    string
	save    string

	file *os.File // of json
}

// defaultGOGC is that of the index, whose document says why.
const defaultGOGC = 400

// newFlags returns the flags of a command; about is its first help line.
func newFlags(name, about string) *common {
	c := &common{set: flag.NewFlagSet(name, flag.ContinueOnError)}
	c.set.SetOutput(io.Discard) // errors are reported on one line, by Run
	c.set.Usage = func() {}
	c.set.Uint64Var(&c.seed, "seed", 0, "`number` that decides what the hands do (0: a new one)")
	c.set.IntVar(&c.gogc, "gogc", defaultGOGC, "garbage collector's target `percentage`, for all that is measured (-1: off)")
	c.set.StringVar(&c.json, "json", "", "write all results to a `file`")
	c.set.StringVar(&c.save, "save", os.TempDir(), "`directory` for histories with a violation")
	c.set.String("about", about, "")
	return c
}

// withWorkers adds -workers.
func (c *common) withWorkers(doc string) *common {
	c.set.IntVar(&c.workers, "workers", runtime.GOMAXPROCS(0), doc)
	return c
}

// withNoise adds the flags of noise.
func (c *common) withNoise() *common {
	d := trial.DefaultNoise
	c.set.Float64Var(&c.noise.Yields, "noise", d.Yields, "chance of a forced yield at each step, in `percent`")
	c.set.Float64Var(&c.noise.Aborts, "aborts", d.Aborts, "chance that an attempt is undone for no reason, at its end and at each validation, in `percent`")
	c.set.Float64Var(&c.noise.LateWakes, "late", d.LateWakes, "chance that a wake comes up to 1ms late, on weft, in `percent`")
	return c
}

// parse reads the arguments, sets the garbage collector and opens the file for
// the results: whatever is wrong shows before anything runs.
func (c *common) parse(t *terminal, args []string) error {
	err := c.set.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		c.help(t)
		return err
	case err != nil:
		return usageError(err.Error())
	case c.workers < 0 || c.workers == 0 && c.set.Lookup("workers") != nil:
		return usageError(fmt.Sprintf("-workers %d: at least one worker is needed", c.workers))
	case c.noise.Err() != nil:
		return usageError(fmt.Sprintf("-noise, -aborts or -late: %v", c.noise.Err()))
	case c.gogc < -1 || c.gogc == 0:
		return usageError(fmt.Sprintf("-gogc %d: a percentage of at least 1, or -1, is needed", c.gogc))
	}
	if err := writable(c.save); err != nil {
		return usageError(fmt.Sprintf("-save %s: %v", c.save, err))
	}
	if c.json != "" {
		if c.file, err = os.Create(c.json); err != nil {
			return usageError(err.Error())
		}
	}
	if c.seed == 0 {
		c.seed = rand.Uint64()>>16 | 1 // short enough to be typed
	}
	debug.SetGCPercent(c.gogc)
	return nil
}

// writable looks whether files can be made in a directory.
func writable(dir string) error {
	if info, err := os.Stat(dir); err != nil {
		return errors.Unwrap(err)
	} else if !info.IsDir() {
		return errors.New("not a directory")
	}
	f, err := os.CreateTemp(dir, "weft-*")
	if err != nil {
		return fmt.Errorf("nothing can be written there: %w", errors.Unwrap(err))
	}
	f.Close()
	return os.Remove(f.Name())
}

// alone refuses arguments that are not flags.
func (c *common) alone() error {
	if c.set.NArg() > 0 {
		return usageError(fmt.Sprintf("%q is too much: %s takes flags only", c.set.Arg(0), c.set.Name()))
	}
	return nil
}

func (c *common) help(t *terminal) {
	t.printf("%s\n\n", c.set.Lookup("about").DefValue)
	c.set.VisitAll(func(f *flag.Flag) {
		if f.Name == "about" {
			return
		}
		kind, doc := flag.UnquoteUsage(f)
		t.printf("  -%-21s %s%s\n", strings.TrimSpace(f.Name+" "+kind), doc, byDefault(f))
	})
	t.printf("\nExit status: 0 everything held, 1 a violation, 2 bad use, 3 the run met too little to show anything, 130 interrupted.\n" +
		"go run turns each of these but 0 into 1, and prints it: go build -o stress.bin ./stress keeps them.\n")
}

func byDefault(f *flag.Flag) string {
	switch f.DefValue {
	case "", "0", "0s", "false":
		return ""
	}
	return fmt.Sprintf(" (default %s)", f.DefValue)
}
