package command

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/weft-stm/weft/internal/history"
	"github.com/weft-stm/weft/stress/internal/trial"
)

const replayAbout = `go run ./stress replay [flags] CODE|FILE: with the code of a trial, runs that trial again until it finds a
violation. The hands do the same as before, in an order that is the machine's: it need not find the same. With a saved
history, decides that history again: the same verdict, always`

// replay shows a violation again.
func replay(ctx context.Context, t *terminal, args []string) (int, error) {
	o := newFlags("replay", replayAbout)
	duration := o.set.Duration("duration", 10*time.Second, "how `long` to try")
	if err := o.parse(t, args); err != nil {
		return 0, err
	}
	switch what := o.set.Arg(0); {
	case o.set.NArg() != 1:
		return 0, usageError("replay: give the code of a trial, or a saved history, after the flags")
	case *duration <= 0:
		return 0, usageError(fmt.Sprintf("-duration %v: it has to be positive", *duration))
	case exists(what):
		return o.decide(t, what)
	default:
		return o.again(ctx, t, trial.Code(what), *duration)
	}
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// again runs a trial by its code.
func (o *common) again(ctx context.Context, t *terminal, code trial.Code, duration time.Duration) (int, error) {
	c, err := code.Config()
	if err != nil {
		return 0, usageError(fmt.Sprintf("replay: no such file, and %v", err))
	}
	t.printf("running %s again: every hand does the same as before, in an order that is the machine's\n\n", code)
	c.SaveDir, c.Duration, c.Progress = o.save, duration, steps(t, duration.Milliseconds())
	t.display.Stage("replay: "+c.Workload.Name, duration.Milliseconds())
	r, err := trial.Run(ctx, c)
	if errors.Is(err, trial.ErrUnable) {
		return 0, usageError(err.Error())
	}
	if err != nil {
		return 0, err
	}
	t.display.End()
	t.printf("%s\n\n", trialTables(r.Replay, r.Noise, []*trial.Result{r}))
	t.violations(r)
	switch {
	case !r.Holds():
		return Violation, o.write(r)
	case ctx.Err() != nil:
		return Interrupted, o.write(r)
	}
	t.printf("it held this time, which does not say that it always does: try -duration 10m, or replay the saved history\n")
	return Holds, o.write(r)
}

// A Decision is what replay of a file writes with -json.
type Decision struct {
	Code       trial.Code `json:"replay"`
	Reported   []string   `json:"reported"`   // when the history was made
	Violations []string   `json:"violations"` // as decided now
	Exit       int        `json:"exit"`
}

// decide checks a saved history again. What the workload saw of its own
// invariant cannot be checked again, for a history has no values: it is
// repeated as it was reported.
func (o *common) decide(t *terminal, name string) (int, error) {
	h, err := load(name)
	if err != nil {
		return 0, usageError(fmt.Sprintf("replay %s: %v", name, err))
	}
	note, r := trial.NoteOf(h), h.Check()
	d := Decision{Code: note.Code, Reported: note.Found, Violations: []string{}}
	t.printf("made by %s, and decided again, without running anything:\n%v", note.Code, r)
	for _, v := range r.Violations {
		d.Violations = append(d.Violations, v.String())
		d.Exit = Violation
	}
	others := slices.DeleteFunc(slices.Clone(note.Found), func(f string) bool { return slices.Contains(d.Violations, f) })
	if len(others) > 0 {
		d.Exit = Violation
		t.printf("\nbeside these, it was reported when the history was made:\n")
		indented(t, others)
	}
	if r.Err() == nil && len(others) > 0 {
		t.printf("The history by itself is opaque: what was reported is no matter of what the attempts saw and wrote.\n")
	}
	t.printf("to run it again, in an order that is the machine's: go run ./stress replay %s\n", note.Code)
	return d.Exit, o.write(d)
}

func load(name string) (*history.History, error) {
	f, err := os.Open(name)
	if err != nil {
		var path *fs.PathError
		if errors.As(err, &path) {
			err = path.Err
		}
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, errors.New("is a directory")
	}
	return history.Load(f)
}

// indented prints texts, each of which may have several lines.
func indented(t *terminal, texts []string) {
	for _, s := range texts {
		t.printf("  %s\n", strings.ReplaceAll(strings.TrimSpace(s), "\n", "\n  "))
	}
}
