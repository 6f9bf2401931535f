package workload

import (
	"context"
	"math/rand/v2"
)

var santa = &Workload{
	Name:    "santa",
	Doc:     "Santa serves all reindeer or a group of elves, reindeer first (OrElse), and everybody waits for everybody; groups are complete and nobody is served twice",
	Expects: []Event{Conflict, Park, Wake},
	Least:   3,
	Make:    makeSanta,
}

// A group gathers at Santa's door. All of it is served at once.
type group struct {
	size            int64
	waiting, served int // variables: members now, groups so far
}

func newGroup(l *layout, name string, size int) *group {
	return &group{int64(size), l.vars(name+".waiting", 1, 0), l.vars(name+".served", 1, 0)}
}

// join waits for a place, and returns the number of the group that it is in.
func (g *group) join(tx Tx) (int64, error) {
	n := tx.Get(g.waiting)
	if n > g.size {
		return 0, violated("santa: %d in a group of %d", n, g.size)
	}
	if n == g.size {
		tx.Retry()
	}
	tx.Set(g.waiting, n+1)
	return tx.Get(g.served), nil
}

// serve waits for a complete group.
func (g *group) serve(tx Tx) error {
	if tx.Get(g.waiting) < g.size {
		tx.Retry()
	}
	tx.Set(g.waiting, 0)
	tx.Set(g.served, tx.Get(g.served)+1)
	return nil
}

func makeSanta(hands int, _ *rand.Rand) *Instance {
	var l layout
	others := hands - 1
	reindeer := min(9, (others+1)/2)
	elves := others - reindeer
	deer, elf := newGroup(&l, "reindeer", reindeer), newGroup(&l, "elves", min(3, elves))
	member := func(id int) *group { // id from 1: 0 is Santa
		if id <= reindeer {
			return deer
		}
		return elf
	}
	type place struct {
		ticket  int64
		waiting bool
	}
	places := make([]place, hands)
	joined := map[*group][]int64{deer: make([]int64, hands), elf: make([]int64, hands)}

	serve := func(tx Tx) error {
		return tx.OrElse(
			func() error { return deer.serve(tx) },
			func() error {
				if tx.Get(deer.waiting) == deer.size {
					return violated("santa: elves first, though all reindeer are there")
				}
				return elf.serve(tx)
			},
		)
	}
	visit := func(ctx context.Context, h *Hand) error {
		g, p := member(h.ID), &places[h.ID]
		if p.waiting {
			err := h.Update(ctx, "leave", func(tx Tx) error {
				if tx.Get(g.served) <= p.ticket {
					tx.Retry()
				}
				return nil
			})
			p.waiting = err != nil
			return err
		}
		var ticket int64
		err := h.Update(ctx, "join", func(tx Tx) (err error) {
			ticket, err = g.join(tx)
			return err
		})
		if err == nil {
			*p = place{ticket, true}
			joined[g][h.ID]++
		}
		return err
	}
	return &Instance{
		Initial: l.initial,
		Labels:  l.labels,
		Step: func(ctx context.Context, h *Hand) error {
			if h.ID == 0 {
				return h.Update(ctx, "serve", serve)
			}
			return visit(ctx, h)
		},
		Check: func(get func(v int) int64) error {
			for _, g := range []*group{deer, elf} {
				if got, want := get(g.served)*g.size+get(g.waiting), total64(joined[g]); got != want {
					return violated("santa: %d visitors seen, %d came", got, want)
				}
			}
			return nil
		},
	}
}
