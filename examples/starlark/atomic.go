package starstm

import (
	"errors"
	"fmt"
	"time"

	"go.starlark.net/starlark"
)

// atomicBuiltin is atomic(fn, *args, **kwargs).
func atomicBuiltin(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return callBlock(thread, b, args, kwargs, false)
}

// viewBuiltin is view(fn, *args, **kwargs).
func viewBuiltin(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return callBlock(thread, b, args, kwargs, true)
}

func callBlock(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple, readOnly bool) (starlark.Value, error) {
	g, err := running(thread, b.Name())
	if err != nil {
		return nil, err
	}
	if len(args) == 0 {
		return nil, fmt.Errorf("%s: missing function: %s(fn, args...)", b.Name(), b.Name())
	}
	fn, args := args[0], args[1:]
	if _, ok := fn.(starlark.Callable); !ok {
		return nil, fmt.Errorf("%s: got %s, want a function: %s(fn, args...), not %s(fn(args...))", b.Name(), fn.Type(), b.Name(), b.Name())
	}
	if g.at != nil {
		return g.join(fn, args, kwargs, readOnly)
	}
	freeze(thread, fn, args, kwargs)
	return g.block(readOnly, func(at *attempt) (starlark.Value, error) {
		return at.call(fn, args, kwargs)
	})
}

// join runs fn as a part of the block that runs already. Starlark cannot
// catch an error, so a part cannot fail without failing the whole: flat
// nesting is exact.
func (g *guest) join(fn starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple, readOnly bool) (starlark.Value, error) {
	at := g.at
	outer := at.readOnly
	at.readOnly = outer || readOnly
	defer func() { at.readOnly = outer }()
	return at.call(fn, args, kwargs)
}

// retryBuiltin is retry().
func retryBuiltin(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	g, err := running(thread, b.Name())
	if err != nil {
		return nil, err
	}
	switch at := g.at; {
	case at == nil:
		return nil, errors.New("retry: no atomic block to run again: call retry inside atomic(fn, ...)")
	case at.readOnly:
		return nil, errors.New("retry: a view does not wait: use atomic(fn, ...)")
	case !at.read:
		return nil, errors.New("retry: this block has read nothing shared, so nothing could end the wait")
	default:
		at.retry()
		panic("starstm: internal error: retry returned")
	}
}

// A body is what a block runs, once or several times.
type body func(*attempt) (starlark.Value, error)

// block runs f atomically and delivers its output once it has committed.
//
// An error of f is final even though the attempt that raised it is never
// validated again. Both engines keep an attempt, also one that will lose, on
// one consistent state - the state at some moment since the block began - so
// the error is what the block would have met had it run alone at that moment.
// An engine without that property would have to validate before it reports.
func (g *guest) block(readOnly bool, f body) (starlark.Value, error) {
	r := run{g: g, f: f, readOnly: readOnly, steps: g.thread.Steps, print: g.thread.Print}
	done := false
	defer func() {
		if !done {
			g.tally.Failures++
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
	f        body
	readOnly bool
	careful  bool   // adds read first, see varAccess.add
	steps    uint64 // of the thread when the block began
	print    func(*starlark.Thread, string)
	began    time.Time // the attempt before this one
	waited   bool      // it ended in retry
	output   []string  // of the attempt that committed
	fresh    []*varEntry
}

// start readies the thread for one more attempt.
//
// The steps of undone attempts do not count, so that whether a script exceeds
// its step limit does not depend on the conflicts that it meets.
func (r *run) start() *attempt {
	g := r.g
	now := time.Now()
	if !r.began.IsZero() && !r.waited {
		g.tally.Restarts++
		g.tally.Lost += now.Sub(r.began)
	}
	r.began, r.waited = now, false
	g.thread.Steps = r.steps
	g.thread.Print = printLater
	at := &attempt{g: g, run: r, readOnly: r.readOnly}
	at.live.Store(true)
	g.at = at
	return at
}

// stop takes the thread out of the attempt, however it ended. It comes before
// the commit: whatever the commit makes visible to other threads is dead by then.
func (r *run) stop(at *attempt) {
	at.live.Store(false)
	at.release()
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
