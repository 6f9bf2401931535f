package tvar_test

import (
	"context"
	"fmt"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

func ExampleStack() {
	var undo tvar.Stack[string] // the zero Stack is ready to use
	undo.Put("typed a")
	undo.Put("typed b")
	last, ok := undo.Take()
	fmt.Println(last, ok, undo.Size())
	// Output: typed b true 1
}

func ExampleDeque() {
	var d tvar.Deque[int] // the zero Deque is ready to use
	for i := range 4 {
		d.PutBack(i)
	}
	_ = stm.Atomically(context.Background(), func(tx *stm.Tx) error {
		x, ok := d.PopFront(tx)
		tx.Check(ok) // waits for an item
		d.PushBack(tx, x)
		return nil
	})
	fmt.Println(&d)
	// Output: [1 2 3 0]
}

func ExampleList() {
	var l tvar.List[string] // the zero List is ready to use
	a := l.PutBack("a")
	c := l.PutBack("c")
	b := l.PutAfter("b", a)
	_ = stm.Atomically(context.Background(), func(tx *stm.Tx) error {
		l.MoveToFront(tx, c)
		l.Delete(tx, b)
		return nil
	})
	fmt.Println(&l, l.Remove(b))
	// Output: [c a] false
}

func ExampleBroadcast() {
	ctx := context.Background()
	var news tvar.Broadcast[string] // the zero Broadcast is ready to use
	_ = news.Send(ctx, "nobody hears this")
	ada := news.Join()
	_ = news.Send(ctx, "first")
	bob := news.Join()
	_ = news.Send(ctx, "second")
	news.Shut()
	fmt.Println(ada, bob)
	// Output: [first second] [second]
}

func ExampleNewBroadcast() {
	prices := tvar.NewBroadcast[int](1, tvar.SlideWhenFull) // at least the latest
	slow := prices.Join()
	for p := range 10 {
		_ = prices.Send(context.Background(), p)
	}
	missed := slow.Skipped()
	latest := slow.Snapshot()
	fmt.Println(missed+int64(len(latest)), latest[len(latest)-1])
	// Output: 10 9
}

func ExampleFromChan() {
	jobs := make(chan string, 2)
	jobs <- "a"
	jobs <- "b"
	close(jobs)
	var q tvar.Queue[string]
	err := tvar.FromChan(context.Background(), jobs, q.Push)
	fmt.Println(&q, err)
	// Output: [a b] <nil>
}

func ExampleToChan() {
	var q tvar.Queue[string]
	_ = q.Put("a")
	_ = q.Put("b")
	q.Shut()
	jobs := make(chan string, 2)
	err := tvar.ToChan(context.Background(), q.Pop, q.Unget, jobs)
	fmt.Println(<-jobs, <-jobs, err)
	// Output: a b <nil>
}
