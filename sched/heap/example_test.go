package heap_test

import (
	"context"
	"fmt"

	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/sched/heap"
)

// An interpreter that has no checkpoints runs guest code as atomic regions.
func Example() {
	m := sched.NewMachine()
	t, err := m.NewThread(context.Background(), nil)
	if err != nil {
		panic(err)
	}
	defer t.Close()
	var prices heap.Dict[string, int]
	err = t.Atomically(func() error {
		prices.Set(t, "tea", 3)
		prices.Set(t, "milk", 1)
		heap.AddTo(t, &prices, "tea", 2)
		return nil
	})
	if err != nil {
		panic(err)
	}
	_ = t.Atomically(func() error {
		for k, v := range prices.All(t) {
			fmt.Println(k, v)
		}
		return nil
	})
	// Output:
	// tea 5
	// milk 1
}
