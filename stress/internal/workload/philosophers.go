package workload

import (
	"context"
	"math/rand/v2"
)

var philosophers = &Workload{
	Name:    "philosophers",
	Doc:     "philosophers round a table take both forks or wait; a fork has one owner, and neighbours do not eat together",
	Expects: []Event{Conflict, Park, Wake},
	Least:   2,
	Make:    makePhilosophers,
}

func makePhilosophers(hands int, _ *rand.Rand) *Instance {
	var l layout
	forks, eating := l.vars("fork", hands, 0), l.vars("eating", hands, 0)
	held := make([]bool, hands) // does this hand hold its forks?
	side := func(id int) (left, right int) { return forks + id, forks + (id+1)%hands }

	take := func(h *Hand) func(tx Tx) error {
		left, right := side(h.ID)
		return func(tx Tx) error {
			if tx.Get(left) != 0 || tx.Get(right) != 0 {
				tx.Retry()
			}
			for _, n := range []int{(h.ID + 1) % hands, (h.ID + hands - 1) % hands} {
				if tx.Get(eating+n) != 0 {
					return violated("philosopher %d finds both forks, and %d eats", h.ID, n)
				}
			}
			tx.Set(left, int64(h.ID)+1)
			tx.Set(right, int64(h.ID)+1)
			tx.Set(eating+h.ID, 1)
			return nil
		}
	}
	put := func(h *Hand) func(tx Tx) error {
		left, right := side(h.ID)
		return func(tx Tx) error {
			if l, r := tx.Get(left), tx.Get(right); l != r || l != int64(h.ID)+1 || tx.Get(eating+h.ID) != 1 {
				return violated("philosopher %d eats with forks that belong to %d and %d", h.ID, l-1, r-1)
			}
			tx.Set(left, 0)
			tx.Set(right, 0)
			tx.Set(eating+h.ID, 0)
			return nil
		}
	}
	return &Instance{
		Initial: l.initial,
		Labels:  l.labels,
		Step: func(ctx context.Context, h *Hand) error {
			name, body := "take", take(h)
			if held[h.ID] {
				name, body = "put", put(h)
			}
			err := h.Update(ctx, name, body)
			if err == nil {
				held[h.ID] = !held[h.ID]
			}
			return err
		},
		Check: func(get func(v int) int64) error {
			for id := range hands {
				left, right := side(id)
				mine := get(left) == int64(id)+1 && get(right) == int64(id)+1
				if mine != held[id] || get(eating+id) == 1 != held[id] {
					return violated("philosopher %d holds forks: %v; they belong to %d and %d", id, held[id], get(left)-1, get(right)-1)
				}
			}
			return nil
		},
	}
}
