package tvar_test

import (
	"context"
	"fmt"
	"time"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

func ExampleQueue() {
	var todo, done tvar.Queue[string] // the zero Queue is ready to use
	_ = todo.Put("write")
	_ = todo.Put("test")
	ctx := context.Background()
	move := func(tx *stm.Tx) error {
		job, err := todo.Pop(tx) // waits until there is one
		if err != nil {
			return err
		}
		return done.Push(tx, job) // at the same instant
	}
	fmt.Println(stm.Atomically(ctx, move))
	todo.Shut()
	fmt.Println(stm.Atomically(ctx, move)) // what is left comes first
	fmt.Println(stm.Atomically(ctx, move))
	fmt.Println(&done)
	// Output:
	// <nil>
	// <nil>
	// tvar: closed: nothing more goes in, or comes out
	// [write test]
}

func ExampleQueue_Pop() {
	var urgent, normal tvar.Queue[string]
	_ = normal.Put("tidy up")
	next := func(tx *stm.Tx, q *tvar.Queue[string]) error {
		job, err := q.Pop(tx)
		fmt.Printf("%q %v\n", job, err)
		return err
	}
	// Whichever has something, the urgent one first; or nothing for a second.
	_, _ = stm.Select(context.Background(),
		func(tx *stm.Tx) error { return next(tx, &urgent) },
		func(tx *stm.Tx) error { return next(tx, &normal) },
		stm.After(time.Second),
	)
	// Output: "tidy up" <nil>
}

func ExampleQueue_Unget() {
	var numbers tvar.Queue[int]
	for _, n := range []int{1, 2, 30, 4} {
		_ = numbers.Put(n)
	}
	small, _ := stm.Do(context.Background(), func(tx *stm.Tx) (sum int, _ error) {
		for {
			n, err := numbers.TryPop(tx)
			if err != nil {
				return sum, nil
			}
			if n > 9 {
				return sum, numbers.Unget(tx, n) // it stays the first
			}
			sum += n
		}
	})
	fmt.Println(small, &numbers)
	// Output: 3 [30 4]
}

func ExampleBoundedQueue() {
	q := tvar.NewBoundedQueue[int](2)
	fmt.Println(q.TryPut(1), q.TryPut(2))
	fmt.Println(q.TryPut(3))
	go func() {
		defer q.Shut()
		for n := 3; n <= 5; n++ {
			_ = q.Put(context.Background(), n) // waits for room
		}
	}()
	for {
		n, err := q.Take(context.Background()) // waits for an item
		if err == tvar.ErrClosed {
			break
		}
		fmt.Print(n, " ")
	}
	// Output:
	// <nil> <nil>
	// tvar: full: use the form that waits, or try again later
	// 1 2 3 4 5
}
