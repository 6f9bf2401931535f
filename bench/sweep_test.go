package bench

import (
	"fmt"
	"sync"
	"testing"

	"github.com/weft-stm/weft/stm"
)

// sink keeps the work from being removed.
var sink [64]uint64

// work is n rounds of arithmetic that no other goroutine takes part in.
func work(seed uint64, n int) uint64 {
	for range n {
		seed ^= seed << 13
		seed ^= seed >> 7
		seed ^= seed << 17
	}
	return seed
}

// BenchmarkSweep moves one unit between two variables of the goroutine's own
// and computes for a while inside the transaction. It shows from how much work
// on transactions outrun one mutex: compare the lines of equal work and g.
// lib=none is the work without any protection.
func BenchmarkSweep(b *testing.B) {
	for _, rounds := range []int{0, 8, 16, 32, 64, 128, 256, 1024} {
		for _, g := range []int{1, 2} {
			for _, lib := range []struct {
				name string
				make func() func(rounds, id int) func()
			}{{"none", sweepNone}, {"mutex", sweepMutex}, {"weft", sweepWeft}} {
				b.Run(fmt.Sprintf("rounds=%d/g=%d/lib=%s", rounds, g, lib.name), func(b *testing.B) {
					newBody := lib.make()
					fs := make([]func(), g)
					for i := range fs {
						fs[i] = newBody(rounds, i)
					}
					share(b, fs)
				})
			}
		}
	}
}

func sweepNone() func(int, int) func() {
	return func(rounds, id int) func() {
		p := newPlain(2)
		from, to := p[0], p[1]
		return func() {
			sink[id*32] = work(uint64(*from)+1, rounds)
			*from--
			*to++
		}
	}
}

func sweepMutex() func(int, int) func() {
	var mu sync.Mutex
	return func(rounds, id int) func() {
		body := sweepNone()(rounds, id)
		return func() {
			mu.Lock()
			body()
			mu.Unlock()
		}
	}
}

func sweepWeft() func(int, int) func() {
	return func(rounds, id int) func() {
		vs := newVars(2)
		return func() {
			_ = stm.Atomically(ctx, func(tx *stm.Tx) error {
				from := vs[0].Get(tx)
				sink[id*32] = work(uint64(from)+1, rounds)
				vs[0].Set(tx, from-1)
				vs[1].Set(tx, vs[1].Get(tx)+1)
				return nil
			})
		}
	}
}
