package console

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// A Display shows progress: as a bar on a terminal, otherwise as plain lines,
// one at the beginning of each stage and then one every few seconds.
type Display struct {
	w    io.Writer
	live bool
	bar  *progressbar.ProgressBar

	stage  string
	start  time.Time
	spoken time.Time
}

// every is the time between two plain lines of a stage.
const every = 10 * time.Second

// NewDisplay returns a Display on w.
func NewDisplay(w io.Writer) *Display {
	d := &Display{w: w}
	if f, ok := w.(*os.File); ok {
		d.live = term.IsTerminal(int(f.Fd()))
	}
	return d
}

// Stage begins a part of the work. total is the number of steps in it.
func (d *Display) Stage(stage string, total int64) {
	d.End()
	d.stage, d.start, d.spoken = stage, time.Now(), time.Now()
	if !d.live {
		fmt.Fprintf(d.w, "%s …\n", stage)
		return
	}
	d.bar = progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(d.w),
		progressbar.OptionSetDescription(stage),
		progressbar.OptionSetWidth(24),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionClearOnFinish(),
	)
}

// Step says how far the stage is, and what is being done.
func (d *Display) Step(done int64, what string) {
	if d.bar != nil {
		d.bar.Describe(d.stage + ": " + what)
		_ = d.bar.Set64(done) // past the end: the bar stays full
		return
	}
	if !d.live && time.Since(d.spoken) >= every {
		d.spoken = time.Now()
		fmt.Fprintf(d.w, "  %s, %v\n", what, time.Since(d.start).Round(time.Second))
	}
}

// End closes the stage and leaves the line empty.
func (d *Display) End() {
	if d.bar != nil {
		_ = d.bar.Clear()
		d.bar = nil
	}
}
