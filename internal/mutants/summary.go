package main

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
)

// A summary collects the verdicts, and prints each as it comes.
type summary struct {
	mu      sync.Mutex
	total   int
	began   time.Time
	noticed map[string]int // by layer
	rows    []row

	inCI, broken, excused int
	survivors, refuted    []string // refuted: argued to be equivalent, and noticed
}

type row struct {
	m mutant
	v verdict
}

func newSummary(total int) *summary {
	return &summary{total: total, began: time.Now(), noticed: map[string]int{}}
}

func (s *summary) add(m mutant, v verdict) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := row{m, v}
	s.rows = append(s.rows, r)
	switch {
	case v.problem != nil:
		s.broken++
	case v.layer.name != "" && equivalent[m.name] != "":
		s.refuted = append(s.refuted, m.name)
	case v.layer.name != "":
		s.noticed[v.layer.name]++
		if !v.layer.nightly {
			s.inCI++
		}
	case equivalent[m.name] != "":
		s.excused++
	default:
		s.survivors = append(s.survivors, m.name)
	}
	by, test := r.result()
	fmt.Fprintf(os.Stderr, "%3d/%d %5.0f s  %-60s %-9s %5.1f s  %s\n",
		len(s.rows), s.total, time.Since(s.began).Seconds(), m.name, by, v.took.Seconds(), test)
	if v.problem != nil {
		fmt.Fprintln(os.Stderr, v.problem)
	}
}

// result says who noticed, and in what.
func (r row) result() (by, test string) {
	switch {
	case r.v.problem != nil:
		return "BROKEN", ""
	case r.v.layer.name != "":
		return r.v.layer.name, r.v.test
	case equivalent[r.m.name] != "":
		return "nobody", "equivalent: " + equivalent[r.m.name]
	default:
		return "SURVIVED", ""
	}
}

func (s *summary) markdown() string {
	t := table.NewWriter()
	t.AppendHeader(table.Row{"mutant", "noticed by", "in", "s"})
	for _, r := range s.rows {
		by, test := r.result()
		seconds := ""
		if r.v.took > 0 {
			seconds = fmt.Sprintf("%.1f", r.v.took.Seconds())
		}
		t.AppendRow(table.Row{r.m.name, by, test, seconds})
	}
	return t.RenderMarkdown() + "\n"
}

func (s *summary) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d mutants, %d of them equivalent; %d noticed by what runs for every change", len(s.rows), s.excused, s.inCI)
	if n := len(s.rows) - s.excused; n > 0 {
		fmt.Fprintf(&b, " (%.0f%%)", 100*float64(s.inCI)/float64(n))
	}
	separator := ":"
	for _, l := range layers {
		if n := s.noticed[l.name]; n > 0 {
			fmt.Fprintf(&b, "%s %d by %s", separator, n, l.name)
			separator = ","
		}
	}
	list(&b, "survived", s.survivors)
	list(&b, "argued to be equivalent, but noticed", s.refuted)
	return b.String()
}

func list(b *strings.Builder, what string, names []string) {
	if len(names) > 0 {
		fmt.Fprintf(b, "\n%s: %s", what, strings.Join(names, "; "))
	}
}

// status is the exit status of the command.
func (s *summary) status() int {
	switch {
	case s.broken > 0:
		return 2
	case len(s.survivors)+len(s.refuted) > 0:
		return 1
	}
	return 0
}
