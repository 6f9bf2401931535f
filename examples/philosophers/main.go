// Philosophers is Dijkstra's dinner: each needs the forks on both sides to eat,
// and takes both in one transaction, or none. So nobody holds one fork and waits
// for the other, and there is no order of forks to keep to.
//
//	go run ./examples/philosophers -philosophers 5 -meals 20000
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// A fork lies on the table, in its box, or is in somebody's hand.
type fork struct{}

// A table has as many forks as seats; fork i lies to the left of seat i.
type table struct {
	forks []*tvar.Box[fork]
	meals []int // of each philosopher, who alone writes it
}

func newTable(seats int) *table {
	t := &table{make([]*tvar.Box[fork], seats), make([]int, seats)}
	for i := range t.forks {
		t.forks[i] = tvar.BoxOf(fork{})
	}
	return t
}

// left and right are the forks of seat i.
func (t *table) left(i int) *tvar.Box[fork]  { return t.forks[i] }
func (t *table) right(i int) *tvar.Box[fork] { return t.forks[(i+1)%len(t.forks)] }

// take waits until both forks of seat i lie on the table, and takes them.
func (t *table) take(ctx context.Context, i int) error {
	return stm.Atomically(ctx, func(tx *stm.Tx) error {
		t.left(i).Pop(tx)
		t.right(i).Pop(tx)
		return nil
	}, stm.Name("take"))
}

// put lays both forks of seat i back.
func (t *table) put(ctx context.Context, i int) error {
	return stm.Atomically(ctx, func(tx *stm.Tx) error {
		t.left(i).Push(tx, fork{})
		t.right(i).Push(tx, fork{})
		return nil
	}, stm.Name("put"))
}

// dine seats a philosopher on each seat, who eats so many meals. Eating is what
// bite does, with both forks in hand.
func (t *table) dine(ctx context.Context, meals int, bite func(seat int)) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var wg sync.WaitGroup
	for i := range t.forks {
		wg.Go(func() {
			for range meals {
				if err := t.take(ctx, i); err != nil {
					stop(err)
					return
				}
				bite(i)
				t.meals[i]++
				if err := t.put(ctx, i); err != nil {
					stop(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("philosophers", flag.ContinueOnError)
	seats := flags.Int("philosophers", 5, "how many dine, at least 2")
	meals := flags.Int("meals", 20_000, "meals of each, not negative")
	if err := flags.Parse(args); err != nil {
		return err
	}
	switch {
	case flags.NArg() > 0:
		return fmt.Errorf("unexpected argument %q: everything is a flag, see -help", flags.Arg(0))
	case *seats < 2:
		return fmt.Errorf("-philosophers is %d: one alone has a single fork, and never eats", *seats)
	case *meals < 0:
		return fmt.Errorf("-meals is %d: it must not be negative", *meals)
	}
	t := newTable(*seats)
	began, before := time.Now(), stm.ReadStats()
	if err := t.dine(ctx, *meals, func(int) {}); err != nil {
		return err
	}
	s := stm.ReadStats().Sub(before)
	fmt.Fprintf(out, "%d philosophers ate %d meals each in %v\n", *seats, slices.Min(t.meals),
		time.Since(began).Round(time.Millisecond))
	fmt.Fprintf(out, "they slept %d times until a fork was laid back; %d attempts started over\n", s.Parks, s.Conflicts)
	return nil
}

func main() {
	if err := run(context.Background(), os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "philosophers:", err)
		os.Exit(1)
	}
}
