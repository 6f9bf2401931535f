package tvar_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/anishathalye/porcupine"

	"github.com/weft-stm/weft/tvar"
)

func TestSemaphoreIsLinearizable(t *testing.T) {
	type call struct {
		op string
		n  int
	}
	model := porcupine.Model{
		Init: func() any { return 3 },
		Step: func(state, in, out any) (bool, any) {
			free, c := state.(int), in.(call)
			switch c.op {
			case "try":
				// Somebody who queues is not in the state: false is never wrong.
				return out == false || c.n <= free, free - c.n*map[any]int{true: 1, false: 0}[out]
			case "enter":
				return c.n <= free, free - c.n
			case "leave":
				return true, free + c.n
			}
			return out == free, free
		},
		DescribeOperation: func(in, out any) string { return fmt.Sprint(in, " = ", out) },
	}
	linearizable(t, model, func() func(rng *rand.Rand) (in, out any) {
		s := tvar.NewSemaphore(3)
		var mu sync.Mutex
		clients := map[*rand.Rand]*client{}
		return func(rng *rand.Rand) (any, any) {
			mu.Lock()
			if clients[rng] == nil {
				clients[rng] = new(client)
			}
			c := clients[rng]
			mu.Unlock()
			c.calls++
			n := 1 + rng.IntN(3)
			switch {
			case c.has > 0:
				n, c.has = c.has, 0
				s.Leave(n)
				return call{"leave", n}, nil
			case rng.IntN(3) == 0 || c.calls == callsEach: // nobody keeps anything: somebody may wait for it
				return call{"free", 0}, s.Available()
			case rng.IntN(2) == 0:
				ok := s.TryEnter(n)
				if ok {
					c.has = n
				}
				return call{"try", n}, ok
			}
			_ = s.Enter(ctx, n)
			c.has = n
			return call{"enter", n}, nil
		}
	})
}

// A client is a goroutine of a recorded history.
type client struct{ calls, has int }
