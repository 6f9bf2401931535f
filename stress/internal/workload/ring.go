package workload

import (
	"context"
	"math/rand/v2"
)

var ring = &Workload{
	Name:    "ring",
	Doc:     "a token goes round the hands, each of which waits for it; there is one token, and it always gets on",
	Expects: []Event{Park, Wake},
	Least:   2,
	Make:    makeRing,
}

func makeRing(hands int, _ *rand.Rand) *Instance {
	var l layout
	seats := l.vars("seat", hands, 0)
	l.initial[seats] = 1
	hops := l.vars("hops", 1, 0)
	passed := make([]int64, hands)
	one := func(get func(v int) int64) error {
		sum := int64(0)
		for i := range hands {
			sum += get(seats + i)
		}
		if sum != 1 {
			return violated("ring: %d tokens", sum)
		}
		return nil
	}
	return &Instance{
		Initial: l.initial,
		Labels:  l.labels,
		Step: func(ctx context.Context, h *Hand) error {
			if h.Rand.IntN(16) == 0 {
				return h.View(ctx, func(tx Tx) error { return one(tx.Get) })
			}
			mine, next := seats+h.ID, seats+(h.ID+1)%hands
			err := h.Update(ctx, "pass", func(tx Tx) error {
				if tx.Get(mine) == 0 {
					tx.Retry()
				}
				if x, n := tx.Get(next), tx.Get(hops); x != 0 || n%int64(hands) != int64(h.ID) {
					return violated("ring: seat %d has the token at hop %d, and the next seat has %d", h.ID, n, x)
				}
				tx.Set(mine, 0)
				tx.Set(next, 1)
				tx.Set(hops, tx.Get(hops)+1)
				return nil
			})
			if err == nil {
				passed[h.ID]++
			}
			return err
		},
		Check: func(get func(v int) int64) error {
			if got, want := get(hops), total64(passed); got != want {
				return violated("ring: %d hops counted, %d made", got, want)
			}
			return one(get)
		},
	}
}
