package tvar_test

import (
	"context"
	"fmt"
	"slices"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

func ExampleNew() {
	count := tvar.New(1)
	name := tvar.New("weft", tvar.Label("name"))
	fmt.Println(count, name)
	// Output: 1 name=weft
}

func ExampleVar() {
	var account struct {
		balance tvar.Var[int] // the zero Var is ready to use
		history tvar.Var[[]int]
	}
	_ = stm.Atomically(context.Background(), func(tx *stm.Tx) error {
		account.balance.Set(tx, account.balance.Get(tx)+10)
		// Values are immutable: make a new slice, rather than append in place.
		account.history.Update(tx, func(h []int) []int { return slices.Concat(h, []int{10}) })
		return nil
	})
	fmt.Println(account.balance.Load(), account.history.Load())
	// Output: 10 [10]
}

func ExampleVar_Update() {
	v := tvar.New(20)
	_ = stm.Atomically(context.Background(), func(tx *stm.Tx) error {
		after := v.Update(tx, func(n int) int { return n + 1 })
		before := v.Swap(tx, 2*after)
		fmt.Println(before, v.Get(tx))
		return nil
	})
	// Output: 21 42
}

func ExampleVar_Modify() {
	hits := tvar.New(0)
	fmt.Println(hits.Modify(func(n int) int { return n + 1 }))
	hits.Store(7)
	fmt.Println(hits.Load())
	// Output:
	// 1
	// 7
}

func ExampleVar_Await() {
	ready := tvar.New(false)
	go ready.Store(true)
	v, err := ready.Await(context.Background(), func(ok bool) bool { return ok })
	fmt.Println(v, err)
	// Output: true <nil>
}

func ExampleVar_Commute() {
	longest := tvar.New("")
	_ = stm.Atomically(context.Background(), func(tx *stm.Tx) error {
		longest.Commute(tx, func(s string) string { return max(s, "word") })
		return nil
	})
	fmt.Println(longest)
	// Output: word
}

func ExampleVar_Peek() {
	length, limit := tvar.New(3), tvar.New(10)
	_ = stm.Atomically(context.Background(), func(tx *stm.Tx) error {
		if length.Get(tx) < limit.Peek(tx) { // a change of limit does not matter
			tvar.Add(tx, length, 1)
		}
		return nil
	})
	fmt.Println(length)
	// Output: 4
}

func ExampleAdd() {
	requests := tvar.New[uint64](0)
	_ = stm.Atomically(context.Background(), func(tx *stm.Tx) error {
		tvar.Add(tx, requests, 1) // conflicts with no other Add
		return nil
	})
	fmt.Println(requests)
	// Output: 1
}

func ExampleCompareAndSwap() {
	owner := tvar.New("nobody")
	_ = stm.Atomically(context.Background(), func(tx *stm.Tx) error {
		fmt.Println(tvar.CompareAndSwap(tx, owner, "nobody", "me"))
		fmt.Println(tvar.CompareAndSwap(tx, owner, "nobody", "you"))
		return nil
	})
	fmt.Println(owner)
	// Output:
	// true
	// false
	// me
}

func ExampleEqual() {
	status := tvar.New("idle", tvar.Equal[string]())
	status.Store("idle") // no write, so nobody wakes
	fmt.Println(status)
	// Output: idle
}
