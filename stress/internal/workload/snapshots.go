package workload

import (
	"context"
	"math/rand/v2"
)

var snapshots = &Workload{
	Name:    "snapshots",
	Doc:     "views over 64 pairs beside writers at full speed, some of which write blindly; both of a pair are equal, in a state that stands still",
	Expects: []Event{HistoryRead},
	Least:   2,
	Make:    makeSnapshots,
}

func makeSnapshots(int, *rand.Rand) *Instance {
	const pairs = 64
	var l layout
	left, right := l.vars("left", pairs, 0), l.vars("right", pairs, 0)
	equal := func(get func(v int) int64) error {
		for p := range pairs {
			if a, b := get(left+p), get(right+p); a != b {
				return violated("snapshots: pair %d is %d and %d", p, a, b)
			}
		}
		return nil
	}
	look := func(tx Tx) error {
		first := tx.Get(left)
		if err := equal(tx.Get); err != nil {
			return err
		}
		if again := tx.Get(left); again != first {
			return violated("snapshots: a variable was %d and then %d", first, again)
		}
		return nil
	}
	return &Instance{
		Initial: l.initial,
		Labels:  l.labels,
		Step: func(ctx context.Context, h *Hand) error {
			if h.ID%2 == 0 {
				return h.View(ctx, look)
			}
			p, x := h.Rand.IntN(pairs), h.Rand.Int64N(1<<40)
			blind := h.Rand.IntN(2) == 0
			return h.Update(ctx, "write", func(tx Tx) error {
				if !blind {
					x = tx.Get(left+p) + 1
				}
				tx.Set(left+p, x)
				tx.Set(right+p, x)
				return nil
			})
		},
		Check: equal,
	}
}
