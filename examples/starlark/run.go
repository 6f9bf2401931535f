package starstm

import (
	"time"

	"go.starlark.net/starlark"

	"github.com/weft-stm/weft/stm"
)

// A body is what a block runs, once or several times.
type body func(*attempt) (starlark.Value, error)

// block runs f atomically and delivers its output once it has committed.
//
// An error of f is final even though the attempt that raised it is never
// validated again. Both engines keep an attempt, also one that will lose, on
// one consistent state - the state at some moment since the block began - so
// the error is what the block would have met had it run alone at that moment.
// An engine without that property would have to validate before it reports.
//
// The name is what those learn who lose to the block.
func (g *guest) block(name string, readOnly bool, f body) (starlark.Value, error) {
	r := run{g: g, name: name, f: f, readOnly: readOnly, steps: g.thread.Steps, print: g.thread.Print}
	done := false
	defer func() {
		r.last.release()
		if !done {
			g.tally.Failures++
		}
		if r.waited { // to its end
			g.tally.Retries++
		}
	}()
	var v starlark.Value
	var err error
	if g.rt.Mode == Mutex {
		v, err = r.locked()
	} else {
		v, err = r.transaction()
	}
	if err != nil {
		return nil, err
	}
	done = true
	g.tally.Blocks++
	r.deliver()
	return v, nil
}

// A run is one block, over all of its attempts.
type run struct {
	g        *guest
	name     string
	f        body
	readOnly bool
	careful  bool   // adds read first, see varAccess.add
	misfit   bool   // why last was undone
	steps    uint64 // of the thread when the block began
	print    func(*starlark.Thread, string)
	last     *attempt  // that has begun
	began    time.Time // last
	waited   bool      // last has ended in retry
	output   []string  // of the attempt that committed
	fresh    []*varEntry
}

// start readies the thread for one more attempt.
//
// The steps of undone attempts do not count, so that whether a script exceeds
// its step limit does not depend on the conflicts that it meets.
func (r *run) start(tx *stm.Tx) *attempt {
	g := r.g
	now := time.Now()
	at := &attempt{g: g, run: r, tx: tx, readOnly: r.readOnly}
	switch {
	case r.waited:
		g.tally.Retries++
	case !r.began.IsZero():
		g.tally.Restarts++
		g.tally.Lost += now.Sub(r.began)
		if tx != nil && !r.misfit {
			r.report(at, r.last, now.Sub(r.began))
		}
	}
	r.last.release()
	r.last, r.misfit = at, false
	r.began, r.waited = now, false
	g.thread.Steps = r.steps
	g.thread.Print = printLater
	at.live.Store(true)
	g.at = at
	return at
}

// stop takes the thread out of the attempt, however it ended. It comes before
// the commit: whatever the commit makes visible to other threads is dead by then.
func (r *run) stop(at *attempt) {
	at.live.Store(false)
	r.g.at = nil
	r.g.thread.Print = r.print
}

// attempt runs the body once.
func (r *run) attempt(at *attempt) (starlark.Value, error) {
	v, err := r.f(at)
	if err != nil {
		return nil, err
	}
	if v, err = at.unwrap(v); err != nil {
		return nil, err
	}
	at.flush()
	r.output, r.fresh = at.output, at.fresh
	return v, nil
}

// printLater is the Print hook of a thread inside a block.
func printLater(thread *starlark.Thread, msg string) {
	at := guestOf(thread).at
	at.output = append(at.output, msg)
}

// deliver tells the world about the commit.
func (r *run) deliver() {
	for _, e := range r.fresh {
		e.known.Store(true)
	}
	for _, msg := range r.output {
		show(r.g.thread, msg)
	}
}
