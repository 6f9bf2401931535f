package main

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/weft-stm/weft/stm"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// check says what is wrong with a Book at one instant: it is not crossed, the
// depth is that of the orders, and what one trader has gained others have lost.
func check(b *Book) error {
	_, err := stm.View(context.Background(), func(tx *stm.Tx) (int, error) {
		depth := map[int]int{}
		highest, lowest := 0, 1<<30
		for _, o := range b.orders.All(tx) {
			depth[o.Price] += o.Pieces
			if o.Pieces <= 0 {
				return 0, fmt.Errorf("an empty order: %+v", o)
			}
			if o.Buy {
				highest = max(highest, o.Price)
			} else {
				lowest = min(lowest, o.Price)
			}
		}
		if highest >= lowest || highest != b.best(tx) {
			return 0, fmt.Errorf("somebody pays %d, best %d, and somebody takes %d", highest, b.best(tx), lowest)
		}
		for price, n := range b.depth.All(tx) {
			if depth[price] != n {
				return 0, fmt.Errorf("%d pieces at %d, not %d", n, price, depth[price])
			}
			delete(depth, price)
		}
		var sum Account
		for _, a := range b.accounts.All(tx) {
			sum.Pieces += a.Pieces
			sum.Money += a.Money
		}
		if len(depth) != 0 || sum != (Account{}) {
			return 0, fmt.Errorf("no depth for %v, or the accounts sum up to %+v", depth, sum)
		}
		return 0, nil
	})
	return err
}

func TestBookStaysConsistent(t *testing.T) {
	b := NewBook()
	done := make(chan error)
	go func() { done <- run(context.Background(), b, 3, 300) }()
	for running := true; running; {
		select {
		case err := <-done:
			require.NoError(t, err)
			running = false
		default:
		}
		require.NoError(t, check(b))
	}
	require.Positive(t, b.traded.Load())
}

// TestPriceThenAge: the better price comes first, then the older order, at the
// price of that order.
func TestPriceThenAge(t *testing.T) {
	b := NewBook()
	submit := func(id int, o Order) {
		require.NoError(t, stm.Atomically(context.Background(), func(tx *stm.Tx) error { b.Submit(tx, id, o); return nil }))
	}
	submit(1, Order{"Ada", false, 101, 5})
	submit(2, Order{"Bob", false, 100, 5})
	submit(3, Order{"Cyd", false, 100, 5})
	submit(4, Order{"Dan", true, 102, 12})
	require.Equal(t, map[string]Account{
		"Ada": {-2, 202}, "Bob": {-5, 500}, "Cyd": {-5, 500}, "Dan": {12, -1202},
	}, b.accounts.Snapshot())
	submit(5, Order{"Dan", true, 90, 7})
	require.Equal(t, "[1:{Ada false 101 3} 5:{Dan true 90 7}]", b.orders.String())
	require.NoError(t, stm.Atomically(context.Background(), func(tx *stm.Tx) error { b.Withdraw(tx, "Dan"); return nil }))
	require.Equal(t, "[101:3]", b.depth.String())
	require.NoError(t, check(b))
}
