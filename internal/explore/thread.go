package explore

import (
	"iter"
	"runtime/debug"
)

// A thread is a guest: a coroutine that runs until its next announcement.
type thread struct {
	index    int
	name     string
	body     func()
	goexitOK bool

	resume func() (struct{}, bool)
	stop   func()
	yield  func(struct{}) bool

	pending  op
	remark   *remark     // on pending, when noted
	ready    func() bool // what pending waits for
	holds    bool        // what ready said last
	inVain   int         // pauses that ended in vain since the last write
	touches  []touch     // what pending depends on, in the present state
	option   int         // the decision of the last Choice
	finished bool
	exited   bool // finished by runtime.Goexit: its coroutine still exists
}

// A Thread is a handle on a guest for what is out of the ordinary.
type Thread struct{ t *thread }

// MayGoexit says that runtime.Goexit is a legitimate end of the thread.
func (h Thread) MayGoexit() { h.t.goexitOK = true }

// start makes the coroutine. It does not run yet.
func (e *execution) start(t *thread) {
	t.resume, t.stop = iter.Pull(func(yield func(struct{}) bool) {
		t.yield = yield
		returned := false
		defer func() {
			if !returned {
				e.unwound(t, recover())
			}
		}()
		t.body()
		returned = true
		e.ended(t)
	})
}

// ended passes the turn on after t has finished.
func (e *execution) ended(t *thread) {
	t.finished = true
	if !e.starting {
		e.schedule()
	}
}

// unwound deals with a guest that left by a panic, or by runtime.Goexit when
// there is no value.
func (e *execution) unwound(t *thread, value any) {
	if e.stopping {
		return
	}
	if value != nil {
		t.finished = true
		e.fail(Panicked, "%s panicked: %v\n%s", t.name, value, debug.Stack())
		return
	}
	t.exited = true
	if !t.goexitOK {
		t.finished = true
		e.fail(Panicked, "%s ended by runtime.Goexit", t.name)
	} else {
		e.ended(t)
	}
	// iter.Pull passes Goexit on to whoever resumed the coroutine. So it must
	// not get there before discard.
	t.yield(struct{}{})
}

// discard ends the coroutine of a guest that will not run again. The guest
// finds itself in runtime.Goexit, which no recover stops, and so does whoever
// stops it: hence the goroutine.
func (t *thread) discard() {
	done := make(chan struct{})
	go func() {
		defer close(done)
		t.stop()
	}()
	<-done
}
