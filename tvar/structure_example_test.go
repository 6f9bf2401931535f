package tvar_test

import (
	"context"
	"fmt"
	"slices"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

func ExampleCounter() {
	var hits tvar.Counter // the zero Counter is ready to use
	hits.Increase(1)
	_ = stm.Atomically(context.Background(), func(tx *stm.Tx) error {
		hits.Add(tx, 2) // conflicts with no other addition
		return nil
	})
	fmt.Println(hits.Load())
	// Output: 3
}

func ExampleArray() {
	seats := tvar.NewArray[string](3)
	_ = stm.Atomically(context.Background(), func(tx *stm.Tx) error {
		for i, guest := range seats.All(tx) {
			if guest == "" {
				seats.Set(tx, i, "Ada") // conflicts over this seat, and those looked at
				return nil
			}
		}
		tx.Retry() // until one of them changes
		return nil
	})
	fmt.Printf("%q\n", seats.Snapshot())
	// Output: ["Ada" "" ""]
}

func ExampleArrayOf() {
	board := tvar.ArrayOf('x', 'o', ' ')
	board.Store(2, 'x')
	fmt.Println(string(board.Snapshot()), board.Len())
	// Output: xox 3
}

func ExampleVector() {
	var log tvar.Vector[string] // the zero Vector is ready to use
	log.Extend("started", "listening")
	_ = stm.Atomically(context.Background(), func(tx *stm.Tx) error {
		at := log.Append(tx, "stopped")
		fmt.Println(at, log.Get(tx, 0), log.Len(tx))
		return nil
	})
	fmt.Println(log.Load(2))
	// Output:
	// 2 started 3
	// stopped
}

func ExampleMap() {
	var balance tvar.Map[string, int] // the zero Map is ready to use
	balance.Store("Ada", 50)
	_ = stm.Atomically(context.Background(), func(tx *stm.Tx) error {
		ada, _ := balance.Get(tx, "Ada")
		balance.Set(tx, "Ada", ada-20)
		balance.Set(tx, "Bob", 20) // conflicts with nothing but uses of Ada and Bob
		return nil
	})
	fmt.Println(&balance)
	// Output: map[Ada:30 Bob:20]
}

func ExampleMap_Update() {
	var stock tvar.Map[string, int]
	stock.Store("pears", 1)
	take := func(tx *stm.Tx, what string) {
		stock.Update(tx, what, func(n int, found bool) (int, bool) {
			return n - 1, found && n > 1 // the last one takes the key with it
		})
	}
	_ = stm.Atomically(context.Background(), func(tx *stm.Tx) error {
		take(tx, "pears")
		take(tx, "apples")
		fmt.Println(stock.Len(tx))
		return nil
	})
	// Output: 0
}

func ExampleMap_All() {
	var ages tvar.Map[string, int]
	ages.Store("Ada", 36)
	ages.Store("Bob", 40)
	// In a View: at one instant, however long it takes, and aborting nobody.
	sum, err := stm.View(context.Background(), func(tx *stm.Tx) (sum int, _ error) {
		for _, age := range ages.All(tx) {
			sum += age
		}
		return sum, nil
	})
	fmt.Println(sum, err)
	// Output: 76 <nil>
}

func ExampleMap_LoadOrStore() {
	var ids tvar.Map[string, int]
	fmt.Println(ids.LoadOrStore("a", 1))
	fmt.Println(ids.LoadOrStore("a", 2))
	// Output:
	// 1 false
	// 1 true
}

func ExampleSet() {
	var online tvar.Set[string] // the zero Set is ready to use
	online.Insert("Ada")
	fmt.Println(online.Contains("Ada"), online.Insert("Ada"), online.Size())
	// Output: true false 1
}

func ExampleSet_Intersect() {
	var friends, online tvar.Set[string]
	for _, name := range []string{"Ada", "Bob"} {
		friends.Insert(name)
	}
	for _, name := range []string{"Bob", "Cyd"} {
		online.Insert(name)
	}
	there, _ := stm.Do(context.Background(), func(tx *stm.Tx) ([]string, error) {
		var both tvar.Set[string] // private to the transaction
		both.Union(tx, &friends)
		both.Intersect(tx, &online)
		return slices.Sorted(both.All(tx)), nil
	})
	fmt.Println(there)
	// Output: [Bob]
}
