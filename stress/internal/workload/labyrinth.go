package workload

import (
	"context"
	"math/rand/v2"
)

var labyrinth = &Workload{
	Name:    "labyrinth",
	Doc:     "routes are laid on a board (Lee's algorithm on a snapshot, then claimed cell by cell) and taken up again; a cell belongs to one route, and no route is torn",
	Expects: []Event{Conflict},
	Least:   2,
	Make:    makeLabyrinth,
}

// A wire is a route on the board. Its number is unique.
type wire struct {
	id   int64
	path []int
}

const (
	boardSide  = 20
	wiresAHand = 3
)

// A routing is a labyrinth with what the hands know of their wires.
type routing struct {
	g      grid
	length int // variable: claimed cells in all
	wires  [][]wire
	laid   []int64
}

func makeLabyrinth(hands int, _ *rand.Rand) *Instance {
	var l layout
	r := &routing{g: newGrid(&l, boardSide, boardSide), length: l.vars("length", 1, 0), wires: make([][]wire, hands), laid: make([]int64, hands)}
	return &Instance{
		Initial: l.initial,
		Labels:  l.labels,
		Step: func(ctx context.Context, h *Hand) error {
			if len(r.wires[h.ID]) > h.Rand.IntN(wiresAHand+1) {
				return r.takeUp(ctx, h)
			}
			return r.lay(ctx, h)
		},
		Check: r.check,
	}
}

// look copies the board.
func (r *routing) look(ctx context.Context, h *Hand) ([]int64, error) {
	board := make([]int64, r.g.cells())
	err := h.View(ctx, func(tx Tx) error {
		claimed := int64(0)
		for c := range board {
			if board[c] = tx.Get(r.g.v(c)); board[c] != 0 {
				claimed++
			}
		}
		if n := tx.Get(r.length); n != claimed {
			return violated("labyrinth: %d cells belong to routes that have %d", claimed, n)
		}
		return nil
	})
	return board, err
}

// lay plans a route on a copy of the board and claims it if it is still free.
func (r *routing) lay(ctx context.Context, h *Hand) error {
	board, err := r.look(ctx, h)
	if err != nil {
		return err
	}
	path := r.g.route(board, h.Rand.IntN(r.g.cells()), h.Rand.IntN(r.g.cells()))
	if path == nil {
		return nil
	}
	w := wire{int64(h.ID)<<32 | (r.laid[h.ID] + 1), path}
	claimed := false
	err = h.Update(ctx, "lay", func(tx Tx) error {
		claimed = false
		for _, c := range path {
			if tx.Get(r.g.v(c)) != 0 {
				return nil
			}
		}
		for _, c := range path {
			tx.Set(r.g.v(c), w.id)
		}
		tx.Add(r.length, int64(len(path)))
		claimed = true
		return nil
	})
	if err == nil && claimed {
		r.wires[h.ID] = append(r.wires[h.ID], w)
		r.laid[h.ID]++
	}
	return err
}

// takeUp removes the oldest route of h.
func (r *routing) takeUp(ctx context.Context, h *Hand) error {
	w := r.wires[h.ID][0]
	err := h.Update(ctx, "take up", func(tx Tx) error {
		for _, c := range w.path {
			if id := tx.Get(r.g.v(c)); id != w.id {
				return violated("labyrinth: a cell of route %x belongs to %x", w.id, id)
			}
			tx.Set(r.g.v(c), 0)
		}
		tx.Add(r.length, -int64(len(w.path)))
		return nil
	})
	if err == nil {
		r.wires[h.ID] = r.wires[h.ID][1:]
	}
	return err
}

// check compares the board with what the hands know.
func (r *routing) check(get func(v int) int64) error {
	total := 0
	for _, ws := range r.wires {
		for _, w := range ws {
			total += len(w.path)
			for _, c := range w.path {
				if id := get(r.g.v(c)); id != w.id {
					return violated("labyrinth: a cell of route %x belongs to %x", w.id, id)
				}
			}
		}
	}
	if n := get(r.length); int64(total) != n {
		return violated("labyrinth: routes of %d cells, and %d are claimed", total, n)
	}
	return nil
}
