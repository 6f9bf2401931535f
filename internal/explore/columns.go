package explore

import (
	"fmt"
	"path"
	"runtime"
	"strings"
	"unicode/utf8"

	"github.com/weft-stm/weft/internal/explore/access"
)

// shownSteps is how many steps of a run are printed, from the end.
const shownSteps = 300

// columns prints the interleaving, one column a thread.
func (e *execution) columns() string {
	from := max(0, len(e.steps)-shownSteps)
	rows := make([][]string, 0, len(e.steps)-from+2)
	rows = append(rows, []string{"step"})
	for _, t := range e.threads {
		rows[0] = append(rows[0], t.name)
	}
	for i := from; i < len(e.steps); i++ {
		s := &e.steps[i]
		switch {
		case !s.inVain:
			rows = append(rows, e.row(fmt.Sprint(i+1), s.thread, s.String()))
		case i == 0 || !e.steps[i-1].inVain:
			rows = append(rows, e.row("", s.thread, "⋮ polls in vain"))
		}
	}
	for _, t := range e.threads {
		if !t.finished {
			s := step{op: t.pending, remark: t.remark, touches: t.touches}
			rows = append(rows, e.row("then", t.index, "… "+s.String()))
		}
	}
	return layout(rows)
}

func (e *execution) row(first string, thread int, text string) []string {
	cells := make([]string, 1+len(e.threads))
	cells[0], cells[1+thread] = first, text
	return cells
}

// String describes the step: what, to which object, with which outcome, where.
func (s *step) String() string {
	var r remark
	if s.remark != nil {
		r = *s.remark
	}
	var b strings.Builder
	b.WriteString(s.op.kind.String())
	switch {
	case r.label != "":
		b.WriteString(" " + r.label)
	case s.op.kind == access.Choice:
		fmt.Fprintf(&b, " %d of %d", s.option, s.op.options)
	case s.op.object != 0:
		fmt.Fprintf(&b, " #%d", s.op.object)
	default:
		b.WriteString(" on")
		for _, t := range s.touches {
			fmt.Fprintf(&b, " #%d", t.object)
		}
	}
	if r.outcome != "" {
		b.WriteString(" " + r.outcome)
	}
	if r.where != "" {
		b.WriteString("  " + r.where)
	}
	return b.String()
}

// layout pads cells to the width of their columns.
func layout(rows [][]string) string {
	widths := make([]int, len(rows[0]))
	for _, r := range rows {
		for i, c := range r {
			widths[i] = max(widths[i], utf8.RuneCountInString(c))
		}
	}
	var b strings.Builder
	for _, r := range rows {
		var line strings.Builder
		for i, c := range r {
			line.WriteString(c + strings.Repeat(" ", widths[i]-utf8.RuneCountInString(c)+2))
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}

// module is the path that the functions of this module begin with.
const module = "github.com/weft-stm/weft/internal/"

// caller returns the position outside of the explorer that announced a step.
func caller() string {
	var pcs [16]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	for {
		f, more := frames.Next()
		if !strings.HasPrefix(f.Function, module+"atomics.") && !strings.HasPrefix(f.Function, module+"explore.") &&
			!strings.HasPrefix(f.Function, module+"explore/access.") || !more {
			return fmt.Sprintf("%s:%d", path.Base(f.File), f.Line)
		}
	}
}
