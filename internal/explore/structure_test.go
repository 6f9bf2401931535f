//go:build stmexplore

package explore_test

import (
	"testing"

	"github.com/weft-stm/weft/internal/explore"
	"github.com/weft-stm/weft/sched"
	"github.com/weft-stm/weft/stm"
	"github.com/weft-stm/weft/tvar"
)

// aligned makes a T at the beginning of a page. The engine looks at addresses,
// modulo 2 kB, to tell whether a variable may be in a write set; so what a
// scenario uses beside structures has to be at the same ones in each run.
func aligned[T any]() *T {
	return &new(struct {
		x T
		_ [32 << 10]byte // too large for anything but pages of its own
	}).x
}

// alignedVar makes a variable at the beginning of a page.
func alignedVar[T any](v T) *tvar.Var[T] {
	x := aligned[tvar.Var[T]]()
	x.Store(v)
	return x
}

// prepare runs a transaction before the scenario begins. Its descriptor is a
// new one, like those of guests: an old one would have versions left from
// another run.
func prepare(body func(tx *stm.Tx)) {
	must(sched.NewWorker().Atomically(ctx, func(tx *stm.Tx) error { body(tx); return nil }))
}

// checkStructure explores a scenario of hundreds of steps, of which check would try
// only variations of the end: every schedule with one preemption, random ones
// with a few, and then some of the others.
func checkStructure(t *testing.T, f func(w *world)) {
	t.Helper()
	checkStructureUpTo(t, 4000, f)
}

// checkStructureUpTo is checkStructure with about that many runs of each kind.
func checkStructureUpTo(t *testing.T, runs int, f func(w *world)) {
	t.Helper()
	if explore.Deep() {
		runs *= 20
	}
	explore.Check(t, scenario(f), explore.Preemptions(1, 5*runs),
		explore.PCT(1, 3, runs/2), explore.PCT(2, 5, runs/2), explore.DPOR(runs*3/8), explore.Preemptions(2, runs))
}
