// Command mutants plants bugs in the core, one at a time, and tells which
// layer of the tests notices each. It changes no file of the tree: the go
// command compiles the mutated text in its place.
//
//	go run ./internal/mutants                 all mutants, all layers
//	go run ./internal/mutants -run gate -v    some of them, with the output of what failed
//
// It exits with 1 if a mutant survives, and with 2 if one cannot be built or
// the tests fail without any.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
)

func main() {
	pattern := flag.String("run", "", "only the mutants whose name matches this regular expression")
	layerNames := flag.String("layers", "", "only the layers whose name matches this regular expression")
	verbose := flag.Bool("v", false, "print the output of the layer that noticed")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, *pattern, *layerNames, *verbose))
}

func run(ctx context.Context, pattern, layerNames string, verbose bool) int {
	which, err := regexp.Compile(pattern)
	if err != nil {
		return complain("-run: %v", err)
	}
	layers, err := chosenLayers(layerNames)
	if err != nil {
		return complain("-layers: %v", err)
	}
	for _, l := range layers {
		if out, err := l.run(ctx, ""); err != nil {
			return complain("%s fails without a mutant:\n%s", l.name, out)
		}
	}
	t := table.NewWriter()
	t.AppendHeader(table.Row{"mutant", "noticed by", "s"})
	survivors, total := 0, 0
	for _, m := range mutants {
		if !which.MatchString(m.name) || ctx.Err() != nil {
			continue
		}
		total++
		v, err := m.try(ctx, layers)
		if err != nil {
			return complain("%s: %v", m.name, err)
		}
		if v.layer == "" {
			survivors++
			v.layer = "SURVIVED"
		}
		fmt.Printf("%-60s %-10s %5.1f s\n", m.name, v.layer, v.took.Seconds())
		if verbose {
			fmt.Println(v.output)
		}
		t.AppendRow(table.Row{m.name, v.layer, fmt.Sprintf("%.1f", v.took.Seconds())})
	}
	fmt.Println()
	fmt.Println(t.RenderMarkdown())
	fmt.Printf("\n%d mutants, %d survived\n", total, survivors)
	if survivors > 0 || ctx.Err() != nil {
		return 1
	}
	return 0
}

func complain(format string, args ...any) int {
	fmt.Fprintf(os.Stderr, "mutants: "+format+"\n", args...)
	return 2
}

// A verdict says which layer noticed a mutant, if any, and how long that layer
// took.
type verdict struct {
	layer  string
	output string
	took   time.Duration
}

// try runs the layers on the core with m in it until one fails.
func (m mutant) try(ctx context.Context, layers []layer) (verdict, error) {
	overlay, remove, err := m.overlay()
	if err != nil {
		return verdict{}, err
	}
	defer remove()
	if out, err := build(ctx, overlay); err != nil {
		return verdict{}, fmt.Errorf("does not build:\n%s", out)
	}
	for _, l := range layers {
		began := time.Now()
		if out, err := l.run(ctx, overlay); err != nil && ctx.Err() == nil {
			return verdict{l.name, out, time.Since(began)}, nil
		}
	}
	return verdict{}, nil
}
