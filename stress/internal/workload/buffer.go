package workload

import (
	"context"
	"math/rand/v2"
)

var buffer = &Workload{
	Name:    "buffer",
	Doc:     "producers and consumers of a bounded buffer, who wait while it is full or empty; each producer's items come out once and in order",
	Expects: []Event{Conflict, Park, Wake},
	Least:   2,
	Make:    makeBuffer,
}

func makeBuffer(hands int, _ *rand.Rand) *Instance {
	const capacity = 4
	var l layout
	// Items in and out so far: their difference is what the buffer holds.
	in, out, slots := l.vars("in", 1, 0), l.vars("out", 1, 0), l.vars("slot", capacity, 0)
	taken := l.vars("taken", hands, 0) // the last item of each producer that came out
	made := make([]int64, hands)       // the last one that went in

	put := func(ctx context.Context, h *Hand) error {
		item := int64(h.ID)<<32 | (made[h.ID] + 1)
		err := h.Update(ctx, "put", func(tx Tx) error {
			n := tx.Get(in)
			switch held := n - tx.Get(out); {
			case held < 0 || held > capacity:
				return violated("the buffer of %d holds %d", capacity, held)
			case held == capacity:
				tx.Retry()
			}
			tx.Set(slots+int(n%capacity), item)
			tx.Set(in, n+1)
			return nil
		})
		if err == nil {
			made[h.ID]++
		}
		return err
	}
	take := func(tx Tx) error {
		n := tx.Get(out)
		if n == tx.Get(in) {
			tx.Retry()
		}
		item := tx.Get(slots + int(n%capacity))
		from, number := int(item>>32), item&(1<<32-1)
		if from < 0 || from >= hands {
			return violated("an item of producer %d came out of %d", from, hands)
		}
		if last := tx.Get(taken + from); number != last+1 {
			return violated("item %d of producer %d came out after item %d", number, from, last)
		}
		tx.Set(taken+from, number)
		tx.Set(out, n+1)
		return nil
	}
	return &Instance{
		Initial: l.initial,
		Labels:  l.labels,
		Step: func(ctx context.Context, h *Hand) error {
			if h.ID%2 == 0 {
				return put(ctx, h)
			}
			return h.Update(ctx, "take", take)
		},
		Check: func(get func(v int) int64) error {
			sum := int64(0)
			for p := range hands {
				sum += get(taken + p)
			}
			if sum != get(out) || total64(made) != get(in) {
				return violated("%d items taken, of %d out; %d put, of %d in", sum, get(out), total64(made), get(in))
			}
			return nil
		},
	}
}
