package workload

import (
	"context"
	"math/rand/v2"
	"sync/atomic"
)

var cancels = &Workload{
	Name:    "cancels",
	Doc:     "transfers and waits whose contexts end at any moment, by another hand or by the body itself; an error means that nothing happened, nil that all did",
	Expects: []Event{Conflict, Park},
	Least:   2,
	Make:    makeCancels,
}

func makeCancels(hands int, _ *rand.Rand) *Instance {
	var l layout
	a := newAccounts(&l, 16, 100)
	led := newLedger(&l, hands)
	d := newDoor(&l)
	running := make([]atomic.Pointer[context.CancelFunc], hands)

	body := func(h *Hand, cancel context.CancelFunc) func(tx Tx) error {
		suicide, pass := h.Rand.IntN(8) == 0, d.visit(h)
		return func(tx Tx) error {
			if err := led.enter(tx, h.ID); err != nil {
				return err
			}
			if suicide {
				cancel() // while the body runs: it may still commit
			}
			pass(tx)
			return a.transfer(tx, h.Rand)
		}
	}
	return &Instance{
		Initial: l.initial,
		Labels:  l.labels,
		Step: func(ctx context.Context, h *Hand) error {
			if other := running[h.Rand.IntN(hands)].Load(); other != nil && h.Rand.IntN(2) == 0 {
				(*other)()
			}
			own, cancel := context.WithCancel(ctx)
			defer cancel()
			running[h.ID].Store(&cancel)
			err := h.Update(own, "transfer", body(h, cancel))
			running[h.ID].Store(nil)
			led.report(h.ID, err)
			if _, bad := err.(*Violated); err != nil && !bad {
				return ctx.Err() // nil if it was this hand's own that ended
			}
			return err
		},
		Check: func(get func(v int) int64) error {
			if err := led.check(get); err != nil {
				return err
			}
			return a.check(get)
		},
	}
}
