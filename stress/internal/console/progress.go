package console

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"time"
	"unicode/utf8"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// A Display shows progress: as one line with a bar on a terminal, otherwise as
// plain lines, one at the beginning of each stage and then one every few
// seconds.
type Display struct {
	w     io.Writer
	width func() int // of the terminal; nil if there is none
	bar   *progressbar.ProgressBar
	drawn bytes.Buffer // by the bar, to be written at once: else it flickers

	stage  string
	total  int64
	start  time.Time
	spoken time.Time
}

const (
	every    = 10 * time.Second // between two plain lines of a stage
	barWidth = 12
	barFrame = len(" 100% || ") + 1 // around the bar, and a column for the cursor
)

// NewDisplay returns a Display on w.
func NewDisplay(w io.Writer) *Display {
	d := &Display{w: w}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		d.width = func() int {
			width, _, err := term.GetSize(int(f.Fd()))
			if err != nil || width == 0 {
				width = 80
			}
			return width
		}
	}
	return d
}

// Stage begins a part of the work. total is the number of steps in it.
func (d *Display) Stage(stage string, total int64) {
	d.End()
	d.stage, d.total, d.start, d.spoken = stage, max(total, 1), time.Now(), time.Now()
	if d.width == nil {
		fmt.Fprintf(d.w, "%s …\n", stage)
		return
	}
	d.bar = progressbar.NewOptions64(d.total,
		progressbar.OptionSetWriter(&d.drawn),
		progressbar.OptionSetDescription(fit(d.room(), stage)),
		progressbar.OptionSetWidth(barWidth),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionUseANSICodes(true),
		progressbar.OptionClearOnFinish(),
	)
	d.draw()
}

// Step says how far the stage is: what there is to say, the most important
// part first. On a narrow terminal the last parts are left out.
func (d *Display) Step(done int64, what ...string) {
	switch {
	case d.bar != nil:
		d.bar.Describe(fit(d.room(), append([]string{d.stage}, what...)...))
		_ = d.bar.Set64(min(done, d.total-1)) // a full bar would go away
		d.draw()
	case d.width == nil && time.Since(d.spoken) >= every:
		d.spoken = time.Now()
		fmt.Fprintf(d.w, "  %s, %v\n", fit(1000, what...), time.Since(d.start).Round(time.Second))
	}
}

// End closes the stage and leaves the line empty.
func (d *Display) End() {
	if d.bar != nil {
		d.draw()
		d.bar = nil
		_, _ = io.WriteString(d.w, "\r\033[K")
	}
}

func (d *Display) room() int { return d.width() - barWidth - barFrame }

// draw writes what the bar has drawn.
func (d *Display) draw() {
	if d.drawn.Len() > 0 {
		_, _ = d.drawn.WriteTo(d.w)
		d.drawn.Reset()
	}
}

// fit joins as many of the parts, from the first on, as have room.
func fit(room int, parts ...string) (line string) {
	for i, part := range parts {
		if i > 0 {
			part = ", " + part
		}
		if utf8.RuneCountInString(line+part) > room {
			if i == 0 {
				line = string([]rune(part)[:max(room, 0)])
			}
			break
		}
		line += part
	}
	return line
}
