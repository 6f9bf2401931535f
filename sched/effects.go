package sched

import (
	"slices"

	"github.com/weft-stm/weft/internal/atomics"
	"github.com/weft-stm/weft/internal/engine"
)

// effects runs natives that were put off until a commit, in the order of the
// commits: those that depend on one another get ascending numbers (see
// engine.TakeNumber), and natives run by number, none before those with smaller
// numbers have been run. Whoever has the next number runs what has waited
// for it, too.
type effects struct {
	cell engine.Cell    // numbers given out, as of the last commit that took one
	next atomics.Uint64 // numbers whose natives have been run

	mu      atomics.Mutex
	running bool
	waiting []putOff // by number
}

// putOff is what one transaction has put off.
type putOff struct {
	number uint64
	calls  []func()
}

func (x *effects) init() {
	engine.Init(&x.cell, engine.Value{Kind: engine.Scalar})
	engine.SetLabel(&x.cell, internalLabel+"effects")
}

// number makes the commit that t is about to make take a number.
func (x *effects) number(t *Thread) { engine.TakeNumber(&t.e, &x.cell) }

// post runs what t has put off, when its turn has come.
func (x *effects) post(t *Thread) {
	t.number = engine.NumberTaken(&t.e)
	b := putOff{t.number, slices.Clone(t.pending)}
	clear(t.pending)
	t.pending = t.pending[:0]
	x.mu.Lock()
	i, _ := slices.BinarySearchFunc(x.waiting, b.number, func(b putOff, n uint64) int { return int(b.number - n) })
	x.waiting = slices.Insert(x.waiting, i, b)
	if x.running {
		x.mu.Unlock()
		return
	}
	x.running = true
	defer func() {
		x.running = false
		x.mu.Unlock()
	}()
	x.run()
}

// run runs what is next. The caller holds the mutex, and holds it again when
// run returns, or panics because a native did; that one counts as run.
func (x *effects) run() {
	for len(x.waiting) > 0 && x.waiting[0].number == x.next.Load()+1 {
		b := x.waiting[0]
		x.waiting = slices.Delete(x.waiting, 0, 1)
		x.mu.Unlock()
		func() {
			defer func() {
				x.mu.Lock()
				x.next.Add(1)
			}()
			b.run()
		}()
	}
}

func (b putOff) run() {
	for _, f := range b.calls {
		f()
	}
}

// last is the number of the last commit that took one.
func (x *effects) last() uint64 { return engine.Load(&x.cell).W }

// await waits until the natives of commits up to n have been run.
func (x *effects) await(n uint64) {
	for round := 0; x.next.Load() < n; round++ {
		atomics.PauseLong(round, func() bool { return x.next.Load() >= n })
	}
}

// flush waits until what t has put off has been run.
func (t *Thread) flush() Status {
	t.m.effects.await(t.number)
	return Proceed
}

// runPending runs what t has put off, now.
func (t *Thread) runPending() {
	for i := range t.pending {
		f := t.pending[i]
		t.pending[i] = nil
		f()
	}
	t.pending = t.pending[:0]
	for i := range t.regions {
		t.regions[i].pending = 0
	}
}

// puttingOff reports whether t may yet be undone, if only by UndoAtomic.
func (t *Thread) puttingOff() bool { return len(t.regions) > 0 || !t.settled() }

// settled reports whether what t does outside of regions stays.
func (t *Thread) settled() bool { return engine.Direct(&t.e) || engine.IsCertain(&t.e) }
