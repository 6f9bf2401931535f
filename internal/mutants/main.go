// Command mutants plants bugs in the core, one at a time, and tells which
// layer of the tests notices each. It changes no file of the tree: the go
// command compiles the mutated text in its place.
//
//	go run ./internal/mutants                    all mutants, all layers
//	go run ./internal/mutants -run gate -v       some of them, with the output of what failed
//	go run ./internal/mutants -layers race       what one layer sees by itself
//	go run ./internal/mutants -markdown          a table for docs/TESTING.md
//
// It exits with 1 if a mutant survives that is not argued to be equivalent, or
// if one is noticed that is; and with 2 if one cannot be built, or the tests
// fail without any.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"runtime"
	"sync"
)

func main() {
	pattern := flag.String("run", "", "only the mutants whose name matches this regular expression")
	layerNames := flag.String("layers", "", "only the layers whose name matches this regular expression")
	jobs := flag.Int("jobs", max(1, runtime.NumCPU()/2), "how many mutants to try at the same time")
	verbose := flag.Bool("v", false, "print the output of the test that noticed")
	markdown := flag.Bool("markdown", false, "print the results as a Markdown table; progress goes to the standard error")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if *jobs < 1 {
		os.Exit(complain("-jobs: want 1 or more, not %d", *jobs))
	}
	os.Exit(run(ctx, *pattern, *layerNames, *jobs, *verbose, *markdown))
}

func run(ctx context.Context, pattern, layerNames string, jobs int, verbose, markdown bool) int {
	chosen, err := matching(mutants, pattern, func(m mutant) string { return m.name })
	if err != nil {
		return complain("-run: %v", err)
	}
	layers, err := matching(layers, layerNames, func(l layer) string { return l.name })
	if err != nil {
		return complain("-layers: %v", err)
	}
	if err := calibrate(ctx, layers); err != nil {
		return complain("%v", err)
	}
	s := newSummary(len(chosen))
	free := make(chan struct{}, jobs)
	var trying sync.WaitGroup
	for _, m := range chosen {
		free <- struct{}{}
		trying.Go(func() {
			defer func() { <-free }()
			v := m.try(ctx, layers)
			if ctx.Err() != nil {
				return
			}
			s.add(m, v)
			if verbose {
				fmt.Fprintln(os.Stderr, v.output)
			}
		})
	}
	trying.Wait()
	if ctx.Err() != nil {
		return complain("interrupted")
	}
	if markdown {
		fmt.Println(s.markdown())
	}
	fmt.Println(s.text())
	return s.status()
}

// matching returns those of all whose name matches pattern.
func matching[T any](all []T, pattern string, name func(T) string) (chosen []T, _ error) {
	which, err := regexp.Compile(pattern)
	if err != nil {
		return nil, err
	}
	for _, x := range all {
		if which.MatchString(name(x)) {
			chosen = append(chosen, x)
		}
	}
	return chosen, nil
}

func complain(format string, args ...any) int {
	fmt.Fprintf(os.Stderr, "mutants: "+format+"\n", args...)
	return 2
}
