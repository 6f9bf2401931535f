package engine

import "github.com/weft-stm/weft/internal/atomics"

// A Stall is a holder of the serial token that has kept the gate closed for too
// long.
type Stall struct {
	Name, Site string // of the transaction, and where it became irrevocable
	Held       int64  // nanoseconds so far
}

// A dog is what Watchdog was given.
type dog struct {
	after  int64 // nanoseconds
	report func(Stall)
}

var watchdog atomics.Pointer[dog]

// held is what the waiters know of the holder of the token.
var held holding

type holding struct {
	turn   atomics.Uint64 // of the token, to tell holders apart
	since  atomics.Uint64 // nanoseconds
	barked atomics.Uint64 // turn that has been reported
	site   atomics.Pointer[site]
}

// begin is called by the holder.
func (h *holding) begin() {
	h.site.Store(nil)
	h.since.Store(uint64(atomics.Nanotime()))
	h.turn.Store(token.state.Load())
}

// bark reports the holder if it is time, once. It is called by who waits.
func bark() {
	d := watchdog.Load()
	if d == nil {
		return
	}
	h := &held
	turn := h.turn.Load()
	if turn != token.state.Load() || turn == h.barked.Load() {
		return // another holder, which began before there was a dog
	}
	time := atomics.Nanotime() - int64(h.since.Load())
	if time < d.after || !h.barked.CompareAndSwap(h.barked.Load(), turn) {
		return
	}
	s := Stall{Held: time}
	if at := h.site.Load(); at != nil {
		s.Name, s.Site = at.name, at.String()
	}
	d.report(s)
}

// Watchdog makes report know of whoever holds the token for longer than after
// nanoseconds while somebody waits. A nil report ends that.
func Watchdog(after int64, report func(Stall)) {
	if report == nil {
		watchdog.Store(nil)
		return
	}
	watchdog.Store(&dog{after, report})
}
