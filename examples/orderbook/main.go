// Orderbook is an exchange of one thing: orders to buy and to sell, matched by
// price and then by age, from many goroutines at once.
//
// The orders are the rows of a Table. Two of its indexes are the sides of the
// book, the best price first; a third finds the orders of a trader. The depth,
// how much is wanted at each price, is kept beside them. A trade changes the
// orders, the depth and both accounts in one transaction, or nothing of it.
package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// An Order is for so many pieces at a price, or a better one.
type Order struct {
	Trader string
	Buy    bool
	Price  int
	Pieces int
}

// An Account is what trading has brought so far: pieces and money.
type Account struct{ Pieces, Money int }

// A Book is the state of the exchange.
type Book struct {
	orders   *tvar.Table[int, Order]
	bids     *tvar.Index[int, int, Order] // by falling price
	asks     *tvar.Index[int, int, Order] // by rising price
	traders  *tvar.Index[string, int, Order]
	depth    *tvar.OrderedMap[int, int] // pieces at each price
	accounts tvar.Map[string, Account]
	traded   tvar.Counter
}

// NewBook makes an empty Book.
func NewBook() *Book {
	b := &Book{orders: tvar.NewTable[int, Order](), depth: tvar.NewOrderedMap[int, int]()}
	b.bids, _ = tvar.NewIndex(b.orders, "bids", func(_ int, o Order) (int, bool) { return -o.Price, o.Buy })
	b.asks, _ = tvar.NewIndex(b.orders, "asks", func(_ int, o Order) (int, bool) { return o.Price, !o.Buy })
	b.traders, _ = tvar.NewIndex(b.orders, "traders", func(_ int, o Order) (string, bool) { return o.Trader, true })
	return b
}

// Submit matches o with what is in the book, and keeps the rest of it under id.
func (b *Book) Submit(tx *stm.Tx, id int, o Order) {
	others := b.bids
	if o.Buy {
		others = b.asks
	}
	for at, other := range others.All(tx) {
		if o.Pieces == 0 || o.Buy && other.Price > o.Price || !o.Buy && other.Price < o.Price {
			break
		}
		n := min(o.Pieces, other.Pieces)
		o.Pieces -= n
		b.trade(tx, o, other, n)
		b.keep(tx, at, other, other.Pieces-n)
	}
	b.keep(tx, id, Order{o.Trader, o.Buy, o.Price, 0}, o.Pieces)
}

// keep makes order id, which is o, one for so many pieces.
func (b *Book) keep(tx *stm.Tx, id int, o Order, pieces int) {
	b.depth.Update(tx, o.Price, func(n int, _ bool) (int, bool) {
		n += pieces - o.Pieces
		return n, n > 0
	})
	if o.Pieces = pieces; pieces > 0 {
		_ = b.orders.Set(tx, id, o) // no index is unique
	} else {
		b.orders.Delete(tx, id)
	}
}

// trade moves n pieces at the price of the order that was there first.
func (b *Book) trade(tx *stm.Tx, o, first Order, n int) {
	buyer, seller := o.Trader, first.Trader
	if !o.Buy {
		buyer, seller = seller, buyer
	}
	b.credit(tx, buyer, n, -n*first.Price)
	b.credit(tx, seller, -n, n*first.Price)
	b.traded.Add(tx, int64(n))
}

func (b *Book) credit(tx *stm.Tx, trader string, pieces, money int) {
	b.accounts.Update(tx, trader, func(a Account, _ bool) (Account, bool) {
		return Account{a.Pieces + pieces, a.Money + money}, true
	})
}

// Withdraw takes the orders of a trader out of the book.
func (b *Book) Withdraw(tx *stm.Tx, trader string) {
	for id, o := range b.traders.Equal(tx, trader) {
		b.keep(tx, id, o, 0)
	}
}

// run has traders send orders around a price that wanders.
func run(ctx context.Context, b *Book, traders, each int) (err error) {
	var wg sync.WaitGroup
	for t := range traders {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(1, uint64(t)))
			name := fmt.Sprint("trader ", t)
			for i := range each {
				o := Order{name, rng.IntN(2) == 0, 100 + i*20/each + rng.IntN(21) - 10, 1 + rng.IntN(9)}
				_ = stm.Atomically(ctx, func(tx *stm.Tx) error { // fails only if ctx ends
					if i%50 == 25 {
						b.Withdraw(tx, name)
					}
					b.Submit(tx, t*each+i, o)
					return nil
				}, stm.Name("submit"))
			}
		})
	}
	wg.Wait()
	return ctx.Err()
}

func main() {
	ctx, b := context.Background(), NewBook()
	err := run(ctx, b, 4, 5000)
	_, _ = stm.View(ctx, func(tx *stm.Tx) (int, error) {
		best := b.best(tx)
		fmt.Println(b.traded.Get(tx), "pieces were traded; the best offer is", best, "and around it there are")
		for price, n := range b.depth.Range(tx, best-2, best+4) {
			fmt.Printf("%5d at %d\n", n, price)
		}
		return 0, nil
	})
	fmt.Println(&b.accounts, err)
}

// best returns the highest price that somebody wants to pay.
func (b *Book) best(tx *stm.Tx) int {
	for _, o := range b.bids.All(tx) {
		return o.Price
	}
	return 0
}
