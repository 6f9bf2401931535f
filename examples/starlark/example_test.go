package starstm_test

import (
	"context"
	"fmt"
	"sync"

	"go.starlark.net/starlark"

	starstm "github.com/weft-stm/weft/examples/starlark"
)

const script = `
hits = shared.dict("hits")

def visit(page, hits):
    hits[page] = hits.get(page, 0) + 1

def browse(page, n):
    for _ in range(n):
        atomic(visit, page, hits)
`

// A script starts threads of its own.
func Example_parallel() {
	rt := new(starstm.Runtime)
	globals, err := rt.Exec(context.Background(), new(starlark.Thread), "sum.star", `
total = shared.counter()
squares = each(range(5), lambda x, total: total.add(x * x) or x * x, total)
largest = parallel([lambda: max(squares), total.value])
`, nil)
	fmt.Println(globals["squares"], globals["largest"], err)
	// Output: [0, 1, 4, 9, 16] [16, 30] <nil>
}

// Two guest threads count in one dict.
func Example() {
	ctx := context.Background()
	rt := new(starstm.Runtime)
	globals, err := rt.Exec(ctx, new(starlark.Thread), "hits.star", script, nil)
	if err != nil {
		panic(err)
	}
	var threads sync.WaitGroup
	for range 2 {
		threads.Go(func() {
			_, err := rt.Call(ctx, new(starlark.Thread), globals["browse"], starlark.Tuple{starlark.String("index"), starlark.MakeInt(500)}, nil)
			if err != nil {
				panic(err)
			}
		})
	}
	threads.Wait()
	hits, _ := globals["hits"].(*starstm.Dict).Snapshot(ctx)
	fmt.Println(hits)
	// Output: {"index": 1000}
}

// A block waits for a condition by retry.
func Example_retry() {
	ctx := context.Background()
	rt := new(starstm.Runtime)
	globals, err := rt.Exec(ctx, new(starlark.Thread), "shop.star", `
stock = shared.dict("stock")

def sell(stock, item, n):
    if stock.get(item, 0) < n:
        retry()
    stock[item] -= n
    return stock[item]

def buy(item, n):
    return atomic(sell, stock, item, n)

def deliver(item, n):
    stock.add(item, n)
`, nil)
	if err != nil {
		panic(err)
	}
	left := make(chan starlark.Value)
	go func() {
		v, err := rt.Call(ctx, new(starlark.Thread), globals["buy"], starlark.Tuple{starlark.String("tea"), starlark.MakeInt(3)}, nil)
		if err != nil {
			panic(err)
		}
		left <- v
	}()
	_, err = rt.Call(ctx, new(starlark.Thread), globals["deliver"], starlark.Tuple{starlark.String("tea"), starlark.MakeInt(5)}, nil)
	if err != nil {
		panic(err)
	}
	fmt.Println(<-left)
	// Output: 2
}
