package starstm

import (
	"context"
	"sync"

	"go.starlark.net/starlark"
)

// A lock is what mode Mutex has in place of transactions: one mutex, held
// while a block runs, and the means to undo a block that fails or waits.
type lock struct {
	mu      sync.Mutex
	stamp   uint64     // number of the attempt that holds mu, or of an alternative in it, or the last such
	touched []restorer // what that attempt has changed
	changed chan struct{}
}

// A restorer is a variable that remembers its value from before the attempt.
type restorer interface{ restore() }

// waitForChange is the panic that ends an attempt in retry.
var waitForChange = new(struct{ _ byte })

// locked runs the block in mode Mutex.
func (r *run) locked() (starlark.Value, error) {
	for {
		v, wait, err := r.onceLocked()
		if wait == nil {
			return v, err
		}
		select {
		case <-wait:
		case <-r.g.ctx.Done():
			return nil, context.Cause(r.g.ctx)
		}
	}
}

// onceLocked is one attempt under the lock. If it ended in retry, wait is
// closed by the next block that changes something.
func (r *run) onceLocked() (v starlark.Value, wait <-chan struct{}, err error) {
	l := &r.g.rt.lock
	if err := context.Cause(r.g.ctx); err != nil {
		return nil, nil, err
	}
	l.mu.Lock()
	l.stamp++
	done := false
	defer func() {
		if done && !r.waited {
			l.commit()
		} else {
			l.rollback()
		}
		if r.waited { // so the panic, unless a built-in swallowed it, is ours
			recover()
			wait = l.change()
		}
		l.mu.Unlock()
	}()
	at := r.start(nil)
	defer r.stop(at)
	at.first, at.stamp = l.stamp, l.stamp
	v, err = r.attempt(at)
	done = err == nil
	return v, nil, err
}

// touch notes that the running attempt is about to change v.
func (l *lock) touch(v restorer) { l.touched = append(l.touched, v) }

func (l *lock) commit() {
	if len(l.touched) > 0 && l.changed != nil {
		close(l.changed)
		l.changed = nil
	}
	l.forget()
}

func (l *lock) rollback() {
	l.undo(0)
	l.forget()
}

// undo takes back all changes but the first n.
func (l *lock) undo(n int) {
	for i := len(l.touched) - 1; i >= n; i-- {
		l.touched[i].restore()
	}
	clear(l.touched[n:])
	l.touched = l.touched[:n]
}

func (l *lock) forget() {
	clear(l.touched)
	l.touched = l.touched[:0]
}

// change returns a channel that the next change closes.
func (l *lock) change() <-chan struct{} {
	if l.changed == nil {
		l.changed = make(chan struct{})
	}
	return l.changed
}
