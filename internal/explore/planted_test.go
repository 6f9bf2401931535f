//go:build stmexplore

package explore_test

import (
	"flag"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/internal/explore"
)

var plantFlag = flag.Bool("plant", false, "explorer: run TestPlantedBug, which fails")

// TestPlantedBug is the test that TestFailuresSayHowToReplay watches fail: it
// reads a variable in one transaction and writes it in another.
func TestPlantedBug(t *testing.T) {
	if !*plantFlag {
		t.Skip("run by TestFailuresSayHowToReplay")
	}
	program := scenario(func(w *world) {
		x := newVar(w, 0)
		for _, name := range []string{"first", "second"} {
			w.Go(name, func() { set(x, get(x)+1) })
		}
		w.holds(func() bool { return x.Load() == 2 }, "an update was lost")
	})
	if _, failure := explore.Find(t, "-plant", program, explore.DPOR(1000)); failure != "" {
		t.Fatal(failure)
	}
}

// TestFailuresSayHowToReplay runs this test binary on a planted bug, and then
// as the failure says.
func TestFailuresSayHowToReplay(t *testing.T) {
	failing := runSelf(t, "-test.run", "^TestPlantedBug$", "-plant")
	require.Contains(t, failing, "wrong result: an update was lost")
	require.Regexp(t, `dpor, run \d+\n`, failing)

	schedule := regexp.MustCompile(`\nschedule ([a-h0-9!]+)\n`).FindStringSubmatch(failing)
	require.NotNil(t, schedule, failing)
	require.Less(t, len(schedule[1]), 20, "a schedule that one can read")
	command := regexp.MustCompile(`\nreplay +go test (.*)\n`).FindStringSubmatch(failing)
	require.NotNil(t, command, failing)
	require.Equal(t, "-tags stmexplore ./internal/explore -run '^TestPlantedBug$' -plant -schedule '"+schedule[1]+"'", command[1])

	columns := failing[strings.Index(failing, "step "):]
	require.Regexp(t, `^step +first +second\n`, columns)
	require.Regexp(t, `\n\d+ +load #\d+ .*\.go:\d+\n`, columns)
	require.Regexp(t, `\n\d+ +cas #\d+ .*, failed +commit\.go:\d+\n`, columns)

	// The same with the arguments of the command; the first line says only how
	// it was found.
	again := runSelf(t, "-test.run", "^TestPlantedBug$", "-plant", "-schedule", schedule[1])
	require.Contains(t, again, failing[strings.Index(failing, "wrong result"):strings.LastIndex(failing, "\n\nFAIL")])
	// A schedule that does not fail shows what happens instead.
	require.Contains(t, runSelf(t, "-test.run", "^TestPlantedBug$", "-test.v", "-plant", "-schedule", "-"), "no failure\nstep")
}

// runSelf runs this test binary with other arguments and returns what it
// printed, without the indentation of a test's output.
func runSelf(t *testing.T, args ...string) string {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	out, err := exec.Command(self, args...).CombinedOutput()
	var status *exec.ExitError
	if err != nil {
		require.ErrorAs(t, err, &status, "%s", out)
	}
	return regexp.MustCompile(`(?m)^ {4,8}`).ReplaceAllString(string(out), "")
}
