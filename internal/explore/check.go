package explore

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var (
	scheduleFlag = flag.String("schedule", "", "explorer: replay this schedule of the tests that -run selects")
	deepFlag     = flag.Bool("deep", false, "explorer: search for half an hour instead of half a minute")
)

// Deep reports whether a test has the time of a nightly run.
func Deep() bool { return *deepFlag }

// Check searches the schedules of p and fails t at the first failure. Under
// the flag -schedule it replays that schedule instead.
func Check(t testing.TB, p Program, searches ...Search) {
	t.Helper()
	for _, s := range searches {
		r, failure := Find(t, "", p, s)
		if failure != "" {
			t.Fatal(failure)
		}
		t.Logf("%s: %s", s, r)
	}
}

// Find searches the schedules of p, one of several programs of t, and
// describes the first failure. flags is what selects p, for the command that
// replays it. Under the flag -schedule it replays that schedule instead.
func Find(t testing.TB, flags string, p Program, s Search) (r *Report, failure string) {
	t.Helper()
	if *scheduleFlag == "" {
		if r = Explore(p, s); r.Failure != nil {
			failure = fmt.Sprintf("%s, run %d\n%s", s, r.Runs+r.Pruned, r.Failure.print(t, flags))
		}
		return r, failure
	}
	f, trace, err := Replay(p, *scheduleFlag)
	if err != nil {
		t.Fatal(err)
	}
	if f != nil {
		return &Report{Runs: 1, Failure: f}, f.print(t, flags)
	}
	t.Logf("no failure\n%s", trace)
	return &Report{Runs: 1}, ""
}

// print describes the failure and how to see it again.
func (f *Failure) print(t testing.TB, flags string) string {
	run := "'^" + strings.ReplaceAll(t.Name(), "/", "$/^") + "$'"
	if flags != "" {
		flags = " " + flags
	}
	return fmt.Sprintf("%s: %s\n\nschedule %s\nreplay   go test -tags stmexplore %s -run %s%s -schedule '%s'\n\n%s",
		f.Kind, f.Text, f.Schedule, packagePath(), run, flags, f.Schedule, f.Trace)
}

// packagePath returns the directory of the running test, from the module's root.
func packagePath() string {
	dir, err := os.Getwd()
	for root := dir; err == nil && root != filepath.Dir(root); root = filepath.Dir(root) {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			rel, _ := filepath.Rel(root, dir)
			return "./" + filepath.ToSlash(rel)
		}
	}
	return "."
}

// String sums the report up in a line.
func (r *Report) String() string {
	s := fmt.Sprintf("%d runs", r.Runs)
	if r.Pruned > 0 {
		s += fmt.Sprintf(" (and %d pruned)", r.Pruned)
	}
	s += fmt.Sprintf(", at most %d steps", r.Longest)
	if !r.Exhausted {
		s += ", not exhausted"
	}
	if r.Deadlocks > 0 {
		s += fmt.Sprintf(", %d in a legitimate deadlock", r.Deadlocks)
	}
	for _, o := range slices.Sorted(maps.Keys(r.Outcomes)) {
		s += fmt.Sprintf("; %s ×%d", o, r.Outcomes[o])
	}
	return s
}
