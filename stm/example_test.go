package stm_test

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

func ExampleAtomically() {
	ctx := context.Background()
	a, b := tvar.New(100), tvar.New(0)
	transfer := func(n int) error {
		return stm.Atomically(ctx, func(tx *stm.Tx) error {
			if a.Get(tx) < n {
				return errors.New("not enough")
			}
			a.Set(tx, a.Get(tx)-n)
			b.Set(tx, b.Get(tx)+n)
			return nil
		})
	}
	fmt.Println(transfer(70), a, b)
	fmt.Println(transfer(70), a, b)
	// Output:
	// <nil> 30 70
	// not enough 30 70
}

func ExampleDo() {
	next := tvar.New(1)
	ticket, err := stm.Do(context.Background(), func(tx *stm.Tx) (int, error) {
		return next.Swap(tx, next.Get(tx)+1), nil
	})
	fmt.Println(ticket, err, next)
	// Output: 1 <nil> 2
}

func ExampleView() {
	a, b := tvar.New(30), tvar.New(70)
	total, err := stm.View(context.Background(), func(tx *stm.Tx) (int, error) {
		return a.Get(tx) + b.Get(tx), nil
	})
	fmt.Println(total, err)
	// Output: 100 <nil>
}

func ExampleTx_Retry() {
	ctx := context.Background()
	slot := tvar.New("")
	var wg sync.WaitGroup
	wg.Go(func() {
		word, _ := stm.Do(ctx, func(tx *stm.Tx) (string, error) {
			word := slot.Get(tx)
			if word == "" {
				tx.Retry() // until slot is written
			}
			slot.Set(tx, "")
			return word, nil
		})
		fmt.Println("received", word)
	})
	slot.Store("hello")
	wg.Wait()
	// Output: received hello
}

func ExampleTx_Check() {
	ctx := context.Background()
	free := tvar.New(0)
	go free.Store(2)
	_ = stm.Atomically(ctx, func(tx *stm.Tx) error {
		tx.Check(free.Get(tx) > 0)
		free.Update(tx, func(n int) int { return n - 1 })
		return nil
	})
	fmt.Println(free.Load())
	// Output: 1
}

func ExampleTx_OrElse() {
	cash, card := tvar.New(5), tvar.New(50)
	take := func(v *tvar.Var[int], n int) func(tx *stm.Tx) error {
		return func(tx *stm.Tx) error {
			v.Update(tx, func(have int) int { return have - n })
			tx.Check(v.Get(tx) >= 0) // else what this alternative wrote vanishes
			return nil
		}
	}
	_ = stm.Atomically(context.Background(), func(tx *stm.Tx) error {
		return tx.OrElse(take(cash, 20), take(card, 20))
	})
	fmt.Println(cash, card)
	// Output: 5 30
}

func ExampleTx_Nested() {
	stock, log := tvar.New(0), tvar.New("")
	err := stm.Atomically(context.Background(), func(tx *stm.Tx) error {
		err := tx.Nested(func(tx *stm.Tx) error {
			if stock.Update(tx, func(n int) int { return n - 1 }) < 0 {
				return errors.New("sold out")
			}
			return nil
		})
		log.Set(tx, fmt.Sprint("sale: ", err))
		return nil // the log is kept, the sale is not
	})
	fmt.Println(err, stock, log)
	// Output: <nil> 0 sale: sold out
}

func ExampleTx_OnCommit() {
	v := tvar.New(0)
	_ = stm.Atomically(context.Background(), func(tx *stm.Tx) error {
		tx.OnCommit(func() { fmt.Println("committed", v.Load()) })
		tx.OnRollback(func() { fmt.Println("not printed: this attempt commits") })
		tx.BeforeCommit(func(tx *stm.Tx) error {
			fmt.Println("about to commit", v.Get(tx))
			return nil
		})
		v.Set(tx, 1)
		return nil
	})
	// Output:
	// about to commit 1
	// committed 1
}

func ExampleTx_Irrevocable() {
	orders := tvar.New(3)
	_ = stm.Atomically(context.Background(), func(tx *stm.Tx) error {
		n := orders.Get(tx)
		tx.Irrevocable()
		fmt.Println("printed once, whatever else happens:", n)
		orders.Set(tx, n+1)
		return nil
	})
	// Output: printed once, whatever else happens: 3
}

func ExampleMaxAttempts() {
	ctx := context.Background()
	hot := tvar.New(0, tvar.Label("hot"))
	cold := tvar.New(0)
	err := stm.Atomically(ctx, func(tx *stm.Tx) error {
		cold.Set(tx, hot.Get(tx))
		rivalCommits(hot)
		return nil
	}, stm.Name("copy"), stm.MaxAttempts(2))
	var contention *stm.ContentionError
	if errors.As(err, &contention) {
		fmt.Println(contention.Name, contention.Attempts, contention.Vars, contention.Rivals)
	}
	// Output: copy 2 [hot] [rival]
}

// rivalCommits writes v on another goroutine.
func rivalCommits(v *tvar.Var[int]) {
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = stm.Atomically(context.Background(), func(tx *stm.Tx) error {
			v.Set(tx, v.Get(tx)+1)
			return nil
		}, stm.Name("rival"))
	})
	wg.Wait()
}

func ExampleSelect() {
	left, right := tvar.New(0), tvar.New(7)
	var got int
	take := func(v *tvar.Var[int]) func(tx *stm.Tx) error {
		return func(tx *stm.Tx) error {
			got = v.Swap(tx, 0)
			tx.Check(got != 0)
			return nil
		}
	}
	chosen, err := stm.Select(context.Background(), take(left), take(right))
	fmt.Println(chosen, got, err)
	// Output: 1 7 <nil>
}

func ExampleWatch() {
	ctx := context.Background()
	temperature := tvar.New(18)
	for degrees, err := range stm.Watch(ctx, func(tx *stm.Tx) (int, error) {
		return temperature.Get(tx), nil
	}) {
		fmt.Println(degrees, err)
		if degrees == 20 {
			break
		}
		temperature.Store(degrees + 1) // by whomever
	}
	// Output:
	// 18 <nil>
	// 19 <nil>
	// 20 <nil>
}

func ExampleQuiesce() {
	ctx := context.Background()
	shared := tvar.New([]int{3, 1, 2})
	mine, _ := stm.Do(ctx, func(tx *stm.Tx) ([]int, error) { return shared.Swap(tx, nil), nil })
	// Attempts that read shared before may still look at the slice.
	if err := stm.Quiesce(ctx); err == nil {
		mine[0] = 0 // now nobody does
	}
	fmt.Println(mine, shared)
	// Output: [0 1 2] []
}

func ExampleReadStats() {
	before := stm.ReadStats()
	_ = stm.Atomically(context.Background(), func(*stm.Tx) error { return nil })
	_ = stm.Atomically(context.Background(), func(*stm.Tx) error { return errors.New("no") })
	d := stm.ReadStats().Sub(before)
	fmt.Println(d.Attempts, d.Commits, d.Failures)
	// Output: 2 1 1
}
