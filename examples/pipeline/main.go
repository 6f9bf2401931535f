// Pipeline factors numbers in two stages that bounded queues connect. Each stage
// has several workers, and yet its results come out in the order of its input:
// who has finished early waits for its turn, and a full queue holds up whoever
// is before it. A worker takes from one queue only, so nobody steals work.
//
//	go run ./examples/pipeline -n 200000 -workers 4 -room 16
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// A stage makes a B of each A, in order.
type stage[A, B any] struct {
	in    *tvar.BoundedQueue[A]
	out   *tvar.BoundedQueue[B]
	f     func(A) B
	taken tvar.Var[int] // from in
	given tvar.Var[int] // to out
}

// step handles one item. It returns tvar.ErrClosed if there will be none.
func (s *stage[A, B]) step(ctx context.Context) error {
	n := 0
	x, err := stm.Do(ctx, func(tx *stm.Tx) (A, error) {
		n = s.taken.Get(tx)
		s.taken.Set(tx, n+1)
		return s.in.Pop(tx)
	})
	if err != nil {
		return err
	}
	y := s.f(x) // in no transaction, and beside the other workers
	return stm.Atomically(ctx, func(tx *stm.Tx) error {
		tx.Check(s.given.Get(tx) == n)
		s.given.Set(tx, n+1)
		return s.out.Push(tx, y)
	})
}

// run handles items with so many workers until in is closed, and closes out.
func (s *stage[A, B]) run(ctx context.Context, workers int) error {
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			for errs[i] == nil {
				errs[i] = s.step(ctx)
			}
			if errors.Is(errs[i], tvar.ErrClosed) {
				errs[i] = nil
			}
		})
	}
	wg.Wait()
	s.out.Shut()
	return errors.Join(errs...)
}

// factors returns the prime factors of n.
func factors(n int) (all []int) {
	for p := 2; p*p <= n; p++ {
		for ; n%p == 0; n /= p {
			all = append(all, p)
		}
	}
	if n > 1 {
		all = append(all, n)
	}
	return all
}

func text(all []int) string {
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(all), "[]"), " ", "·")
}

// pipe factors the numbers from first on, n of them, and hands the texts to sink.
func pipe(ctx context.Context, first, n, workers, room int, sink func(string)) error {
	ctx, stop := context.WithCancel(ctx)
	numbers := tvar.NewBoundedQueue[int](room)
	factoring := &stage[int, []int]{in: numbers, out: tvar.NewBoundedQueue[[]int](room), f: factors}
	writing := &stage[[]int, string]{in: factoring.out, out: tvar.NewBoundedQueue[string](room), f: text}
	errs := make([]error, 3)
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := 0; i < n && errs[0] == nil; i++ {
			errs[0] = numbers.Put(ctx, first+i)
		}
		numbers.Shut()
	})
	wg.Go(func() { errs[1] = factoring.run(ctx, workers) })
	wg.Go(func() { errs[2] = writing.run(ctx, workers) })
	for {
		s, err := writing.out.Take(ctx)
		if err != nil {
			stop()
			wg.Wait()
			if errors.Is(err, tvar.ErrClosed) {
				err = nil
			}
			return errors.Join(append(errs, err)...)
		}
		sink(s)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("pipeline", flag.ContinueOnError)
	n := flags.Int("n", 200_000, "numbers to factor, not negative")
	workers := flags.Int("workers", 4, "workers of each stage, at least 1")
	room := flags.Int("room", 16, "room in each queue, at least 1")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 || *n < 0 || *workers < 1 || *room < 1 {
		return fmt.Errorf("-n %d -workers %d -room %d %q: see -help", *n, *workers, *room, flags.Args())
	}
	began, last := time.Now(), ""
	const first = 1_000_000_000
	if err := pipe(ctx, first, *n, *workers, *room, func(s string) { last = s }); err != nil {
		return err
	}
	fmt.Fprintf(out, "%d numbers in %v, the last one %d = %s\n",
		*n, time.Since(began).Round(time.Millisecond), first+*n-1, last)
	return nil
}

func main() {
	if err := run(context.Background(), os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "pipeline:", err)
		os.Exit(1)
	}
}
