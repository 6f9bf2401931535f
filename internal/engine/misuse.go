package engine

import (
	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/invariants"
)

// What misuse panics with. Each says what to do instead.
const (
	misuseEnded  = "stm: transaction used after its body returned: a *stm.Tx is valid only inside the body that received it"
	misuseOther  = "stm: transaction used by a goroutine that does not run it: start a transaction of its own there"
	misuseNested = "stm: transaction started inside the body of another: pass tx on, and use tx.Nested for a part that can fail"
	misuseView   = "stm: write in a View, which is read-only: use stm.Atomically or stm.Do"
	misuseWatch  = "stm: write in the body of a Watch, which is read-only: write in a transaction of its own"
	misuseBusy   = "stm: Worker used inside one of its own transactions, or by two goroutines: pass tx on, and give each goroutine its Worker"
	misuseAwait  = "stm: Retry in a View, which runs once and never waits: use stm.Atomically, stm.Watch or Var.Await"
)

// check panics unless the body of tx is running, here.
func (tx *Tx) check() {
	switch tx.mode {
	case idle:
		panic(misuseEnded)
	case poisoned:
		panic(unwind)
	}
	if tx.owner != 0 && tx.owner != invariants.Goroutine() { // a watched body
		panic(misuseOther)
	}
}

// Check panics unless the body of tx is running, here.
func Check(tx *Tx) { tx.check() }

func (tx *Tx) checkWrite() {
	tx.check()
	switch tx.mode {
	case viewing:
		panic(misuseView)
	case watching:
		panic(misuseWatch)
	}
}

// watchedBodies is how many bodies of a new descriptor are watched in a normal
// build. A transaction inside a transaction is a static mistake: it shows in
// the first runs or in none, and watching each body would cost as much as a
// read-only transaction.
const watchedBodies = 64

// bodies are the goroutines that run a watched body, spread over several maps
// so that they need not queue.
var bodies [64]struct {
	mu atomics.Mutex
	on map[uintptr]bool
	_  line
}

// enter refuses a body inside a body of the same goroutine.
func (tx *Tx) enter() {
	if !invariants.Enabled {
		tx.young--
	}
	g := invariants.Goroutine()
	nested := false
	atomics.Unobserved(func() {
		b := &bodies[g>>8%uintptr(len(bodies))]
		b.mu.Lock()
		defer b.mu.Unlock()
		if nested = b.on[g]; nested {
			return
		}
		if b.on == nil {
			b.on = make(map[uintptr]bool)
		}
		b.on[g] = true
	})
	if nested {
		panic(misuseNested)
	}
	tx.owner = g
}

func (tx *Tx) leave() {
	g := tx.owner
	if g == 0 {
		return
	}
	tx.owner = 0
	atomics.Unobserved(func() {
		b := &bodies[g>>8%uintptr(len(bodies))]
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.on, g)
	})
}

// RefuseNested panics if the calling goroutine is known to run a body.
func RefuseNested() {
	g := invariants.Goroutine()
	inside := false
	atomics.Unobserved(func() {
		b := &bodies[g>>8%uintptr(len(bodies))]
		b.mu.Lock()
		defer b.mu.Unlock()
		inside = b.on[g]
	})
	if inside {
		PanicNested()
	}
}

// PanicNested panics as a transaction inside the body of another does.
func PanicNested() { panic(misuseNested) }
