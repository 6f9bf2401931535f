package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/weft-stm/weft/internal/history"
	"github.com/weft-stm/weft/stress/internal/trial"
)

const replayAbout = `go run ./stress replay [flags] CODE|FILE: runs the trial of that code again until it finds a violation,
or decides a saved history`

// replay shows a violation again.
func replay(ctx context.Context, t *terminal, args []string) (int, error) {
	o := newFlags("replay", replayAbout)
	duration := o.set.Duration("duration", 10*time.Second, "how `long` to try")
	if err := o.parse(t, args); err != nil {
		return 0, err
	}
	if o.set.NArg() != 1 {
		return 0, usageError("replay: give the code of a trial, or a saved history, after the flags")
	}
	if what := o.set.Arg(0); exists(what) {
		return o.decide(t, what)
	}
	c, err := trial.Code(o.set.Arg(0)).Config()
	if err != nil {
		return 0, usageError(fmt.Sprintf("replay: no such file, and %v", err))
	}
	c.SaveDir, c.Duration, c.Progress = o.save, *duration, steps(t, duration.Milliseconds())
	t.display.Stage("replay: "+o.set.Arg(0), duration.Milliseconds())
	r, err := trial.Run(ctx, c)
	if errors.Is(err, trial.ErrUnable) {
		return 0, usageError(err.Error())
	}
	if err != nil {
		return 0, err
	}
	t.display.End()
	t.printf("%s\n", trialTable(r.Replay, []*trial.Result{r}))
	t.violations(r)
	switch {
	case !r.Holds():
		return Violation, o.write(r)
	case ctx.Err() != nil:
		return Interrupted, o.write(r)
	}
	t.printf("it held this time: the seed decides what the hands do, the machine when they do it; try -duration 10m\n")
	return Holds, o.write(r)
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// decide checks a saved history again.
func (o *common) decide(t *terminal, name string) (int, error) {
	f, err := os.Open(name)
	if err != nil {
		return 0, usageError(err.Error())
	}
	defer f.Close()
	h, err := history.Load(f)
	if err != nil {
		return 0, usageError(fmt.Sprintf("%s: %v", name, err))
	}
	r := h.Check()
	t.printf("made by %s\n%v", h.Note, r)
	if r.Err() != nil {
		return Violation, nil
	}
	t.printf("the history is opaque: if there was a violation, it was one of the workload's own invariant\n")
	return Holds, nil
}
