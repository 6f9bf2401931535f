package sched

import (
	"context"
	"slices"

	"github.com/weft-stm/weft/internal/atomics"
)

// A turnstile is the global lock of a Machine. It goes to those who wait for it
// in the order in which they came.
type turnstile struct {
	waiting atomics.Uint32 // len(queue)
	mu      atomics.Mutex
	held    bool
	queue   []*entrant
	since   int64 // when the holder got it; of the holder
}

// An entrant waits at a turnstile.
type entrant struct {
	parker atomics.Parker
}

// enter waits for the lock. Its error is that of ctx, and leaves it to others.
func (l *turnstile) enter(ctx context.Context) error {
	l.mu.Lock()
	if !l.held {
		l.held = true
		l.mu.Unlock()
		l.since = atomics.Nanotime()
		return nil
	}
	return l.wait(ctx)
}

// wait queues for the lock, whose mutex the caller holds.
func (l *turnstile) wait(ctx context.Context) error {
	e := &entrant{parker: atomics.NewParker()}
	l.queue = append(l.queue, e)
	l.waiting.Store(uint32(len(l.queue)))
	l.mu.Unlock()
	if !e.parker.Park(ctx.Done()) && l.giveUp(e) {
		return context.Cause(ctx)
	}
	l.since = atomics.Nanotime()
	return nil
}

// giveUp takes e out of the queue. It reports false if e has got the lock.
func (l *turnstile) giveUp(e *entrant) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.Index(l.queue, e)
	if i < 0 {
		return false
	}
	l.queue = slices.Delete(l.queue, i, i+1)
	l.waiting.Store(uint32(len(l.queue)))
	return true
}

// leave gives the lock to the first in the queue.
func (l *turnstile) leave() {
	l.mu.Lock()
	l.pass()
	l.mu.Unlock()
}

func (l *turnstile) pass() {
	if len(l.queue) == 0 {
		l.held = false
		return
	}
	e := l.queue[0]
	l.queue[0] = nil
	l.queue = l.queue[1:]
	l.waiting.Store(uint32(len(l.queue)))
	e.parker.Unpark()
}

// due reports whether somebody waits and the holder has had its time.
func (l *turnstile) due(interval int64) bool {
	return l.waiting.Load() > 0 && atomics.Nanotime()-l.since >= interval
}

// rotate lets those who wait go first, and gets the lock back.
func (l *turnstile) rotate(ctx context.Context) error {
	l.mu.Lock()
	if len(l.queue) == 0 {
		l.mu.Unlock()
		l.since = atomics.Nanotime()
		return nil
	}
	l.pass()
	return l.wait(ctx)
}

// sleepers are threads without a read set that wait for any change.
type sleepers struct {
	n   atomics.Uint32 // len(all)
	mu  atomics.Mutex
	all []*entrant
}

func (s *sleepers) add() *entrant {
	e := &entrant{parker: atomics.NewParker()}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, e)
	s.n.Store(uint32(len(s.all)))
	return e
}

// drop takes e out, unless it has been woken.
func (s *sleepers) drop(e *entrant) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = slices.DeleteFunc(s.all, func(x *entrant) bool { return x == e })
	s.n.Store(uint32(len(s.all)))
}

// wake wakes all, if there are any.
func (s *sleepers) wake() {
	if s.n.Load() > 0 {
		s.wakeSlow()
	}
}

func (s *sleepers) wakeSlow() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.all {
		e.parker.Unpark()
	}
	s.all = nil
	s.n.Store(0)
}
