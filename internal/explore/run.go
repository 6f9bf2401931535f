package explore

import (
	"fmt"
	"strings"
	"sync"
)

// A Run is one execution of a program, while it is being set up.
type Run struct {
	e        *execution
	final    []func() error
	deadlock func(blocked []string) error
	outcome  func() string
}

// A Program sets one run up: it makes fresh shared objects, names the threads
// (Go) and says what must hold in the end (Final). Its own accesses are not
// part of what is explored.
type Program func(r *Run)

// Go adds a guest thread. A panic or runtime.Goexit that leaves f is a failure.
func (r *Run) Go(name string, f func()) Thread {
	if len(r.e.threads) == maxThreads {
		panic(fmt.Sprintf("explore: more than %d threads", maxThreads))
	}
	t := &thread{index: len(r.e.threads), name: name, body: f}
	r.e.threads = append(r.e.threads, t)
	return Thread{t}
}

// Final adds a check that runs when all threads have finished.
func (r *Run) Final(f func() error) { r.final = append(r.final, f) }

// Deadlock sets who decides whether a state is legitimate in which nothing can
// move although the threads named are unfinished. Without it, it never is.
func (r *Run) Deadlock(f func(blocked []string) error) { r.deadlock = f }

// Outcome sets a description of what the run led to. Reports count the runs of
// each. That of a deadlock which was accepted begins with "deadlock".
func (r *Run) Outcome(f func() string) { r.outcome = f }

// Steps returns the number of steps performed so far: a clock for histories.
func (r *Run) Steps() int { return len(r.e.steps) }

// busy is held while a program runs: there is one listener in a process.
var busy sync.Mutex

var before []func()

// Before adds a function that is called before each run is set up. It is for
// state that outlives a run, which the next must not see. Register in TestMain.
func Before(f func()) { before = append(before, f) }

// runOnce executes p once and returns the outcome.
func runOnce(p Program, e *execution) (outcome string) {
	for _, f := range before {
		f()
	}
	r := &Run{e: e}
	p(r)
	e.execute(func() { outcome = r.judge() })
	return outcome
}

// judge decides whether a run that has ended is a failure.
func (r *Run) judge() (outcome string) {
	e := r.e
	switch {
	case e.failure != nil || e.pruned:
		return ""
	case e.deadlock:
		err := error(errNobody)
		if r.deadlock != nil {
			err = r.deadlock(e.unfinished())
		}
		if err != nil {
			e.fail(Deadlocked, "nothing can move%s\n%v", e.blocked(), err)
		}
		return r.described("deadlock")
	}
	for _, f := range r.final {
		if err := f(); err != nil {
			e.fail(Wrong, "%v", err)
			return ""
		}
	}
	return r.described("")
}

func (r *Run) described(prefix string) string {
	if r.outcome == nil {
		return prefix
	}
	return strings.TrimSpace(prefix + " " + r.outcome())
}

func (e *execution) unfinished() (names []string) {
	for _, t := range e.threads {
		if !t.finished {
			names = append(names, t.name)
		}
	}
	return names
}
