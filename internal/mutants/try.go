package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// A verdict says what noticed a mutant.
type verdict struct {
	layer   layer // without a name if none did
	test    string
	took    time.Duration // of that layer, until the test failed
	output  string
	problem error // the mutant could not be tried
}

// try runs the layers on the core with m in it until one fails.
func (m mutant) try(ctx context.Context, layers []layer) verdict {
	overlay, remove, err := m.overlay()
	if err != nil {
		return verdict{problem: err}
	}
	defer remove()
	for _, l := range layers {
		// Beside the overlay, and removed with it.
		dir := filepath.Join(filepath.Dir(overlay), l.name)
		if err := os.Mkdir(dir, 0o700); err != nil {
			return verdict{problem: err}
		}
		var took time.Duration
		for _, p := range l.parts {
			if err := l.compile(ctx, overlay, dir, p); err != nil {
				return verdict{problem: err}
			}
			began := time.Now()
			out, err := p.run(ctx, filepath.Join(dir, l.binary(p)))
			took += time.Since(began)
			if err != nil {
				return verdict{layer: l, test: culprit(out), took: took, output: out}
			}
		}
	}
	return verdict{}
}

// failures are the places where a test binary names the test that failed or
// hangs, the most telling first.
var failures = []*regexp.Regexp{
	regexp.MustCompile(`panic: test timed out after \S+\s+running tests:\s+(\w+)`),
	regexp.MustCompile(`(?m)^--- FAIL: (\w+)`),
	regexp.MustCompile(`(?m)^\s*\S*_test\.(Test\w+)`), // in the stack of a panic
	regexp.MustCompile(`\.(Test\w+)[.(]`),
}

// culprit returns the name of the test that failed first, by its output.
func culprit(output string) string {
	for i, f := range failures {
		if name := f.FindStringSubmatch(output); name != nil {
			if i == 0 {
				return name[1] + " hangs"
			}
			return name[1]
		}
	}
	return ""
}

// command runs a program in a directory of the module and returns all that it
// printed.
func command(ctx context.Context, dir, program string, args ...string) (string, error) {
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.WaitDelay = grace
	cmd.Dir = filepath.Join(root, dir)
	out, err := cmd.CombinedOutput()
	return strings.ToValidUTF8(string(out), "?"), err
}
