package wordindex

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tree writes files into a new directory.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	return dir
}

// small is a corpus of a few files of the standard library.
func small(t *testing.T, files int) *Corpus {
	t.Helper()
	c, err := Load(t.Context(), Selection{MaxFiles: files, MaxFileBytes: 16 << 10}, nil)
	require.NoError(t, err)
	return c
}
