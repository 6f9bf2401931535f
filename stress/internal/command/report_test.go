package command

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReport(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "r.html")
	status, out, err := run(ctx, "report", "-workloads", "bank,ring", "-each", "3ms", "-rounds", "6", "-duration", "500ms",
		"-o", file, "-charts", dir, "-json", filepath.Join(dir, "r.json"))
	require.Equal(t, Holds, status, "%s\n%s", out, err)
	require.Contains(t, out, "written: "+file)
	page, e := os.ReadFile(file)
	require.NoError(t, e)
	for _, text := range []string{
		"<svg", "Throughput", "Speed-up", "Latency", "Stress under noise", "Attempts for a commit", "<h2>Conflicts</h2>", "anacrolix", "ring",
		"account", "transfer", "audit",
	} {
		require.True(t, strings.Contains(string(page), text), text)
	}
	require.False(t, regexp.MustCompile(`(src|href)="|url\(|@import|<script`).Match(bytes.ReplaceAll(page, []byte(xlink), nil)), "it stands alone")
	for _, name := range []string{"throughput", "speedup", "scaling", "latency", "aborts", "attempts"} {
		require.FileExists(t, filepath.Join(dir, name+".svg"))
		require.FileExists(t, filepath.Join(dir, name+".png"))
	}
}

const xlink = `xmlns:xlink="http://www.w3.org/1999/xlink"`

func TestReportBadUse(t *testing.T) {
	dir := t.TempDir()
	for _, args := range [][]string{
		{"-o", filepath.Join(dir, "no", "r.html")}, {"-charts", filepath.Join(dir, "no")}, {"-rounds", "0"}, {"-duration", "-1s"},
	} {
		status, _, err := run(ctx, append([]string{"report"}, args...)...)
		require.Equal(t, BadUse, status, "%v: %s", args, err)
	}
}

func TestReportInterrupted(t *testing.T) {
	ended, cancel := context.WithCancel(ctx)
	cancel()
	status, out, _ := run(ended, "report", "-workloads", "bank", "-o", filepath.Join(t.TempDir(), "r.html"))
	require.Equal(t, Interrupted, status, out)
}
