//go:build stmexplore

package engine

// ResetForExploration gives all state that outlives a transaction its first
// value, so that each explored run begins in the same state, also after one
// that was abandoned half-way. Nothing runs meanwhile.
func ResetForExploration() {
	clock.at.Store(0)
	gate.closed.Store(false)
	gate.holder.Store(0)
	token.held, token.queue = false, nil
	presence.is.Store(absent)
	withPast.Store(nil)
	pasts.Store(0)
	sweepAt.Store(0)
	activities.reset()
	snapshots.reset()
	others = &activities.acquire().slot
	for i := range recent {
		recent[i].version.Store(0)
		recent[i].name.Store(nil)
	}
	for i := range bodies {
		bodies[i].on = nil
	}
}

func (r *registry[S]) reset() {
	r.head.Store(nil)
	r.free = nil
}
