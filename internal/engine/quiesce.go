package engine

import (
	"context"

	"github.com/weft-stm/weft/internal/atomics"
)

// Quiesce waits until every attempt that runs now has ended, or ctx ends.
//
// An attempt stores its activity before it samples the clock. So an attempt
// that Quiesce finds idle, and that begins later, sees all that was committed
// before Quiesce was called.
func Quiesce(ctx context.Context) error {
	RefuseNested()
	for e := activities.head.Load(); e != nil; e = e.next {
		a := &e.slot.serial
		s := a.Load()
		if s&1 == 0 {
			continue
		}
		for round := 0; a.Load() == s; round++ {
			if err := ctx.Err(); err != nil {
				return err
			}
			atomics.PauseLong(round, func() bool { return a.Load() != s || ctx.Err() != nil })
		}
	}
	return nil
}
