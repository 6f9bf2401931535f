package main

import (
	"context"
	"os/exec"
	"regexp"
	"time"
)

// A layer is a part of the tests.
type layer struct {
	name string
	args []string // of the go command
	time time.Duration
}

// layers are what runs for every change, the quick ones first. A layer that
// does not end in its time has noticed the mutant: it hangs.
var layers = []layer{
	{"unit", []string{"test", "-count=1", "-timeout=90s", "./stm", "./tvar", "./sched", "./internal/engine", "./internal/model"}, 2 * time.Minute},
	{"explorer", []string{"test", "-count=1", "-timeout=150s", "-tags=stmexplore", "./internal/explore"}, 3 * time.Minute},
	{"race", []string{"test", "-count=1", "-timeout=150s", "-race", "./stm", "./tvar", "./internal/engine"}, 3 * time.Minute},
	{"stress", []string{"run", "./stress", "suite", "-duration=20s"}, 2 * time.Minute},
}

func chosenLayers(pattern string) ([]layer, error) {
	which, err := regexp.Compile(pattern)
	if err != nil {
		return nil, err
	}
	var chosen []layer
	for _, l := range layers {
		if which.MatchString(l.name) {
			chosen = append(chosen, l)
		}
	}
	return chosen, nil
}

// run runs l on the core as overlay changes it.
func (l layer) run(ctx context.Context, overlay string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, l.time)
	defer cancel()
	return command(ctx, overlay, l.args)
}

func build(ctx context.Context, overlay string) (string, error) {
	return command(ctx, overlay, []string{"build", "./stm", "./tvar", "./sched"})
}

func command(ctx context.Context, overlay string, args []string) (string, error) {
	if overlay != "" {
		args = append([]string{args[0], "-overlay=" + overlay}, args[1:]...)
	}
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.WaitDelay = 5 * time.Second
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	return string(out), err
}
