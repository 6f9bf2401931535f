package history_test

import (
	"context"
	"fmt"
	"sync"

	"github.com/weft-stm/weft/internal/history"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// Two workers move what they find in one variable to another. Every attempt is
// recorded, those that a conflict undid too, and all of them are decided.
func Example() {
	const workers, each = 2, 200
	h := history.New(2, workers)
	h.Label(0, "from")
	h.Label(1, "to")
	from, to := tvar.New(h.Initial(0)), tvar.New(h.Initial(1))
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			l := h.Log(w)
			for range each {
				l.Start()
				err := stm.Atomically(context.Background(), func(tx *stm.Tx) error {
					l.Begin()
					a, b := from.Get(tx), to.Get(tx)
					l.Read(0, a)
					l.Read(1, b)
					from.Set(tx, l.Write(0, a))
					to.Set(tx, l.Write(1, b))
					return nil
				})
				if err != nil {
					l.Abort()
				} else {
					l.Commit(0)
				}
			}
		})
	}
	wg.Wait()

	r := h.Check()
	fmt.Println("committed:", r.Committed)
	fmt.Println("opaque:", r.Holds(history.Opacity))
	fmt.Println("writes whose order is not known:", r.Unordered)
	// Output:
	// committed: 400
	// opaque: true
	// writes whose order is not known: 0
}

// The same record tells what a memory without isolation does: here both workers
// overwrite what they read, and neither knows of the other.
func ExampleHistory_Check() {
	h := history.New(1, 2)
	h.Label(0, "x")
	one, two := h.Log(0), h.Log(1)
	one.Begin()
	two.Begin()
	one.Write(0, h.Initial(0))
	two.Write(0, h.Initial(0))
	one.Commit(0)
	two.Commit(0)

	r := h.Check()
	fmt.Println(r.Violations[0].Anomaly, "-", r.Violations[0].Anomaly.Meaning())
	fmt.Println("serializable:", r.Holds(history.Serializability))
	// Output:
	// lost update - two committed attempts overwrote the same version
	// serializable: false
}
