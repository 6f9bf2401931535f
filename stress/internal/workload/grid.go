package workload

import "math/rand/v2"

// A grid is a board of variables, one a cell. 0 is a free cell.
type grid struct{ first, width, height int }

func newGrid(l *layout, width, height int) grid {
	return grid{l.vars("cell", width*height, 0), width, height}
}

func (g grid) cells() int { return g.width * g.height }

// v is the variable of a cell.
func (g grid) v(cell int) int { return g.first + cell }

// neighbours are the cells beside one, in random order.
func (g grid) neighbours(cell int, rnd *rand.Rand) []int {
	near := g.beside(cell)
	rnd.Shuffle(len(near), func(i, j int) { near[i], near[j] = near[j], near[i] })
	return near
}

func (g grid) beside(cell int) []int {
	near := make([]int, 0, 4)
	x, y := cell%g.width, cell/g.width
	if x > 0 {
		near = append(near, cell-1)
	}
	if x+1 < g.width {
		near = append(near, cell+1)
	}
	if y > 0 {
		near = append(near, cell-g.width)
	}
	if y+1 < g.height {
		near = append(near, cell+g.width)
	}
	return near
}

// route is a shortest way from one free cell to another over free cells, both
// ends included, or nil.
func (g grid) route(board []int64, from, to int) []int {
	if board[from] != 0 || board[to] != 0 {
		return nil
	}
	back := make([]int, g.cells()) // the cell before, plus one
	back[from] = from + 1
	for queue := []int{from}; len(queue) > 0; queue = queue[1:] {
		if queue[0] == to {
			return unwind(back, from, to)
		}
		for _, c := range g.beside(queue[0]) {
			if board[c] == 0 && back[c] == 0 {
				back[c] = queue[0] + 1
				queue = append(queue, c)
			}
		}
	}
	return nil
}

func unwind(back []int, from, to int) (path []int) {
	for c := to; c != from; c = back[c] - 1 {
		path = append(path, c)
	}
	return append(path, from)
}
