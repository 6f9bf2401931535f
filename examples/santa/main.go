// Santa is Trono's puzzle: Santa sleeps until all nine reindeer are back from
// their holidays, or three of his ten elves need him. He sees to one group at a
// time, to the reindeer first, and nobody else comes in meanwhile.
//
//	go run ./examples/santa -deliveries 50
//
// The groups and gates are those of Peyton Jones, "Beautiful Concurrency", 2007.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// A gate is shut but for those whom Santa lets through: it holds how many still
// may.
type gate = *tvar.Var[int]

func pass(ctx context.Context, g gate) error {
	return stm.Atomically(ctx, func(tx *stm.Tx) error {
		tx.Check(g.Get(tx) > 0)
		g.Set(tx, g.Get(tx)-1)
		return nil
	})
}

// A group comes to Santa when it is complete: through one gate, and back
// through the other. Meanwhile the next one gathers, before gates of its own.
type group struct {
	size    int
	joined  tvar.Var[int]
	in, out tvar.Var[gate]
}

func newGroup(size int) *group {
	g := &group{size: size}
	g.in.Store(tvar.New(0))
	g.out.Store(tvar.New(0))
	return g
}

// join waits until there is room in the group that gathers, and joins it.
func (g *group) join(ctx context.Context) (in, out gate, err error) {
	err = stm.Atomically(ctx, func(tx *stm.Tx) error {
		tx.Check(g.joined.Get(tx) < g.size)
		g.joined.Set(tx, g.joined.Get(tx)+1)
		in, out = g.in.Get(tx), g.out.Get(tx)
		return nil
	})
	return in, out, err
}

// help is the life of a reindeer or an elf, until ctx ends.
func (g *group) help(ctx context.Context, rest, task func()) {
	for {
		rest()
		in, out, err := g.join(ctx)
		if err != nil || pass(ctx, in) != nil {
			return
		}
		task()
		if pass(ctx, out) != nil {
			return
		}
	}
}

// complete waits until the group is, and lets the next one gather.
func (g *group) complete(tx *stm.Tx) []gate {
	tx.Check(g.joined.Get(tx) == g.size)
	g.joined.Set(tx, 0)
	return []gate{g.in.Swap(tx, tvar.New(0)), g.out.Swap(tx, tvar.New(0))}
}

// see waits until one of the groups is complete, the first if both are, and lets
// it in, and out again.
func see(ctx context.Context, groups ...*group) (chosen int, err error) {
	var gates []gate
	var alternatives []func(tx *stm.Tx) error
	for _, g := range groups {
		alternatives = append(alternatives, func(tx *stm.Tx) error { gates = g.complete(tx); return nil })
	}
	chosen, err = stm.Select(ctx, alternatives...)
	for _, g := range gates {
		g.Store(groups[chosen].size)
		if _, err := g.Await(ctx, func(left int) bool { return left == 0 }); err != nil {
			return chosen, err
		}
	}
	return chosen, err
}

// work makes Santa deliver toys so many times, and counts how often he met elves.
func work(ctx context.Context, deliveries int, harness, study, rest func()) (meetings int, err error) {
	ctx, stop := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer func() { stop(); wg.Wait() }()
	herd, shop := newGroup(9), newGroup(3)
	for range herd.size {
		wg.Go(func() { herd.help(ctx, rest, harness) })
	}
	for range 10 {
		wg.Go(func() { shop.help(ctx, rest, study) })
	}
	for delivered := 0; delivered < deliveries; {
		chosen, err := see(ctx, herd, shop)
		if err != nil {
			return meetings, err
		}
		delivered, meetings = delivered+1-chosen, meetings+chosen
	}
	return meetings, nil
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("santa", flag.ContinueOnError)
	deliveries := flags.Int("deliveries", 50, "how often Santa delivers toys, not negative")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 || *deliveries < 0 {
		return fmt.Errorf("-deliveries is %d, other arguments are %q: it must not be negative, and there are no others", *deliveries, flags.Args())
	}
	var harnessed, studied tvar.Counter
	began := time.Now()
	meetings, err := work(ctx, *deliveries, func() { harnessed.Increase(1) }, func() { studied.Increase(1) },
		func() { time.Sleep(rand.N(5 * time.Millisecond)) })
	if err == nil {
		fmt.Fprintf(out, "Santa delivered toys %d times and met elves %d times in %v\nreindeer were harnessed %d times, elves helped %d times\n",
			*deliveries, meetings, time.Since(began).Round(time.Millisecond), harnessed.Load(), studied.Load())
	}
	return err
}

func main() {
	if err := run(context.Background(), os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "santa:", err)
		os.Exit(1)
	}
}
