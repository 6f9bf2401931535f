package interp

import (
	"context"
	"go/build"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// The corpus is source text of the Go standard library, without tests and
// without files that are mostly tables.
const (
	corpusFiles = 200
	largestFile = 32 << 10
)

// readCorpus reads source text, if a benchmark needs it.
func readCorpus(ctx context.Context, c Config) (all []string, err error) {
	needed := false
	for _, b := range c.Benchmarks {
		needed = needed || b.program == "words"
	}
	if !needed {
		return nil, nil
	}
	root := build.Default.GOROOT
	if out, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output(); err == nil {
		root = strings.TrimSpace(string(out))
	}
	most := corpusFiles
	if c.Quick {
		most = 8
	}
	err = filepath.WalkDir(filepath.Join(root, "src", "net"), func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case len(all) == most:
			return fs.SkipAll
		case d.IsDir() && d.Name() == "testdata":
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		data, err := os.ReadFile(path)
		if err == nil && len(data) <= largestFile {
			all = append(all, string(data))
		}
		return err
	})
	return all, err
}
