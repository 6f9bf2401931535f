package command

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/weft-stm/weft/stress/internal/wordindex"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var ctx = context.Background()

// run runs the program and returns what it printed.
func run(ctx context.Context, args ...string) (status int, out, err string) {
	var o, e strings.Builder
	status = Run(ctx, args, &o, &e)
	return status, o.String(), e.String()
}

func TestBadUse(t *testing.T) {
	empty := t.TempDir()
	notes := filepath.Join(empty, "notes.txt")
	require.NoError(t, os.WriteFile(notes, []byte("no history"), 0o600))
	for _, tt := range []struct {
		args []string
		says string
	}{
		{[]string{"-corpus", filepath.Join(empty, "absent")}, "no such file"},
		{[]string{"-corpus", empty}, "no Go files"},
		{[]string{"-corpus", notes}, "not a directory"},
		{[]string{"-nonsense"}, "-nonsense"},
		{[]string{"-workers", "0"}, "at least one worker"},
		{[]string{"-workers", "-3"}, "at least one worker"},
		{[]string{"-workers", "many"}, "many"},
		{[]string{"-gogc", "0"}, "-gogc"},
		{[]string{"-noise", "101"}, "-noise"},
		{[]string{"-only", "tables"}, "-only"},
		{[]string{"-save", notes}, "not a directory"},
		{[]string{"-late", "-1"}, "-late"},
		{[]string{"-json", filepath.Join(empty, "no", "x.json")}, "no such file"},
		{[]string{"-quick", "more"}, "more"},
		{[]string{"frobnicate"}, "no command"},
		{[]string{"list", "x"}, "no arguments"},
		{[]string{"replay"}, "give the code"},
		{[]string{"replay", "bank/weft"}, "looks like"},
		{[]string{"replay", "1f00"}, "looks like"},
		{[]string{"replay", filepath.Join(empty, "absent.history")}, "no such file"},
		{[]string{"replay", "bank/weft/p0/h8/n5/a1/w5/s1"}, "looks like"},
		{[]string{"replay", "bank/weft/p2/h9999/n5/a1/w5/s1"}, "looks like"},
		{[]string{"replay", "bank/weft/p2/h8/n5/a1/w500/s1"}, "looks like"},
		{[]string{"replay", "nothing/weft/p2/h8/n5/a1/w5/s1"}, "no workload"},
		{[]string{"replay", "bank/nothing/p2/h8/n5/a1/w5/s1"}, "no engine"},
		{[]string{"replay", "hooks/anacrolix/p2/h8/n5/a1/w5/s1"}, "cannot run"},
		{[]string{"replay", "-duration", "-1s", "bank/weft/p2/h8/n5/a1/w5/s1"}, "has to be positive"},
		{[]string{"replay", notes}, "not a saved history"},
		{[]string{"replay", empty}, "is a directory"},
		{[]string{"suite", "-workloads", "banc"}, "no workload \"banc\": there are counters, bank"},
		{[]string{"suite", "-engine", "mutx"}, "no engine \"mutx\": there are weft"},
		{[]string{"suite", "-save", filepath.Join(empty, "absent")}, "no such file"},
	} {
		t.Run(strings.Join(tt.args, " "), func(t *testing.T) {
			status, _, err := run(ctx, tt.args...)
			require.Equal(t, BadUse, status, err)
			require.Contains(t, err, tt.says)
			lines := strings.Split(strings.TrimSpace(err), "\n")
			last := lines[len(lines)-1]
			require.True(t, strings.HasPrefix(last, "stress: "), err)
			for _, l := range lines[:len(lines)-1] {
				require.True(t, strings.HasSuffix(l, " …"), "beside progress, one line: %s", err)
			}
		})
	}
}

func TestHelp(t *testing.T) {
	for _, args := range [][]string{{"-h"}, {"replay", "-help"}} {
		status, out, err := run(ctx, args...)
		require.Equal(t, Holds, status)
		require.Empty(t, err)
		require.Contains(t, out, "-seed number")
		require.Contains(t, out, "Exit status: 0")
	}
}

func TestListNamesAll(t *testing.T) {
	status, out, _ := run(ctx, "list")
	require.Equal(t, Holds, status)
	for _, name := range []string{"labyrinth", "write-skew", "anacrolix", "replay"} {
		require.Contains(t, out, name)
	}
}

// TestJob runs the main job on a small corpus of its own.
func TestJob(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.go", "b.go", "c.go"} {
		text := strings.Repeat("package p // some words, and some more words\nvar x, y int\n", 20)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	results := filepath.Join(t.TempDir(), "results.json")
	status, out, err := run(ctx, "-quick", "-corpus", dir, "-workers", "2", "-seed", "7", "-attempts", "60000", "-noise", "20", "-json", results)
	require.Equal(t, Holds, status, "%s\n%s", out, err)
	for _, part := range []string{"GOMAXPROCS=", "GOGC=400", "seed 7", "word index of " + dir, "stm, commutative add", "race: ring", "verdict for", "without isolation: seen within"} {
		require.Contains(t, out, part)
	}
	require.NotContains(t, out, "%!")

	data, e := os.ReadFile(results)
	require.NoError(t, e)
	var r JobReport
	require.NoError(t, json.Unmarshal(data, &r))
	require.Equal(t, 3, r.Index.Files)
	require.Len(t, r.Index.Rows, len(wordindex.Variants()))
	require.Len(t, r.Race, 4)
	require.Len(t, r.Controls, 4)
	require.Empty(t, r.Missing)
	require.Equal(t, Holds, r.Exit)
	require.EqualValues(t, 7, r.Seed)
	require.NotEmpty(t, r.Machine.CPU)
	for i, race := range r.Race {
		require.GreaterOrEqual(t, race.Attempts, int64(15000))
		require.Empty(t, race.Violations)
		require.NotEmpty(t, r.Controls[i].Violations, "%s: the control has to be seen", race.Workload)
	}
	var shape map[string]any
	require.NoError(t, json.Unmarshal(data, &shape))
	for _, key := range []string{"command", "machine", "seed", "index", "race", "controls", "verdict", "missing_events", "interrupted", "elapsed_ns", "exit"} {
		require.Contains(t, shape, key)
	}
}

func TestVacuousJob(t *testing.T) {
	status, out, _ := run(ctx, "-only", "race", "-noise", "0", "-attempts", "4")
	require.Equal(t, Vacuous, status, out)
	require.Contains(t, out, "VACUOUS")
}

func TestInterruptAtOnce(t *testing.T) {
	ended, cancel := context.WithCancel(ctx)
	cancel()
	for _, args := range [][]string{
		{"-quick"}, {"-only", "race", "-attempts", "1000000000"}, {"replay", "bank/weft/p2/h8/n5/a1/w5/s1"},
	} {
		status, out, _ := run(ended, args...)
		require.Equal(t, Interrupted, status, out)
	}
}

func TestInterruptShowsWhatWasFinished(t *testing.T) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var out strings.Builder
	status := Run(ctx, []string{"-only", "race", "-quick"}, &out, &watch{"race stress: write-skew", cancel})
	require.Equal(t, Interrupted, status, out.String())
	require.Contains(t, out.String(), "race: bank")
	require.NotContains(t, out.String(), "race: ring")
	require.Contains(t, out.String(), "interrupted after")
}

// A watch calls do when a text is written to it.
type watch struct {
	when string
	do   func()
}

func (w *watch) Write(p []byte) (int, error) {
	if strings.Contains(string(p), w.when) {
		w.do()
	}
	return len(p), nil
}
