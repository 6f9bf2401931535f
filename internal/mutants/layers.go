package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// A layer is a part of the tests: binaries that are compiled and run one after
// another.
type layer struct {
	name    string
	nightly bool     // too long for every change
	build   []string // what the go command is told, before the packages
	parts   []*part
}

// A part is a binary of a layer.
type part struct {
	pkg   string        // in the module
	args  []string      // of the binary
	limit time.Duration // after which it hangs; set by calibrate
}

// layers are what notices bugs, those first that see most in the shortest
// time. All but the nightly ones run for every change.
var layers = []layer{
	{"unit", false, tests(), testsOf("internal/engine", "stm", "internal/contention")},
	{"explorer", false, tests("-tags=stmexplore"), testsOf("internal/explore")},
	{"clients", false, tests(), testsOf("internal/model", "sched", "sched/heap", "tvar")},
	{"race", false, tests("-race"), testsOf("stm", "tvar", "internal/engine")},
	{"stress", false, []string{"build"}, []*part{{pkg: "stress", args: []string{"-quick"}}}},
	{"suite", true, []string{"build"}, []*part{{pkg: "stress", args: []string{"suite", "-duration", "40s", "-save", os.TempDir()}}}},
}

func tests(flags ...string) []string {
	return append([]string{"test", "-c", "-vet=off", "-ldflags=-s -w"}, flags...)
}

func testsOf(packages ...string) (parts []*part) {
	for _, p := range packages {
		parts = append(parts, &part{pkg: p, args: []string{"-test.failfast"}})
	}
	return parts
}

// binary is the name under which the go command writes p.
func (l layer) binary(p *part) string {
	name := filepath.Base(p.pkg)
	if l.build[0] == "test" {
		name += ".test"
	}
	return name
}

// compile writes the binary of p to dir, of the core as overlay changes it.
func (l layer) compile(ctx context.Context, overlay, dir string, p *part) error {
	args := append([]string{}, l.build...)
	if overlay != "" {
		args = append(args, "-overlay="+overlay)
	}
	args = append(args, "-o", dir+string(filepath.Separator), "./"+p.pkg)
	out, err := command(ctx, "", "go", args...)
	if err != nil {
		return fmt.Errorf("%s does not build for %s:\n%s", p.pkg, l.name, out)
	}
	return nil
}

// run runs p. One that does not end in its time has failed, too: it hangs.
func (p *part) run(ctx context.Context, binary string) (output string, err error) {
	args := p.args
	if filepath.Ext(binary) == ".test" {
		args = append([]string{"-test.timeout=" + p.limit.String()}, args...)
	}
	// A test binary says itself where it hangs; others are stopped.
	ctx, cancel := context.WithTimeout(ctx, p.limit+grace)
	defer cancel()
	return command(ctx, p.pkg, binary, args...)
}

// The limits of what runs with a mutant in it, by what it took without one.
// They allow for a machine that has other things to do.
const (
	slack = 4
	least = 10 * time.Second
	most  = 10 * time.Minute // without a mutant
	grace = 5 * time.Second
)

// calibrate runs the layers without a mutant, which must pass, and sets the
// limits of their parts.
func calibrate(ctx context.Context, layers []layer) error {
	for _, l := range layers {
		dir, err := os.MkdirTemp("", "mutant")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		var all time.Duration
		for _, p := range l.parts {
			if err := l.compile(ctx, "", dir, p); err != nil {
				return err
			}
			began := time.Now()
			p.limit = most
			if out, err := p.run(ctx, filepath.Join(dir, l.binary(p))); err != nil {
				return fmt.Errorf("%s fails without a mutant: %v\n%s", p.pkg, err, out)
			}
			took := time.Since(began)
			p.limit = (least + slack*took).Round(time.Second)
			all += took
		}
		fmt.Fprintf(os.Stderr, "%-60s %-9s %5.1f s\n", "(no mutant)", l.name, all.Seconds())
	}
	return nil
}
