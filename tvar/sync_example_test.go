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
