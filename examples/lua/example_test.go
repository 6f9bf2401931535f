package luastm_test

import (
	"context"
	"fmt"
	"sync"

	luastm "github.com/weft-stm/weft/examples/lua"
)

// Two goroutines run a script 500 times each.
func Example() {
	ctx := context.Background()
	rt := luastm.New(luastm.Options{})
	visit, err := rt.Compile("visit.lua", `
		local page = ...
		shared[page] = (shared[page] or 0) + 1`)
	if err != nil {
		panic(err)
	}
	var threads sync.WaitGroup
	for range 2 {
		threads.Go(func() {
			for range 500 {
				if _, err := rt.Run(ctx, visit, "index"); err != nil {
					panic(err)
				}
			}
		})
	}
	threads.Wait()
	fmt.Println(rt.Get(ctx, "index"))
	// Output: 1000 <nil>
}

// A script that fails leaves nothing behind.
func Example_rollback() {
	ctx := context.Background()
	rt := luastm.New(luastm.Options{})
	sell, err := rt.Compile("sell.lua", `
		local item, n = ...
		counter("sold"):add(n)
		shared[item] = (shared[item] or 0) - n
		if shared[item] < 0 then error("only " .. shared[item] + n .. " of " .. item .. " left") end`)
	if err != nil {
		panic(err)
	}
	_ = rt.Set(ctx, "tea", 2)
	_, err = rt.Run(ctx, sell, "tea", 3)
	fmt.Println(err)
	fmt.Println(rt.Get(ctx, "tea"))
	fmt.Println(rt.Counter(ctx, "sold"))
	// Output:
	// sell.lua:5: only 2 of tea left
	// 2 <nil>
	// 0 <nil>
}
