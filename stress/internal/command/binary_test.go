package command

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// build makes the program as a user does.
func build(t *testing.T) string {
	t.Helper()
	if testing.Short() || raceDetector {
		t.Skip("it builds the program")
	}
	bin := filepath.Join(t.TempDir(), "stress.bin")
	out, err := exec.Command("go", "build", "-o", bin, "../..").CombinedOutput()
	require.NoError(t, err, "%s", out)
	return bin
}

func exitOf(t *testing.T, err error) int {
	t.Helper()
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		require.NoError(t, err)
		return 0
	}
	return exit.ExitCode()
}

// TestExitStatus of the program itself: what a script sees.
func TestExitStatus(t *testing.T) {
	bin := build(t)
	for _, tt := range []struct {
		args string
		exit int
		says string
	}{
		{"suite -engine mutex -workloads bank,ring -procs 2 -duration 300ms", Holds, "all of them opaque"},
		{"suite -workloads bank,irrevocable -procs 2 -duration 1s", Holds, "all of them opaque"},
		{"suite -engine none -workloads bank -procs 2 -duration 1s", Violation, "run it again: go run ./stress replay bank/none/"},
		{"suite -engine anacrolix -workloads hashmap -procs 2 -duration 10s", Violation, "breaks opacity"},
		{"suite -workloads bank -duration -1s", BadUse, "-duration -1s: it has to be positive"},
		{"suite -workloads long -noise 0 -aborts 0 -hands 3 -procs 1 -duration 1ms", Vacuous, "0 escalations, 10 are needed"},
	} {
		cmd := exec.Command(bin, append(strings.Fields(tt.args), "-save", t.TempDir())...)
		out, err := cmd.CombinedOutput()
		require.Equal(t, tt.exit, exitOf(t, err), "%s\n%s", tt.args, out)
		require.Contains(t, string(out), tt.says, tt.args)
		require.NotContains(t, string(out), "goroutine ", "no stack of our own")
	}
}

// TestInterrupt: a long run ends soon, with what it has.
func TestInterrupt(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no signal to send")
	}
	cmd := exec.Command(build(t), "suite", "-duration", "1h", "-workloads", "bank", "-procs", "2")
	var out strings.Builder
	cmd.Stdout = &out
	progress, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines := bufio.NewScanner(progress)
	require.True(t, lines.Scan())
	require.Equal(t, "suite …", lines.Text())
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	require.Equal(t, Interrupted, exitOf(t, cmd.Wait()), out.String())
	require.Contains(t, out.String(), "interrupted, no violation until then")
}
