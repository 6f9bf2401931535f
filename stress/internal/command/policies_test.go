package command

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPolicies prints every policy, draws the chart and writes the results.
func TestPolicies(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "out.json")
	status, out, errs := run(t.Context(), "policies", "-rounds", "1", "-each", "1ms", "-charts", dir, "-json", file)
	require.Zero(t, status, errs)
	for _, name := range []string{"Ladder", "Backoff", "Greedy", "Karma", "Serialize", "mutex", "100%"} {
		require.Contains(t, out, name)
	}
	for _, name := range []string{"policies.svg", "policies.png"} {
		info, err := os.Stat(filepath.Join(dir, name))
		require.NoError(t, err)
		require.Positive(t, info.Size())
	}
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	var r PoliciesReport
	require.NoError(t, json.Unmarshal(data, &r))
	require.Len(t, r.Lines, 6)
}

func TestPoliciesBadUse(t *testing.T) {
	for _, args := range [][]string{{"-rounds", "0"}, {"-each", "0s"}, {"-charts", "/nonexistent"}, {"more"}, {"-workers", "0"}} {
		status, _, errs := run(t.Context(), append([]string{"policies"}, args...)...)
		require.Equal(t, BadUse, status, args)
		require.NotEmpty(t, errs)
	}
}

func TestPoliciesInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	status, _, _ := run(ctx, "policies")
	require.Equal(t, Interrupted, status)
}
