package workload

import (
	"context"
	"math/rand/v2"
)

var long = &Workload{
	Name:    "long",
	Doc:     "one update that reads 256 variables and one that writes them, beside hot rivals on eight of these; the sum never changes, and both finish",
	Expects: []Event{Conflict, Escalation},
	Least:   3,
	Make:    makeLong,
}

func makeLong(int, *rand.Rand) *Instance {
	const n, hot = 256, 8
	var l layout
	all := newAccounts(&l, n, 100)
	rivals := accounts{all.first, hot, all.each}
	seen := l.vars("seen", 1, 0)
	return &Instance{
		Initial: l.initial,
		Labels:  l.labels,
		Step: func(ctx context.Context, h *Hand) error {
			switch h.ID {
			case 0:
				return h.Update(ctx, "read all", func(tx Tx) error {
					tx.Set(seen, tx.Get(seen)+1)
					return all.audit(tx)
				})
			case 1:
				return h.Update(ctx, "write all", func(tx Tx) error {
					// Everybody's money moves on by one account.
					last := tx.Get(all.first + n - 1)
					for i := range n {
						x := tx.Get(all.first + i)
						tx.Set(all.first+i, last)
						last = x
					}
					return all.audit(tx)
				})
			}
			return h.Update(ctx, "transfer", func(tx Tx) error { return rivals.transfer(tx, h.Rand) })
		},
		Check: all.check,
	}
}
