package command

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stress/internal/memory"
	"github.com/weft-stm/weft/stress/internal/workload"
)

func TestSuiteBadUse(t *testing.T) {
	for flag, says := range map[string]string{
		"-engine=nothing":   "no engine",
		"-workloads=bank,x": "no workload",
		"-procs=1,zero":     "no number of processors",
		"-procs=0":          "no number of processors",
		"-duration=0s":      "-duration",
		"-hands=-1":         "-hands",
		"-workers=2":        "-workers",
		"-hands=100000":     "-hands",
		"-duration=-5s":     "-duration -5s: it has to be positive",
		"-duration=forever": "forever",
		"-aborts=-1":        "-aborts",
		"-late=200":         "-late",
		"-procs=2000":       "no number of processors",
	} {
		status, _, err := run(ctx, "suite", flag)
		require.Equal(t, BadUse, status, flag)
		require.Contains(t, err, says)
		require.Equal(t, 1, strings.Count(err, "\n"), err)
	}
}

func TestSuiteHolds(t *testing.T) {
	file := filepath.Join(t.TempDir(), "suite.json")
	status, out, err := run(ctx, "suite", "-workloads", "bank, ring", "-procs", "2,4", "-duration", "1s", "-seed", "3", "-json", file)
	require.Equal(t, Holds, status, "%s\n%s", out, err)
	require.Contains(t, out, "all of them opaque")
	data, e := os.ReadFile(file)
	require.NoError(t, e)
	var r SuiteReport
	require.NoError(t, json.Unmarshal(data, &r))
	require.Len(t, r.Trials, 4)
	require.Len(t, r.Workloads, 2)
	require.Equal(t, r.Trials[0].Attempts+r.Trials[1].Attempts, r.Workloads[0].Attempts)
	require.Equal(t, []int{2, 4}, []int{r.Trials[0].Procs, r.Trials[1].Procs})
	require.Equal(t, 16, r.Trials[1].Hands)
	require.Empty(t, r.Missing)
	require.Equal(t, memory.Weft, r.Engine)
	var shape map[string]any
	require.NoError(t, json.Unmarshal(data, &shape))
	for _, key := range []string{"command", "machine", "engine", "seed", "noise", "trials", "workloads", "skipped", "missing_events", "interrupted", "elapsed_ns", "exit"} {
		require.Contains(t, shape, key)
	}
}

// TestSuiteOnMutex: the checker has nothing against what is isolated.
func TestSuiteOnMutex(t *testing.T) {
	status, out, _ := run(ctx, "suite", "-engine", "mutex", "-procs", "2", "-duration", "3s")
	require.Equal(t, Holds, status, out)
	require.Contains(t, out, "all of them opaque")
}

// TestSuiteOnPeer: anacrolix/stm validates at commit only, so that an attempt
// may see a state that never was. The checker has to say so, and has nothing
// against what it commits.
func TestSuiteOnPeer(t *testing.T) {
	status, out, _ := run(ctx, "suite", "-engine", "anacrolix", "-procs", "2", "-workloads", "bank,hashmap,hooks", "-duration", "3s", "-save", t.TempDir())
	require.Equal(t, Violation, status, out)
	require.Contains(t, out, "zombie read (breaks opacity)")
	require.Contains(t, out, "strict serializability")
	require.Contains(t, out, "cannot run hooks")
	require.Contains(t, out, "run it again: go run ./stress replay")
}

func TestSuiteWithoutIsolation(t *testing.T) {
	names := workload.Names()
	if raceDetector { // which has its own say about what is outside of the variables
		names = slices.DeleteFunc(names, func(n string) bool { return n == "irrevocable" })
	}
	status, out, _ := run(ctx, "suite", "-engine", "none", "-procs", "2", "-duration", "3s", "-workloads", strings.Join(names, ","), "-save", t.TempDir())
	require.Equal(t, Violation, status, out)
	for _, name := range names {
		require.Contains(t, out, "VIOLATION in "+name)
	}
}

func TestSuiteVacuous(t *testing.T) {
	status, out, _ := run(ctx, "suite", "-workloads", "long", "-noise", "0", "-hands", "3", "-procs", "1", "-duration", "1ms")
	require.Equal(t, Vacuous, status, out)
	require.Contains(t, out, "VACUOUS")
	require.Regexp(t, `long: .*\d escalations, 10 are needed`, out)
}
