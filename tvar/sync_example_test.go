package tvar_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

func ExampleSemaphore() {
	ctx := context.Background()
	connections := tvar.NewSemaphore(2)
	if err := connections.Enter(ctx, 1); err != nil {
		return
	}
	// With a transaction, only if another is free, and together with the count.
	served := tvar.New(0)
	_ = stm.Atomically(ctx, func(tx *stm.Tx) error {
		connections.Acquire(tx, 1)
		served.Set(tx, served.Get(tx)+1)
		return nil
	})
	fmt.Println(connections, connections.TryEnter(1))
	connections.Leave(2)
	fmt.Println(connections)
	// Output:
	// 0 of 2 free false
	// 2 of 2 free
}

func ExampleSemaphore_Apply() {
	ctx := context.Background()
	seats := tvar.NewSemaphore(10)
	seats.TryEnter(8)
	errFull := errors.New("full")
	four := seats.Apply(4) // nobody overtakes it
	err := stm.Atomically(ctx, func(tx *stm.Tx) error {
		return tx.OrElse(
			func(tx *stm.Tx) error { four.Wait(tx); return nil },
			func(tx *stm.Tx) error { tx.After(time.Millisecond); return errFull },
		)
	})
	if err != nil {
		four.Cancel()
	}
	fmt.Println(err, seats)
	// Output: full 2 of 10 free
}

func ExampleRWLock() {
	ctx := context.Background()
	var upload tvar.RWLock // the zero RWLock is ready to use
	if err := upload.Lock(ctx); err != nil {
		return
	}
	// A transaction that needs it waits, and does nothing else meanwhile.
	read := tvar.New(0)
	err := stm.Atomically(ctx, func(tx *stm.Tx) error {
		return tx.OrElse(
			func(tx *stm.Tx) error { upload.AcquireShared(tx); read.Set(tx, 1); return nil },
			func(tx *stm.Tx) error { return errors.New("busy") },
		)
	})
	fmt.Println(err, read, &upload)
	upload.Unlock()
	fmt.Println(upload.TryRLock(), &upload)
	// Output:
	// busy 0 held for writing
	// true held for reading by 1
}

func ExampleBox() {
	ctx := context.Background()
	box := tvar.NewBox[string]()
	go func() { _ = box.Put(ctx, "hello") }()
	word, err := box.Take(ctx) // sleeps until the box is full
	fmt.Println(word, err, box)

	// A box with a value is a lock around it.
	account := tvar.BoxOf(100)
	balance, _ := account.Take(ctx)
	_, there := account.TryLoad()
	_ = account.Put(ctx, balance-30)
	fmt.Println(there, account)
	// Output:
	// hello <nil> []
	// false [70]
}

func ExampleBox_Pop() {
	left, right := tvar.NewBox[int](), tvar.BoxOf(2)
	got, err := stm.Do(context.Background(), func(tx *stm.Tx) (n int, _ error) {
		err := tx.OrElse(
			func(tx *stm.Tx) error { n = left.Pop(tx); return nil },
			func(tx *stm.Tx) error { n = right.Pop(tx); return nil },
		)
		return n, err
	})
	fmt.Println(got, err, right)
	// Output: 2 <nil> []
}

func ExamplePromise() {
	ctx := context.Background()
	var answer tvar.Promise[int] // the zero Promise is open
	go answer.Settle(42, nil)
	n, err := answer.Await(ctx)
	fmt.Println(n, err, answer.Settle(43, nil))

	// In a transaction it is one thing to wait for among others.
	late := new(tvar.Promise[int])
	chosen, _ := stm.Select(ctx,
		func(tx *stm.Tx) error { _, err := late.Wait(tx); return err },
		func(tx *stm.Tx) error { _, err := answer.Wait(tx); return err },
	)
	fmt.Println(chosen)
	// Output:
	// 42 <nil> false
	// 1
}

func ExampleLatch() {
	ready := tvar.NewLatch(3)
	for range 3 {
		go ready.Finish()
	}
	err := ready.Await(context.Background())
	fmt.Println(ready, err)
	// Output: open <nil>
}

func ExampleWaitGroup() {
	ctx := context.Background()
	var jobs tvar.WaitGroup // the zero WaitGroup is idle
	done := tvar.New(0)
	for range 3 {
		jobs.Increase(1)
		go func() {
			// The result and the end of the job are seen together.
			_ = stm.Atomically(ctx, func(tx *stm.Tx) error {
				done.Set(tx, done.Get(tx)+1)
				jobs.Done(tx)
				return nil
			})
		}()
	}
	_ = jobs.Await(ctx)
	fmt.Println(done)
	// Output: 3
}

func ExampleBarrier() {
	ctx := context.Background()
	step := tvar.NewBarrier(3)
	var log tvar.Vector[int]
	var all tvar.WaitGroup
	for range 3 {
		all.Increase(1)
		go func() {
			defer all.Finish()
			for phase := range 2 {
				log.Extend(phase)
				_, _ = step.Meet(ctx) // nobody begins the next phase before all are here
			}
		}()
	}
	_ = all.Await(ctx)
	fmt.Println(&log)
	// Output: [0 0 0 1 1 1]
}

func ExampleDelay() {
	idle := tvar.NewDelay(time.Hour)
	_ = stm.Atomically(context.Background(), func(tx *stm.Tx) error {
		idle.Set(tx, time.Millisecond) // with whatever else was done
		return nil
	})
	fmt.Println(idle.Await(context.Background()))
	// Output: <nil>
}

func ExampleTicker() {
	ctx := context.Background()
	tick := tvar.NewTicker(time.Millisecond)
	stopped := tvar.New(false)
	for n := range 3 {
		chosen, _ := stm.Select(ctx,
			func(tx *stm.Tx) error { tx.Check(stopped.Get(tx)); return nil },
			func(tx *stm.Tx) error { tick.Wait(tx); return nil },
		)
		fmt.Println(n, chosen)
	}
	// Output:
	// 0 1
	// 1 1
	// 2 1
}

func ExampleWeakVar() {
	type page struct{ text string }
	var cached tvar.WeakVar[page] // the zero WeakVar holds nil
	load := func() (*page, error) {
		return stm.Do(context.Background(), func(tx *stm.Tx) (*page, error) {
			p := cached.Get(tx) // if it is not nil it stays, until the transaction ends
			if p == nil {
				p = &page{"read from the disk"}
				cached.Set(tx, p)
			}
			return p, nil
		})
	}
	p, _ := load()
	q, _ := load()
	fmt.Println(p.text, p == q)
	// Output: read from the disk true
}
