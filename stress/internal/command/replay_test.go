package command

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/internal/history"
	"github.com/weft-stm/weft/stress/internal/trial"
)

// ways are the commands that the output of a failure names.
var ways = regexp.MustCompile(`(?m)^(run it again|look at it): +go run \./stress replay (\S+)$`)

// violate makes a violation and returns what was printed, the code of the trial
// and the file with its history.
func violate(t *testing.T, args ...string) (out, code, file string) {
	t.Helper()
	dir := t.TempDir()
	status, out, _ := run(ctx, append(args, "-save", dir)...)
	require.Equal(t, Violation, status, out)
	found := ways.FindAllStringSubmatch(out, -1)
	require.Len(t, found, 2, out)
	require.Equal(t, dir, filepath.Dir(found[1][2]))
	return out, found[0][2], found[1][2]
}

// TestReplayOfAFile: both ways that a failure names lead back to it, and the
// file always to the same verdict.
func TestReplayOfAFile(t *testing.T) {
	for _, args := range [][]string{
		{"suite", "-engine", "none", "-workloads", "bank", "-procs", "2", "-duration", "2s"},
		{"suite", "-engine", "anacrolix", "-workloads", "hashmap", "-procs", "2", "-duration", "5s"},
	} {
		t.Run(args[2], func(t *testing.T) {
			out, code, file := violate(t, args...)
			results := filepath.Join(t.TempDir(), "r.json")
			status, again, _ := run(ctx, "replay", "-json", results, file)
			require.Equal(t, Violation, status, again)
			require.Contains(t, again, "decided again, without running anything")
			require.Contains(t, again, "made by "+code)
			require.Contains(t, again, "go run ./stress replay "+code)

			var d Decision
			data, err := os.ReadFile(results)
			require.NoError(t, err)
			require.NoError(t, json.Unmarshal(data, &d))
			require.Equal(t, code, string(d.Code))
			require.Equal(t, Violation, d.Exit)
			require.NotEmpty(t, d.Violations, "the history by itself is wrong")
			require.NotEmpty(t, d.Reported)
			for _, v := range d.Reported {
				line, _, _ := strings.Cut(v, "\n")
				require.Contains(t, out, line, "what the run said")
				require.Contains(t, again, line, "the replay says again")
			}
			status, third, _ := run(ctx, "replay", file)
			require.Equal(t, Violation, status)
			require.Equal(t, withoutTime(again), withoutTime(third), "the verdict is the same each time")

			status, again, _ = run(ctx, "replay", "-duration", "20s", "-save", t.TempDir(), code)
			require.Equal(t, Violation, status, again)
			require.Contains(t, again, "in an order that is the machine's")
		})
	}
}

// withoutTime leaves out how long the check took.
func withoutTime(s string) string {
	return regexp.MustCompile(`checked in [^,:]+`).ReplaceAllString(s, "checked")
}

// TestReplayOfAnOpaqueHistory: what the workload saw of its own invariant is
// said again, though the history does not show it.
func TestReplayOfAnOpaqueHistory(t *testing.T) {
	h := history.New(1, 1)
	for _, tt := range []struct {
		note trial.Note
		exit int
		says string
	}{
		{trial.Note{Code: "bank/weft/p2/h4/n5/a1/w5/s5", Found: []string{"hand 3: the sum is 7"}}, Violation, "hand 3: the sum is 7"},
		{trial.Note{Code: "bank/weft/p2/h4/n5/a1/w5/s5"}, Holds, "opaque"},
	} {
		h.Note = tt.note.String()
		file := filepath.Join(t.TempDir(), "x.history")
		f, err := os.Create(file)
		require.NoError(t, err)
		require.NoError(t, h.Save(f))
		require.NoError(t, f.Close())
		status, out, _ := run(ctx, "replay", file)
		require.Equal(t, tt.exit, status, out)
		require.Contains(t, out, tt.says)
	}
}

func TestReplayHolds(t *testing.T) {
	status, out, _ := run(ctx, "replay", "-duration", "10ms", "bank/weft/p2/h4/n5/a1/w5/s5")
	require.Equal(t, Holds, status, out)
	require.Contains(t, out, "it held this time, which does not say that it always does")
}

// TestReplayOfADamagedFile is refused, not decided.
func TestReplayOfADamagedFile(t *testing.T) {
	_, _, file := violate(t, "suite", "-engine", "none", "-workloads", "bank", "-procs", "2", "-duration", "1s")
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	for name, damaged := range map[string][]byte{
		"empty":    nil,
		"cut":      data[:len(data)/2],
		"one byte": append(append(append([]byte{}, data[:len(data)/2]...), data[len(data)/2]^1), data[len(data)/2+1:]...),
		"more":     append(append([]byte{}, data...), "more"...),
	} {
		bad := filepath.Join(t.TempDir(), "bad.history")
		require.NoError(t, os.WriteFile(bad, damaged, 0o600))
		status, out, err := run(ctx, "replay", bad)
		require.Equal(t, BadUse, status, "%s: %s", name, out)
		require.Contains(t, err, "not a saved history", name)
		require.Equal(t, 1, strings.Count(err, "\n"), err)
	}
}
