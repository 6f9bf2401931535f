package stm_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestImportBringsLittle: no web server, no metrics registry, nothing outside
// of the standard library. (Importing anacrolix/stm serves /debug/vars.)
func TestImportBringsLittle_Anacrolix(t *testing.T) {
	goTool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("no go command")
	}
	out, err := exec.Command(goTool, "list", "-deps", "github.com/weft-stm/weft/stm", "github.com/weft-stm/weft/tvar").Output()
	require.NoError(t, err)
	for _, p := range strings.Fields(string(out)) {
		require.NotContains(t, []string{"expvar", "net/http", "net", "log", "flag", "os/signal"}, p)
		first, _, _ := strings.Cut(p, "/")
		require.True(t, !strings.Contains(first, ".") || strings.HasPrefix(p, "github.com/weft-stm/weft/"), "%s is imported", p)
	}
}
