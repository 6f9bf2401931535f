package workload

import (
	"context"
	"math/rand/v2"
)

var counters = &Workload{
	Name:    "counters",
	Doc:     "increments of 8 counters and their total, read-modify-write and commutative, and of one by single steps; the total is the sum, and no increment is lost",
	Expects: []Event{Conflict, Extension},
	Least:   2,
	Make:    makeCounters,
}

func makeCounters(hands int, _ *rand.Rand) *Instance {
	const n = 8
	var l layout
	first, total, single := l.vars("counter", n, 0), l.vars("total", 1, 0), l.vars("single", 1, 0)
	done, steps := make([]int64, hands), make([]int64, hands) // by hand

	rmw := func(v int) func(tx Tx) error {
		return func(tx Tx) error {
			x, t := tx.Get(v), tx.Get(total)
			if x > t || x < 0 {
				return violated("a counter is %d, the total is %d", x, t)
			}
			tx.Set(v, x+1)
			tx.Set(total, t+1)
			return nil
		}
	}
	add := func(v int) func(tx Tx) error {
		return func(tx Tx) error {
			tx.Add(v, 1)
			tx.Add(total, 1)
			return nil
		}
	}
	sum := func(tx Tx) error {
		s := int64(0)
		for i := range n {
			s += tx.Get(first + i)
		}
		if t := tx.Get(total); s != t {
			return violated("the counters add up to %d, their total is %d", s, t)
		}
		return nil
	}
	return &Instance{
		Initial: l.initial,
		Labels:  l.labels,
		Step: func(ctx context.Context, h *Hand) (err error) {
			v := first + h.Rand.IntN(n)
			switch h.Rand.IntN(8) {
			case 0, 1, 2:
				err = h.Update(ctx, "increment", rmw(v))
			case 3, 4:
				err = h.Update(ctx, "add", add(v))
			case 5:
				h.Modify(single, func(x int64) int64 { return x + 1 })
				steps[h.ID]++
				return nil
			case 6:
				return h.View(ctx, sum)
			default:
				return h.Update(ctx, "sum", sum)
			}
			if err == nil {
				done[h.ID]++
			}
			return err
		},
		Check: func(get func(v int) int64) error {
			if got, want := get(total), total64(done); got != want {
				return violated("the total is %d after %d increments", got, want)
			}
			if got, want := get(single), total64(steps); got != want {
				return violated("the counter of single steps is %d after %d of them", got, want)
			}
			return nil
		},
	}
}

func total64(xs []int64) (sum int64) {
	for _, x := range xs {
		sum += x
	}
	return sum
}
