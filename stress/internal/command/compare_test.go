package command

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weft-stm/weft/stress/internal/contest"
	"github.com/weft-stm/weft/stress/internal/memory"
)

func TestCompare(t *testing.T) {
	file := filepath.Join(t.TempDir(), "compare.json")
	status, out, err := run(ctx, "compare", "-workloads", "bank,buffer", "-each", "5ms", "-workers", "2", "-json", file)
	require.Equal(t, Holds, status, "%s\n%s", out, err)
	require.Contains(t, out, "anacrolix")
	require.Contains(t, out, "95% confidence")
	data, e := os.ReadFile(file)
	require.NoError(t, e)
	var r CompareReport
	require.NoError(t, json.Unmarshal(data, &r))
	require.Len(t, r.Outcomes, 2)
	require.Len(t, r.Outcomes[0].Entries, 4)
	require.Len(t, r.Outcomes[0].Entries[0].Rates, 7)
	require.Equal(t, 2, r.Workers)
}

func TestCompareBadUse(t *testing.T) {
	for _, flag := range []string{"-rounds=0", "-each=0s", "-workloads=x", "-workers=0", "-engine=weft"} {
		status, _, err := run(ctx, "compare", flag)
		require.Equal(t, BadUse, status, "%s: %s", flag, err)
	}
}

func TestCompareInterrupted(t *testing.T) {
	ended, cancel := context.WithCancel(ctx)
	cancel()
	status, out, _ := run(ended, "compare", "-workloads", "bank")
	require.Equal(t, Interrupted, status, out)
}

func TestOnlyThePeerMayBeBroken(t *testing.T) {
	outcome := func(engine string) []contest.Outcome {
		return []contest.Outcome{{Workload: "bank", Entries: []contest.Entry{{Engine: engine, Problem: "violation: x"}}}}
	}
	require.True(t, violated(outcome(memory.Weft)))
	require.True(t, violated(outcome(memory.Mutex)))
	require.False(t, violated(outcome(memory.Peer)))
}
