package workload

import (
	"context"
	"math/rand/v2"
)

var panics = &Workload{
	Name:    "panics",
	Doc:     "transfers that panic or fail half-way, also after a wait; nothing of them is left and the panic is the one that was raised",
	Expects: []Event{Conflict, Park},
	Least:   2,
	Make:    makePanics,
}

// A mishap is what a body of panics raises or returns.
type mishap struct{ hand int }

func (m *mishap) Error() string { return "mishap" }

func makePanics(hands int, _ *rand.Rand) *Instance {
	var l layout
	a := newAccounts(&l, 16, 100)
	led := newLedger(&l, hands)
	d := newDoor(&l)
	return &Instance{
		Initial: l.initial,
		Labels:  l.labels,
		Step: func(ctx context.Context, h *Hand) (err error) {
			raise, fail := h.Rand.IntN(4) == 0, h.Rand.IntN(4) == 0
			own, pass := &mishap{h.ID}, d.visit(h)
			defer func() {
				if r := recover(); r != nil && r != any(own) {
					panic(r) // not what this hand raised: whoever runs it reports it
				}
			}()
			err = h.Update(ctx, "transfer", func(tx Tx) error {
				if err := led.enter(tx, h.ID); err != nil {
					return err
				}
				if err := a.transfer(tx, h.Rand); err != nil {
					return err
				}
				pass(tx)
				if raise {
					panic(own)
				}
				if err := a.transfer(tx, h.Rand); err != nil || !fail {
					return err
				}
				return own
			})
			led.report(h.ID, err)
			if err == error(own) {
				return nil
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
