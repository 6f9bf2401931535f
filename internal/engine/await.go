package engine

import (
	"context"

	"github.com/weft-stm/weft/internal/atomics"
)

// AwaitStep tries a step until it reports that it has been made, or ctx ends.
// Between two tries it sleeps until c has been written. The step does not
// write c; if it cannot be made it has seen a state in which only a write of c
// could make it possible.
//
// It is what a transaction does that reads c and calls Retry, without the
// transaction: where c wakes one at a time, who is woken in vain keeps its
// place, and the next is woken when the step has been made.
func AwaitStep(ctx context.Context, c *Cell, step func() bool) error {
	// Whoever makes the step possible may only be waiting for a processor.
	atomics.Yield()
	baton, ticket := false, uint64(0)
	for {
		word := c.unlocked() // before the step looks
		made := step()
		err := ctx.Err()
		if made || err != nil {
			if baton {
				c.wakeOne(others)
			}
			if made {
				return nil
			}
			return err
		}
		if baton, ticket = c.awaitWrite(ctx, word, ticket); !baton {
			ticket = 0
		}
	}
}
