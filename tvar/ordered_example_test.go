package tvar_test

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

func ExampleOrderedMap() {
	scores := tvar.NewOrderedMap[int, string]()
	scores.Store(70, "Ada")
	scores.Store(40, "Bob")
	scores.Store(90, "Cyd")
	_ = stm.Atomically(context.Background(), func(tx *stm.Tx) error {
		best, who, _ := scores.Max(tx)
		scores.Delete(tx, best)
		scores.Set(tx, best+5, who) // conflicts with nothing but uses of its neighbourhood
		return nil
	})
	fmt.Println(scores)
	// Output: [40:Bob 70:Ada 95:Cyd]
}

func ExampleOrderedMap_Range() {
	due := tvar.NewOrderedMap[int, string]()
	due.Store(900, "wake up")
	due.Store(1015, "meeting")
	due.Store(1030, "call Bob")
	due.Store(1200, "lunch")
	// Depends on what is between 10 and 11, also on that there is no more.
	_ = stm.Atomically(context.Background(), func(tx *stm.Tx) error {
		for at, what := range due.Range(tx, 1000, 1100) {
			fmt.Println(at, what)
		}
		return nil
	})
	// Output:
	// 1015 meeting
	// 1030 call Bob
}

func ExampleOrderedMap_Floor() {
	price := tvar.NewOrderedMap[int, int]() // from so many pieces on
	price.Store(1, 100)
	price.Store(10, 90)
	price.Store(100, 75)
	from, each, ok := price.LoadFloor(42)
	fmt.Println(from, each, ok)
	// Output: 10 90 true
}

func ExampleNewOrderedMapFunc() {
	m := tvar.NewOrderedMapFunc[string, int](func(a, b string) int {
		return cmp.Compare(strings.ToLower(a), strings.ToLower(b))
	})
	m.Store("bob", 1)
	m.Store("Ada", 2)
	x, ok := m.Load("BOB")
	fmt.Println(m, x, ok)
	// Output: [Ada:2 bob:1] 1 true
}
