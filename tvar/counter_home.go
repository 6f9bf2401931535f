package tvar

import (
	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/invariants"
)

// homes says which stripe the goroutines that fall into a bucket add to, in
// all Counters; 0 is not decided yet. Stripes are given out in turn: a hash of
// the goroutine would send two of eight into the same one more often than not.
// A goroutine that meets another moves on, so those that run at the same time
// keep apart after a while.
var homes [1024]atomics.Uint32

// lastHome is the stripe given out last.
var lastHome atomics.Uint32

// home is the bucket of the calling goroutine. Under the explorer all share
// one, and the stripes are those of a fresh Counter: no address may decide.
func home() *atomics.Uint32 {
	if atomics.Exploring {
		return nil
	}
	const spread = 0x9e3779b97f4a7c15
	return &homes[uint64(invariants.Goroutine())*spread>>32%uint64(len(homes))]
}

// stripeOf is the number of a stripe, yet to be reduced to how many there are.
func stripeOf(h *atomics.Uint32) int {
	if h == nil {
		return 0
	}
	if n := h.Load(); n != 0 {
		return int(n)
	}
	return move(h)
}

// move gives the goroutines of h another stripe.
func move(h *atomics.Uint32) int {
	if h == nil {
		return 0
	}
	n := lastHome.Add(3) | 1<<31 // not 0
	// Goroutines of one bucket may race here: any of the answers will do.
	h.Store(n)
	return int(n)
}
