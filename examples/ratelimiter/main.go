// Ratelimiter lets clients make requests at a limited rate, each of them at one
// and all together at another. A request waits until both limits have room, and
// takes of both at one instant, so that a client who is held up by its own limit
// uses up nothing of the common one.
//
//	go run ./examples/ratelimiter -rate 2000 -each 600 -clients 5
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// A limiter lets burst requests through at once, and then one every interval.
// It is a bucket that leaks: full holds when it will be empty. (The generic
// cell rate algorithm, ITU-T I.371.)
type limiter struct {
	interval time.Duration
	burst    int
	full     tvar.Var[time.Time]
}

func newLimiter(perSecond, burst int) *limiter {
	return &limiter{interval: time.Second / time.Duration(perSecond), burst: burst}
}

// take waits for the time of the next request, and takes it.
func (l *limiter) take(tx *stm.Tx) {
	empty := l.full.Get(tx)
	tx.Until(empty.Add(-time.Duration(l.burst-1) * l.interval))
	if now := time.Now(); empty.Before(now) {
		empty = now
	}
	l.full.Set(tx, empty.Add(l.interval))
}

var errTooSlow = errors.New("no room in time")

// request waits until each limiter has room, at most for patience, and takes of
// all or of none.
func request(ctx context.Context, patience time.Duration, limits ...*limiter) error {
	return stm.Atomically(ctx, func(tx *stm.Tx) error {
		return tx.OrElse(
			func(tx *stm.Tx) error {
				for _, l := range limits {
					l.take(tx)
				}
				return nil
			},
			func(tx *stm.Tx) error { tx.After(patience); return errTooSlow },
		)
	}, stm.Name("request"))
}

// A client counts what became of its requests.
type client struct{ served, late int }

// storm makes clients send one request after the other until ctx ends.
func storm(ctx context.Context, all *limiter, each, burst, clients int, patience time.Duration) []client {
	count := make([]client, clients)
	var wg sync.WaitGroup
	for i := range count {
		wg.Go(func() {
			own := newLimiter(each, burst)
			for {
				switch err := request(ctx, patience, own, all); {
				case err == nil:
					count[i].served++
				case errors.Is(err, errTooSlow):
					count[i].late++
				default:
					return
				}
			}
		})
	}
	wg.Wait()
	return count
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("ratelimiter", flag.ContinueOnError)
	rate := flags.Int("rate", 2000, "requests a second of all clients together, 1 to 1000000")
	each := flags.Int("each", 600, "requests a second of one client, 1 to 1000000")
	burst := flags.Int("burst", 10, "requests that may come at once, at least 1")
	clients := flags.Int("clients", 5, "number of clients, at least 1")
	patience := flags.Duration("patience", 20*time.Millisecond, "how long a request waits")
	length := flags.Duration("for", time.Second, "how long clients send requests")
	if err := flags.Parse(args); err != nil {
		return err
	}
	switch {
	case flags.NArg() > 0:
		return fmt.Errorf("unexpected argument %q: everything is a flag, see -help", flags.Arg(0))
	case min(*rate, *each) < 1 || max(*rate, *each) > 1_000_000:
		return fmt.Errorf("-rate is %d, -each is %d: both must be 1 to 1000000", *rate, *each)
	case *burst < 1 || *clients < 1:
		return fmt.Errorf("-burst is %d, -clients is %d: both must be at least 1", *burst, *clients)
	case *patience <= 0 || *length <= 0:
		return fmt.Errorf("-patience is %v, -for is %v: both must be positive", *patience, *length)
	}
	ctx, cancel := context.WithTimeout(ctx, *length)
	defer cancel()
	all, total := newLimiter(*rate, *burst), 0
	for i, c := range storm(ctx, all, *each, *burst, *clients, *patience) {
		fmt.Fprintf(out, "client %d: %6d served, %4d gave up\n", i, c.served, c.late)
		total += c.served
	}
	allowed := *burst + int(length.Seconds()*float64(*rate))
	fmt.Fprintf(out, "together: %6d of at most %d\n", total, allowed)
	return nil
}

func main() {
	if err := run(context.Background(), os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "ratelimiter:", err)
		os.Exit(1)
	}
}
