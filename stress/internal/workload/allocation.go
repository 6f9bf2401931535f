package workload

import (
	"context"
	"math/rand/v2"
	"runtime"
)

var allocation = &Workload{
	Name:    "allocation",
	Doc:     "attempts that allocate much while the collector runs all the time; what an attempt has read stays as it was",
	Expects: []Event{Conflict},
	Least:   2,
	Make:    makeAllocation,
}

func makeAllocation(int, *rand.Rand) *Instance {
	const n = 32
	var l layout
	a := newAccounts(&l, n, 100)
	return &Instance{
		Initial: l.initial,
		Labels:  l.labels,
		Step: func(ctx context.Context, h *Hand) error {
			if h.Rand.IntN(256) == 0 {
				runtime.GC()
			}
			ballast := 1 << (4 + h.Rand.IntN(10)) // bytes, for each of the reads
			return h.Update(ctx, "transfer", func(tx Tx) error {
				if err := a.transfer(tx, h.Rand); err != nil {
					return err
				}
				return reread(tx, a, h.Rand.IntN(n), ballast)
			})
		},
		Check: a.check,
	}
}

// reread reads some variables into memory that the collector has to follow,
// and again to compare.
func reread(tx Tx, a accounts, from, ballast int) error {
	type page struct {
		value int64
		rest  []byte
	}
	var pages []*page
	for i := range 8 {
		pages = append(pages, &page{tx.Get(a.first + (from+i)%a.n), make([]byte, ballast)})
	}
	for i, p := range pages {
		if x := tx.Get(a.first + (from+i)%a.n); x != p.value || len(p.rest) != ballast {
			return violated("allocation: a variable was %d and then %d", p.value, x)
		}
	}
	return nil
}
