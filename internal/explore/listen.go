package explore

import (
	"runtime"

	"github.com/weft-stm/weft/internal/explore/access"
)

// An execution is the access.Scheduler of its guests.
var _ access.Scheduler = (*execution)(nil)

// number identifies o by the order in which objects were first seen.
func (e *execution) number(o *access.Object) uint32 {
	n, ok := o.Number(e.run)
	if !ok {
		e.objects++
		n = e.objects
		o.SetNumber(e.run, n)
	}
	return n
}

func (e *execution) channel(c <-chan struct{}) uint32 {
	n, ok := e.channels[c]
	if !ok {
		e.objects++
		n = e.objects
		e.channels[c] = n
	}
	return n
}

// observed reports whether an access is to be scheduled. A guest that is being
// discarded gets no further than its next access: it might wait for ever.
func (e *execution) observed() bool {
	if e.stopping {
		runtime.Goexit()
	}
	return !e.silent
}

func (e *execution) Step(o *access.Object, k access.Kind) (noted bool) {
	return e.observed() && e.step(op{kind: k, object: e.number(o)})
}

func (e *execution) StepChannel(c <-chan struct{}, k access.Kind) (noted bool) {
	return e.observed() && e.step(op{kind: k, object: e.channel(c)})
}

func (e *execution) step(o op) (noted bool) {
	if e.probing {
		e.probed = append(e.probed, touch{o.object, modeOf(o.kind)})
		return false
	}
	e.announce(o, nil)
	return e.noted
}

func (e *execution) Await(o *access.Object, k access.Kind, ready func() bool) {
	switch {
	case !e.observed():
	case e.probing:
		e.fail(Misuse, "a condition that is waited for waits itself")
	default:
		pending := op{kind: k}
		if o != nil {
			pending.object = e.number(o)
		}
		e.announce(pending, ready)
		e.current.ready = nil
	}
}

func (e *execution) Choose(n int) int {
	if !e.observed() {
		return 0
	}
	e.announce(op{kind: access.Choice, options: uint8(n)}, nil)
	return e.current.option
}

func (e *execution) Unchanged() {
	if last := e.last(); last != nil {
		for i := range last.touches {
			last.touches[i].mode = reads
		}
	}
}

func (e *execution) Note(text string) {
	if last := e.last(); last != nil && last.remark != nil {
		last.remark.outcome = text
	}
}

// last returns the step that the running guest is performing, if any.
func (e *execution) last() *step {
	if e.silent || e.probing || e.stopping || len(e.steps) == 0 {
		return nil
	}
	return &e.steps[len(e.steps)-1]
}

func (e *execution) Unobserved(f func()) {
	if !e.observed() {
		f()
		return
	}
	e.silent = true
	defer func() { e.silent = false }()
	f()
}

func (e *execution) Guest() (run uint32, thread int) { return e.run, e.current.index }
