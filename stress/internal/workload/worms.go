package workload

import (
	"context"
	"math/rand/v2"
)

var worms = &Workload{
	Name:    "worms",
	Doc:     "worms crawl over a board, one a hand; each is whole in every state, and no two share a cell",
	Expects: []Event{Conflict},
	Least:   2,
	Make:    makeWorms,
}

const wormLength = 5

// A crawl is a board with worms. Each hand knows where its worm is: nobody
// else can move it.
type crawl struct {
	g      grid
	bodies [][]int // cells of each worm, head first
}

func makeWorms(hands int, _ *rand.Rand) *Instance {
	var l layout
	// Every worm begins in a row of its own, with room to pass.
	m := &crawl{g: newGrid(&l, wormLength+3, hands+1), bodies: make([][]int, hands)}
	for id := range hands {
		for i := range wormLength {
			c := id*m.g.width + i
			m.bodies[id] = append(m.bodies[id], c)
			l.initial[m.g.v(c)] = int64(id) + 1
		}
	}
	return &Instance{
		Initial: l.initial,
		Labels:  l.labels,
		Step: func(ctx context.Context, h *Hand) error {
			if h.Rand.IntN(16) == 0 {
				return h.View(ctx, func(tx Tx) error { return m.count(tx.Get) })
			}
			return m.move(ctx, h)
		},
		Check: func(get func(v int) int64) error {
			for id := range hands {
				if err := m.whole(get, id); err != nil {
					return err
				}
			}
			return m.count(get)
		},
	}
}

// move advances the worm of h by a cell, or turns it round where all ways are
// blocked.
func (m *crawl) move(ctx context.Context, h *Hand) error {
	body := m.bodies[h.ID]
	var to int
	err := h.Update(ctx, "crawl", func(tx Tx) error {
		if err := m.whole(tx.Get, h.ID); err != nil {
			return err
		}
		to = -1
		for _, c := range m.g.neighbours(body[0], h.Rand) {
			if tx.Get(m.g.v(c)) == 0 {
				to = c
				tx.Set(m.g.v(c), int64(h.ID)+1)
				tx.Set(m.g.v(body[wormLength-1]), 0)
				return nil
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	next := make([]int, 0, wormLength)
	if to >= 0 {
		next = append(append(next, to), body[:wormLength-1]...)
	} else {
		for i := range body {
			next = append(next, body[wormLength-1-i])
		}
	}
	m.bodies[h.ID] = next
	return nil
}

// whole looks whether each cell of a worm holds it.
func (m *crawl) whole(get func(v int) int64, id int) error {
	for i, c := range m.bodies[id] {
		if x := get(m.g.v(c)); x != int64(id)+1 {
			return violated("worms: cell %d of worm %d holds %d", i, id+1, x)
		}
	}
	return nil
}

// count looks whether each worm has as many cells as it should.
func (m *crawl) count(get func(v int) int64) error {
	n := make([]int, len(m.bodies)+1)
	for c := range m.g.cells() {
		n[get(m.g.v(c))]++
	}
	for id, cells := range n[1:] {
		if cells != wormLength {
			return violated("worms: worm %d has %d cells", id+1, cells)
		}
	}
	return nil
}
