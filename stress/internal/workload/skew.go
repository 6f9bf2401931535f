package workload

import (
	"context"
	"math/rand/v2"
)

var skew = &Workload{
	Name:    "write-skew",
	Doc:     "pairs of guards, each of which may leave only while the other stays; one of each pair is there",
	Expects: []Event{Conflict, Extension},
	Least:   2,
	Make:    makeSkew,
}

func makeSkew(int, *rand.Rand) *Instance {
	const pairs = 8
	var l layout
	first := l.vars("guard", 2*pairs, 1)
	guarded := func(a, b int64) error {
		if a+b < 1 || a+b > 2 {
			return violated("guards %d and %d: nobody is there", a, b)
		}
		return nil
	}
	return &Instance{
		Initial: l.initial,
		Labels:  l.labels,
		Step: func(ctx context.Context, h *Hand) error {
			mine := h.Rand.IntN(2 * pairs)
			body := func(tx Tx) error {
				a := tx.Get(first + mine)
				b := tx.Get((first + mine) ^ 1)
				switch {
				case a == 0:
					tx.Set(first+mine, 1)
				case b == 1:
					tx.Set(first+mine, 0)
				}
				return guarded(a, b)
			}
			if h.Rand.IntN(16) > 0 {
				return h.Update(ctx, "change", body)
			}
			return h.View(ctx, func(tx Tx) error {
				for p := range pairs {
					if err := guarded(tx.Get(first+2*p), tx.Get(first+2*p+1)); err != nil {
						return err
					}
				}
				return nil
			})
		},
		Check: func(get func(v int) int64) error {
			for p := range pairs {
				if err := guarded(get(first+2*p), get(first+2*p+1)); err != nil {
					return err
				}
			}
			return nil
		},
	}
}
