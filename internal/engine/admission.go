package engine

import "github.com/weft-stm/weft/internal/atomics"

// While much is lost, few transactions may restart at a time: those that wait
// cost nothing, those that run make one another lose. The number adapts to how
// the restarts fare, up by a part of one for each that commits and down by a
// quarter for each that loses again; it is never below one. This too is advice
// (see rivals.go). Limiting by the share of lost attempts is the idea of
// adaptive transaction scheduling (Yoo, Lee 2008).
var admission struct {
	_       line
	running atomics.Uint32 // restarts
	limit   atomics.Uint32 // in parts of one
	_       line
}

const (
	admissionPart = 16
	admissionMost = 64 * admissionPart
)

// mostRestarts is how many parts of one may restart now.
func mostRestarts() uint32 { return max(admission.limit.Load(), admissionPart) }

// admit waits until one more restart may run, or for long enough.
func (tx *Tx) admit() {
	a := &admission
	for round := 0; round < busyPolls; round++ {
		n := a.running.Load()
		if n*admissionPart < mostRestarts() {
			if a.running.CompareAndSwap(n, n+1) {
				tx.admitted = true
				return
			}
			continue
		}
		if tx.plan.Ctx.Err() != nil {
			return
		}
		atomics.PauseLong(round, func() bool {
			return a.running.Load()*admissionPart < mostRestarts() || tx.plan.Ctx.Err() != nil
		})
	}
}

// discharge ends an admitted restart. Racing changes of the limit may get lost:
// it follows the trend.
func (tx *Tx) discharge(committed bool) {
	tx.admitted = false
	a := &admission
	limit := mostRestarts()
	if committed {
		limit = min(limit+1, admissionMost)
	} else {
		limit = max(limit-limit/4, admissionPart)
	}
	a.limit.Store(limit)
	a.running.Add(^uint32(0))
}
