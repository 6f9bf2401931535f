// Package spin_test checks the models of the engine's protocol: see README.md.
package spin_test

import (
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestModels checks the small sizes: the correct models hold, each seeded bug
// fails, and no statement of a model is unreached.
func TestModels(t *testing.T) {
	if testing.Short() {
		t.Skip("the models take half a minute")
	}
	for _, tool := range []string{"bash", "spin", "gcc"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("protocol models not checked: %v (Debian: apt-get install spin gcc)", err)
		}
	}
	out, err := exec.CommandContext(t.Context(), "bash", "run.sh", "small").CombinedOutput()
	t.Logf("\n%s", out)
	require.NoError(t, err)
}
