// Bank moves money between accounts from many goroutines, while auditors add up
// all of them. No transfer waits for an audit, no audit for a transfer, and each
// audit finds the same sum.
//
//	go run ./examples/bank -accounts 100 -tellers 8 -transfers 400000
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

const opening = 1000 // what is in each account at first

var errFunds = errors.New("not enough money in the account")

// A bank is a row of accounts.
type bank struct {
	accounts *tvar.Array[int]
	refused  tvar.Counter
}

func newBank(accounts int) *bank {
	b := &bank{accounts: tvar.NewArray[int](accounts)}
	for i := range accounts {
		b.accounts.Store(i, opening)
	}
	return b
}

// transfer moves amount, or does nothing and returns errFunds.
func (b *bank) transfer(ctx context.Context, from, to, amount int) error {
	return stm.Atomically(ctx, func(tx *stm.Tx) error {
		left := b.accounts.Get(tx, from) - amount
		if left < 0 {
			return errFunds
		}
		b.accounts.Set(tx, from, left)
		b.accounts.Set(tx, to, b.accounts.Get(tx, to)+amount)
		return nil
	}, stm.Name("transfer"))
}

// audit adds up all accounts at one instant.
func (b *bank) audit(ctx context.Context) (int, error) {
	return stm.View(ctx, func(tx *stm.Tx) (sum int, _ error) {
		for _, x := range b.accounts.All(tx) {
			sum += x
		}
		return sum, nil
	})
}

// teller makes n transfers between accounts that it draws.
func (b *bank) teller(ctx context.Context, n int, rng *rand.Rand) error {
	for range n {
		from, to := rng.IntN(b.accounts.Len()), rng.IntN(b.accounts.Len())
		switch err := b.transfer(ctx, from, to, rng.IntN(opening)); {
		case errors.Is(err, errFunds):
			b.refused.Increase(1)
		case err != nil:
			return err
		}
	}
	return nil
}

// work makes the transfers of all tellers, and audits until they are through.
func (b *bank) work(ctx context.Context, tellers, transfers int) (audits int, err error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var wg sync.WaitGroup
	var open tvar.WaitGroup
	open.Increase(tellers)
	for i := range tellers {
		n := transfers / tellers
		if i < transfers%tellers {
			n++
		}
		wg.Go(func() {
			defer open.Finish()
			if err := b.teller(ctx, n, rand.New(rand.NewPCG(1, uint64(i)))); err != nil {
				stop(err)
			}
		})
	}
	for ; open.Size() > 0 && ctx.Err() == nil; audits++ {
		if sum, err := b.audit(ctx); err == nil && sum != opening*b.accounts.Len() {
			stop(fmt.Errorf("audit %d found %d instead of %d", audits, sum, opening*b.accounts.Len()))
		}
	}
	wg.Wait()
	return audits, context.Cause(ctx)
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("bank", flag.ContinueOnError)
	accounts := flags.Int("accounts", 100, "number of accounts, at least 2")
	tellers := flags.Int("tellers", 8, "goroutines that make transfers, at least 1")
	transfers := flags.Int("transfers", 400_000, "transfers in all, not negative")
	if err := flags.Parse(args); err != nil {
		return err
	}
	switch {
	case flags.NArg() > 0:
		return fmt.Errorf("unexpected argument %q: everything is a flag, see -help", flags.Arg(0))
	case *accounts < 2:
		return fmt.Errorf("-accounts is %d: a transfer needs at least 2", *accounts)
	case *tellers < 1:
		return fmt.Errorf("-tellers is %d: somebody has to make the transfers", *tellers)
	case *transfers < 0:
		return fmt.Errorf("-transfers is %d: it must not be negative", *transfers)
	}
	b := newBank(*accounts)
	began, before := time.Now(), stm.ReadStats()
	audits, err := b.work(ctx, *tellers, *transfers)
	if err != nil {
		return err
	}
	s := stm.ReadStats().Sub(before)
	fmt.Fprintf(out, "%d transfers by %d tellers in %v, %d refused\n", *transfers, *tellers,
		time.Since(began).Round(time.Millisecond), b.refused.Load())
	fmt.Fprintf(out, "%d audits, and each found %d\n", audits, opening**accounts)
	fmt.Fprintf(out, "%d attempts started over because of another transfer, none of an audit\n", s.Conflicts)
	return nil
}

func main() {
	if err := run(context.Background(), os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bank:", err)
		os.Exit(1)
	}
}
